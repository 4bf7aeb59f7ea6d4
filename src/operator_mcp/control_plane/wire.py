"""What the control plane sends (AgentField 0.1.80), and how it becomes nouns."""

from typing import Annotated

from pydantic import Field, JsonValue

from operator_mcp.control_plane.lenient import Count, Flag, Mapping, Rows, Text, When, Wire, Words
from operator_mcp.control_plane.statuses import normalise
from operator_mcp.models import Details, Hop, LogEntry, Note, RunRow, Status

APPROVAL_REASONS = ("approval_", "waiting_for_approval")


def unwrap(input: JsonValue) -> JsonValue:
    """Give the arguments without the envelope `{"input": {...}, "context": {...}?}` that a dispatch stores.

    The Python SDK's own event later overwrites the row with the flat arguments, so both forms occur (seen live). A
    reasoner whose only parameter is called `input` and takes an object looks the same and is unwrapped too.
    """
    if isinstance(input, dict) and "input" in input and set(input) <= {"input", "context"}:
        inner = input["input"]
        return inner if isinstance(inner, dict) else input
    return input


class NoteRow(Wire):
    """A note, in a row, in the details, or in its own list."""

    message: Text = ""
    tags: Words = ()
    timestamp: When = None

    def noun(self) -> Note:
        """Give it as the noun."""
        return Note(message=self.message, tags=self.tags, at=self.timestamp)


class ExecutionRow(Wire):
    """One execution as the agentic rows, the flat detail, the DAG's timeline and the public route give it.

    They share these names and leave out what they do not carry; only the agentic rows have sub-second times.
    """

    execution_id: Text = ""
    run_id: Text = ""
    parent_execution_id: Text = ""
    agent_node_id: Text = ""
    reasoner_id: Text = ""
    status: Text = ""
    status_reason: Text = ""
    error: Text = ""
    started_at: When = None
    completed_at: When = None
    duration_ms: Count = None
    input: JsonValue = None
    result: JsonValue = None
    input_uri: Text = ""
    result_uri: Text = ""
    approval_status: Text = ""
    notes: Annotated[tuple[NoteRow, ...], Rows] = ()

    @property
    def awaited_approval(self) -> bool:
        """True where a person's approval was asked for; what they decided stands in the details alone.

        The control plane leaves a note tagged `approval` when it pauses an execution (0.1.80, seen live).
        """
        return self.status_reason.startswith(APPROVAL_REASONS) or any("approval" in note.tags for note in self.notes)

    @property
    def stored_apart(self) -> bool:
        """True where a payload stands in the payload store only, so that the row has none."""
        return bool((self.input_uri and self.input in (None, "")) or (self.result_uri and self.result in (None, "")))

    def noun(self) -> Hop:
        """Give it as a hop."""
        return Hop(
            execution_id=self.execution_id,
            parent_id=self.parent_execution_id or None,
            agent=self.agent_node_id,
            reasoner=self.reasoner_id,
            status=normalise(self.status),
            status_reason=self.status_reason or None,
            error=self.error or None,
            started_at=self.started_at,
            ended_at=self.completed_at,
            duration_ms=self.duration_ms,
            input=unwrap(self.input),
            result=self.result,
            approval_status=self.approval_status or None,
        )


class AgenticData(Wire):
    """The data of an agentic answer: a run's rows (`executions`) or a query's (`results`)."""

    executions: Annotated[tuple[ExecutionRow, ...], Rows] = ()
    results: Annotated[tuple[ExecutionRow, ...], Rows] = ()
    total: Count = None


class AgenticAnswer(Wire):
    """The envelope of the agentic routes."""

    data: AgenticData | None = None


class FlatHead(Wire):
    """The head of the flat run detail."""

    total_steps: Count = None
    returned_steps: Count = None


class FlatDetail(Wire):
    """The flat run detail (v2): the tree with reasons, without payloads, errors and durations."""

    run: FlatHead = FlatHead()
    executions: Annotated[tuple[ExecutionRow, ...], Rows] = ()


class Dag(Wire):
    """The part of a DAG answer that can be relied on: every row, in order of start."""

    timeline: Annotated[tuple[ExecutionRow, ...], Rows] = ()


