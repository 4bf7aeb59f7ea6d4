"""Small runs written by hand, for what one rule does."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from operator_mcp.models import Hop, LogEntry, Run, Status

START = datetime(2026, 1, 1, 2, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """Give a moment of the run."""
    return START + timedelta(seconds=seconds)


def hop(
    id: str,
    parent: str | None = None,
    *,
    status: Status = Status.FAILED,
    error: str | None = None,
    span: tuple[float, float | None] = (0.0, 1.0),
    reason: str | None = None,
    result: JsonValue = None,
    input: JsonValue = None,
) -> Hop:
    """Give one row: `id` names its reasoner too; `span` is its start and end in seconds."""
    begun, ended = span
    return Hop(
        execution_id=id,
        parent_id=parent,
        agent=f"{id}-desk",
        reasoner=f"do_{id}",
        status=status,
        status_reason=reason,
        error=error,
        started_at=at(begun),
        ended_at=None if ended is None else at(ended),
        duration_ms=None if ended is None else round((ended - begun) * 1000),
        input=input,
        result=result,
    )


def run(*hops: Hop) -> Run:
    """Give a run of these rows, in the order of their start as the server gives them."""
    return Run(run_id="run", hops=tuple(sorted(hops, key=lambda h: h.started_at or START)))


def warning(message: str, seconds: float) -> LogEntry:
    """Give a log line of a reasoner's own code."""
    return LogEntry(seq=1, level="warning", message=message, event_type="log.warning", at=at(seconds))


def logs(**entries: tuple[LogEntry, ...]) -> Mapping[str, tuple[LogEntry, ...]]:
    """Give logs by execution id."""
    return entries
