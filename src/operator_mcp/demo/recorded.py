"""Rows out of recorded answers of a control plane: what an agentic run answer, details, logs and lists tell.

A recording is a list of answers, each `{"method", "path", "query", "status", "body"}`. Reading is lenient: answers that
tell nothing of rows are passed over, unknown fields are ignored.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from operator_mcp.demo.rows import ApprovalRow, ExecutionRow, LogRow, NodeRow, NoteRow, Row, as_json
from operator_mcp.demo.store import Fleet
from operator_mcp.demo.times import SECOND, nanoseconds


class RecordedRows(Row):
    """The rows that one recording tells of."""

    executions: tuple[ExecutionRow, ...] = ()
    logs: tuple[LogRow, ...] = ()
    nodes: tuple[NodeRow, ...] = ()

    def into(self, fleet: Fleet) -> Fleet:
        """Load the rows into a fleet and give it."""
        fleet.load(self.executions, self.logs, self.nodes)
        return fleet


def recorded_rows(lines: Iterable[Mapping[str, object]]) -> RecordedRows:
    """Rebuild the rows behind recorded answers.

    The agentic run answer is the source; details add sizes and approvals, and stand in where the agentic answer is
    empty (its run holds a result that is not JSON), with the run list's exact times for the run's first and last
    moment.
    """
    answers = [_Recorded.model_validate(line) for line in lines]
    details = {d.execution_id: d for a in answers if a.tells("/details") and (d := _Details.model_validate(a.body))}
    spans = _spans(answers)
    rows: dict[str, ExecutionRow] = {}
    for answer in answers:
        for row in _agentic_executions(answer):
            rows.setdefault(row.execution_id, row.as_row(details.get(row.execution_id)))
    for execution_id, seen in details.items():
        if execution_id not in rows:
            rows[execution_id] = seen.as_row(spans.get(seen.workflow_id))
    return RecordedRows(executions=tuple(rows.values()), logs=_logs(answers), nodes=_nodes(answers))


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Recorded(_Wire):
    path: str
    query: dict[str, JsonValue] = Field(default_factory=dict)
    status: int
    body: JsonValue = None

    def tells(self, end: str) -> bool:
        return self.status == 200 and self.path.endswith(end) and isinstance(self.body, dict)

    def items(self, *names: str) -> list[dict[str, JsonValue]]:
        at = self.body
        for name in names:
            at = at.get(name) if isinstance(at, dict) else None
        return [item for item in at if isinstance(item, dict)] if isinstance(at, list) else []


class _Note(_Wire):
    message: str
    tags: tuple[str, ...] | None = None
    timestamp: str

    def as_row(self) -> NoteRow:
        return NoteRow(message=self.message, tags=self.tags or (), timestamp=nanoseconds(self.timestamp))


class _Seen(_Wire):
    """What the agentic row and the details share."""

    execution_id: str
    agent_node_id: str
    reasoner_id: str
    status: str
    status_reason: str | None = None
    started_at: str
    completed_at: str | None = None
    duration_ms: int | None = None
    updated_at: str
    session_id: str | None = None
    actor_id: str | None = None
    notes: tuple[_Note, ...] | None = None

    def row(self, **more: object) -> ExecutionRow:
        shared = self.model_dump(
            include={"execution_id", "status", "status_reason", "duration_ms", "session_id", "actor_id", "completed_at"}
        )
        notes = tuple(note.as_row() for note in self.notes or ())
        return ExecutionRow.model_validate(
            {**shared, "agent": self.agent_node_id, "reasoner": self.reasoner_id, "notes": notes, **more}
            | ({"completed_at": nanoseconds(self.completed_at)} if self.completed_at else {})
        )


class _Details(_Seen):
    workflow_id: str
    parent_workflow_id: str | None = None
    input_data: JsonValue = None
    output_data: JsonValue = None
    input_size: int = 0
    output_size: int = 0
    error_message: str | None = None
    approval_request_id: str | None = None
    approval_request_url: str | None = None
    approval_status: str | None = None
    approval_response: str | None = None
    approval_requested_at: datetime | None = None
    approval_responded_at: datetime | None = None

    def approval(self) -> ApprovalRow | None:
        if self.approval_request_id is None:
            return None
        return ApprovalRow(
            request_id=self.approval_request_id,
            status=self.approval_status or "pending",
            url=self.approval_request_url,
            response=self.approval_response,
            requested_at=self.approval_requested_at and nanoseconds(self.approval_requested_at),
            responded_at=self.approval_responded_at and nanoseconds(self.approval_responded_at),
        )

    def as_row(self, span: tuple[int, int] | None) -> ExecutionRow:
        # Details print whole seconds: inside the run's first and last second the list's exact times are nearer.
        started, updated = nanoseconds(self.started_at), nanoseconds(self.updated_at)
        first, last = span or (started, updated)
        return self.row(
            run_id=self.workflow_id,
            parent_id=self.parent_workflow_id,
            error=self.error_message,
            input=_stored(self.input_data, self.input_size),
            result=_stored(self.output_data, self.output_size),
            started_at=max(started, first) if first - started < SECOND else started,
            updated_at=last if 0 <= last - updated < SECOND else updated,
            approval=self.approval(),
        )


class _Agentic(_Seen):
    run_id: str
    parent_execution_id: str | None = None
    input: JsonValue = None
    result: JsonValue = None
    input_uri: str | None = None
    result_uri: str | None = None
    error: str | None = None
    created_at: str

    def as_row(self, details: _Details | None) -> ExecutionRow:
        return self.row(
            run_id=self.run_id,
            parent_id=self.parent_execution_id,
            error=self.error,
            input=_stored(self.input, details.input_size if details else None),
            result=_stored(self.result, details.output_size if details else None),
            input_uri=self.input_uri,
            result_uri=self.result_uri,
            started_at=nanoseconds(self.started_at),
            created_at=nanoseconds(self.created_at),
            updated_at=nanoseconds(self.updated_at),
            approval=details.approval() if details else None,
        )


def _stored(value: JsonValue, size: int | None) -> str | None:
    """Give the text that was stored for a payload: the encoding of the value that has the size which was told."""
    if value is None:
        return None
    plain = as_json(value)
    escaped = plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    encodings = [plain, escaped, *([value] if isinstance(value, str) else [])]
    return next((text for text in encodings if len(text.encode()) == size), plain)


def _agentic_executions(answer: _Recorded) -> list[_Agentic]:
    if answer.status != 200 or "/agentic/run/" not in answer.path:
        return []
    return [_Agentic.model_validate(item) for item in answer.items("data", "executions")]


def _spans(answers: Iterable[_Recorded]) -> dict[str, tuple[int, int]]:
    return {
        str(run["run_id"]): (nanoseconds(run["started_at"]), nanoseconds(run["updated_at"]))
        for answer in answers
        if answer.tells("/workflow-runs") and not answer.query.get("status")
        for run in answer.items("runs")
    }


def _logs(answers: Iterable[_Recorded]) -> tuple[LogRow, ...]:
    entries = {
        (str(item["execution_id"]), str(item["seq"])): LogRow.model_validate(item)
        for answer in answers
        if answer.tells("/logs")
        for item in answer.items("entries")
    }
    return tuple(sorted(entries.values(), key=lambda entry: entry.event_id))


def _nodes(answers: Iterable[_Recorded]) -> tuple[NodeRow, ...]:
    fields = NodeRow.model_fields.keys() - {"node_id"}
    return tuple(
        NodeRow.model_validate({"node_id": item["id"], **{name: item[name] for name in fields if item.get(name)}})
        for answer in answers
        if answer.tells("/nodes")
        for item in answer.items("nodes")
    )
