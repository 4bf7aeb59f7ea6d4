"""What an investigation gives: the finding about a run, and the trace of evidence about its origin."""

from typing import Literal

from pydantic import Field, JsonValue

from operator_mcp.models.fleet import Hop, LogEntry, Name, Note, Noun, Status

VerdictWord = Literal["failed", "healthy", "unfinished", "cancelled"]
Kind = Literal["error", "hang", "unreachable", "orphaned", "capacity", "bad_response", "human", "cancelled", "none"]


class HopRef(Noun):
    """A hop as it appears on a path."""

    execution_id: str
    agent: Name
    reasoner: Name
    status: Status


class HopWhy(Noun):
    """A hop beside the path, and why it is listed there."""

    execution_id: str
    agent: Name
    reasoner: Name
    why: str


class FalseSuccess(Noun):
    """A hop that succeeded with a failure envelope for its result."""

    execution_id: str
    why: str


class Finding(Noun):
    """What the origin finder says of a run. `origin` is None where there is nothing to name."""

    run_id: str
    verdict: VerdictWord
    origin: Hop | None
    kind: Kind
    confidence: float = Field(ge=0, le=1)
    why: tuple[str, ...]
    path: tuple[HopRef, ...] = ()
    alternatives: tuple[HopWhy, ...] = ()
    handled: tuple[HopWhy, ...] = ()
    recovered: tuple[HopWhy, ...] = ()
    collateral: tuple[HopWhy, ...] = ()
    concurrent: tuple[HopWhy, ...] = ()
    false_success: FalseSuccess | None = None


class Caller(Noun):
    """The origin's parent as evidence: what it was given and what it said."""

    execution_id: str
    agent: Name
    reasoner: Name
    input: JsonValue = None
    error: str | None = None


class Upstream(Noun):
    """A hop whose result carries the value that the origin could not take."""

    execution_id: str
    agent: Name
    reasoner: Name
    field: str
    why: str


class Trace(Noun):
    """The evidence about one origin, already through the untrusted-text pipeline (bounded and redacted).

    `error` has the relay prefixes stripped, `raw_error` is as recorded. `logs` has the error entries first, then
    the last others; `logs_left_out` counts the rest. `unavailable` says what could not be had.
    """

    run_id: str
    execution_id: str
    agent: Name
    reasoner: Name
    status: Status
    kind: Kind
    error: str = ""
    raw_error: str = ""
    status_reason: str | None = None
    approval_status: str | None = None
    input: JsonValue = None
    result: JsonValue = None
    logs: tuple[LogEntry, ...] = ()
    logs_left_out: int = 0
    notes: tuple[Note, ...] = ()
    caller: Caller | None = None
    upstream: Upstream | None = None
    unavailable: tuple[str, ...] = ()
