"""Moving rows in time: every moment of a run by the same span."""

from pydantic import JsonValue

from operator_mcp.demo.recorded import RecordedRows
from operator_mcp.demo.rows import ApprovalRow, ExecutionRow, LogRow, NoteRow, Row
from operator_mcp.demo.times import SECOND

_MOMENTS: dict[type[Row], tuple[str, ...]] = {
    ExecutionRow: ("started_at", "completed_at", "created_at", "updated_at"),
    ApprovalRow: ("requested_at", "responded_at", "expires_at"),
    NoteRow: ("timestamp",),
    LogRow: ("ts", "recorded_at"),
}


def shifted(rows: RecordedRows, nanos: int) -> RecordedRows:
    """Give the rows with all their times moved by so many nanoseconds, those inside log attributes too."""
    return rows.model_copy(
        update={
            "executions": tuple(_execution(row, nanos) for row in rows.executions),
            "logs": tuple(_log(row, nanos) for row in rows.logs),
        }
    )


def _execution(row: ExecutionRow, nanos: int) -> ExecutionRow:
    notes = tuple(note.model_copy(update=_moments(note, nanos)) for note in row.notes)
    approval = row.approval and row.approval.model_copy(update=_moments(row.approval, nanos))
    return row.model_copy(update={**_moments(row, nanos), "notes": notes, "approval": approval})


def _log(row: LogRow, nanos: int) -> LogRow:
    return row.model_copy(update={**_moments(row, nanos), "attributes": _attributes(row.attributes, nanos)})


def _moments(row: Row, nanos: int) -> dict[str, int]:
    values = ((name, getattr(row, name)) for name in _MOMENTS[type(row)])
    return {name: value + nanos for name, value in values if isinstance(value, int)}


def _attributes(attributes: JsonValue, nanos: int) -> JsonValue:
    # The SDK puts the reasoner's start there, in seconds.
    started = attributes.get("started_at") if isinstance(attributes, dict) else None
    if not isinstance(attributes, dict) or not isinstance(started, (int, float)):
        return attributes
    return {**attributes, "started_at": started + nanos / SECOND}
