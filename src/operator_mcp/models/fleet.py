"""The fleet's nouns: runs, hops, logs, as the control plane gave them (untrusted, unredacted)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

LONGEST_NAME = 120


def one_line(name: str) -> str:
    """Give a name on one line, without control and direction characters, of at most 120 characters.

    Agents register under names of their own choosing, and names stand among the operator's own words.
    """
    if len(name) <= LONGEST_NAME and name.isprintable():
        return name
    shown = " ".join("".join(c if c.isprintable() else " " for c in name[: 4 * LONGEST_NAME]).split())
    return shown if len(shown) <= LONGEST_NAME else shown[: LONGEST_NAME - 1] + "…"


Name = Annotated[str, AfterValidator(one_line)]
"""The name of an agent or a reasoner."""


class Noun(BaseModel):
    """Base of every noun: frozen, and closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Status(StrEnum):
    """Normalised execution status; `UNKNOWN` stands for a word that no table has."""

    PENDING = "pending"
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def failure_like(self) -> bool:
        """True for failed, timeout and cancelled."""
        return self in (Status.FAILED, Status.TIMEOUT, Status.CANCELLED)

    @property
    def terminal(self) -> bool:
        """True where the execution has ended, well or badly."""
        return self is Status.SUCCEEDED or self.failure_like


class Hop(Noun):
    """One execution of a run. Texts are as the control plane gave them: untrusted, unredacted."""

    execution_id: str
    parent_id: str | None = None
    agent: Name
    reasoner: Name
    status: Status
    status_reason: str | None = None
    error: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration_ms: int | None = None
    input: JsonValue = None
    result: JsonValue = None
    approval_status: str | None = None


class Run(Noun):
    """One run: its hops in the server's order (by start), and what the control plane could not give."""

    run_id: str
    hops: tuple[Hop, ...]
    unavailable: tuple[str, ...] = ()


class RunRow(Noun):
    """One line of the run list. `root_*` may mix several roots of a multi-root run: verify before trusting."""

    run_id: str
    root_execution_id: str
    root_status: Status
    root_error: str | None = None
    root_reason: str | None = None
    status: Status
    agent: Name
    reasoner: Name
    started_at: datetime | None = None
    updated_at: datetime | None = None
    ended_at: datetime | None = None
    total: int = 0
    failed: int = 0
    cancelled: int = 0
    terminal: bool = False


class RunPage(Noun):
    """One page of the run list, in the order asked for."""

    rows: tuple[RunRow, ...]
    total: int
    page: int
    has_more: bool


class LogEntry(Noun):
    """One structured log entry of an execution."""

    seq: int
    level: str
    message: str
    source: str = ""
    event_type: str = ""
    attributes: dict[str, JsonValue] = Field(default_factory=dict)
    system: bool = False
    at: datetime | None = None


class Note(Noun):
    """One note left on an execution."""

    message: str
    tags: tuple[str, ...] = ()
    at: datetime | None = None


class Details(Noun):
    """The rich view of one execution: what the tree does not carry."""

    execution_id: str
    run_id: str
    agent: Name
    reasoner: Name
    parent_id: str | None = None
    status: Status
    error: str | None = None
    status_reason: str | None = None
    input: JsonValue = None
    result: JsonValue = None
    approval_status: str | None = None
    notes: tuple[Note, ...] = ()