class DetailsRow(Wire):
    """The rich view of one execution. `parent_workflow_id` is the parent *execution's* id."""

    execution_id: Text = ""
    workflow_id: Text = ""
    agent_node_id: Text = ""
    reasoner_id: Text = ""
    parent_workflow_id: Text = ""
    status: Text = ""
    status_reason: Text = ""
    error_message: Text = ""
    input_data: JsonValue = None
    output_data: JsonValue = None
    approval_status: Text = ""
    notes: Annotated[tuple[NoteRow, ...], Rows] = ()

    def noun(self) -> Details:
        """Give it as the noun."""
        return Details(
            execution_id=self.execution_id,
            run_id=self.workflow_id,
            agent=self.agent_node_id,
            reasoner=self.reasoner_id,
            parent_id=self.parent_workflow_id or None,
            status=normalise(self.status),
            error=self.error_message or None,
            status_reason=self.status_reason or None,
            input=unwrap(self.input_data),
            result=self.output_data,
            approval_status=self.approval_status or None,
            notes=tuple(note.noun() for note in self.notes),
        )


class NoteList(Wire):
    """The notes of one execution."""

    notes: Annotated[tuple[NoteRow, ...], Rows] = ()


class LogRow(Wire):
    """One structured log entry."""

    seq: Count = None
    level: Text = ""
    message: Text = ""
    source: Text = ""
    event_type: Text = ""
    attributes: Mapping = Field(default_factory=dict)
    system_generated: Flag = False
    ts: When = None

    def noun(self) -> LogEntry:
        """Give it as the noun."""
        return LogEntry(
            seq=self.seq or 0,
            level=self.level,
            message=self.message,
            source=self.source,
            event_type=self.event_type,
            attributes=self.attributes,
            system=self.system_generated,
            at=self.ts,
        )


class LogList(Wire):
    """The log entries of one execution, ascending by arrival."""

    entries: Annotated[tuple[LogRow, ...], Rows] = ()


class TailTooLarge(Wire):
    """The refusal of a `tail` above the configured maximum."""

    error: Text = ""
    max_allowed: Count = None


class ListedRun(Wire):
    """One line of the run list (v2)."""

    run_id: Text = ""
    root_execution_id: Text = ""
    root_execution_status: Text = ""
    root_error_category: Text = ""
    root_error_message: Text = ""
    status: Text = ""
    root_reasoner: Text = ""
    agent_id: Text = ""
    total_executions: Count = None
    status_counts: Mapping = Field(default_factory=dict)
    started_at: When = None
    updated_at: When = None
    completed_at: When = None
    terminal: Flag = False

    def noun(self) -> RunRow:
        """Give it as the noun; `failed` counts the executions that failed or ran out of time."""
        counts = {normalise(word): count for word, count in self.status_counts.items() if isinstance(count, int)}
        return RunRow(
            run_id=self.run_id,
            root_execution_id=self.root_execution_id,
            root_status=normalise(self.root_execution_status),
            root_error=self.root_error_message or None,
            root_reason=self.root_error_category or None,
            status=normalise(self.status),
            agent=self.agent_id,
            reasoner=self.root_reasoner,
            started_at=self.started_at,
            updated_at=self.updated_at,
            ended_at=self.completed_at,
            total=self.total_executions or 0,
            failed=counts.get(Status.FAILED, 0) + counts.get(Status.TIMEOUT, 0),
            cancelled=counts.get(Status.CANCELLED, 0),
            terminal=self.terminal,
        )


class RunList(Wire):
    """A page of the run list."""

    runs: Annotated[tuple[ListedRun, ...], Rows] = ()
    total_count: Count = None
    page: Count = None
    has_more: Flag = False


class AgentRow(Wire):
    """A registered agent node."""

    id: Text = ""


class AgentList(Wire):
    """The registered agent nodes."""

    nodes: Annotated[tuple[AgentRow, ...], Rows] = ()


class MemoryRecord(Wire):
    """One value in the control plane's memory."""

    key: Text = ""
    data: JsonValue = None


class Check(Wire):
    """The state of one part of the control plane."""

    status: Text = ""


class Health(Wire):
    """What the control plane says of itself; its version is always `1.0.0` in 0.1.80 and tells nothing."""

    status: Text = ""
    checks: dict[str, Check] = Field(default_factory=dict)

    @property
    def healthy(self) -> bool:
        """True where it calls itself healthy."""
        return self.status == "healthy"
