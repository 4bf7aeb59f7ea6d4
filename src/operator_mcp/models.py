"""The nouns, as frozen pydantic models: the fleet's (hop, run, log) and the operator's (case, diagnosis, fix)."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

VerdictWord = Literal["failed", "healthy", "unfinished", "cancelled"]
Kind = Literal["error", "hang", "unreachable", "orphaned", "capacity", "bad_response", "human", "cancelled", "none"]
Engine = Literal["rules", "model", "proposal", "memory"]
Tier = Literal["diagnosis", "fix"]
FixState = Literal[
    "booked",
    "drafting",
    "checking",
    "awaiting_approval",
    "approved",
    "merged",
    "conflict",
    "failed",
    "over_budget",
    "lost",
    "not_verified",
    "rejected",
    "expired",
]
LIVE_FIX_STATES: frozenset[FixState] = frozenset({"booked", "drafting", "checking", "awaiting_approval", "approved"})
"""States from which a fix can still move; all others are final (rule 3)."""


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
    agent: str
    reasoner: str
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
    agent: str
    reasoner: str
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
    agent: str
    reasoner: str
    parent_id: str | None = None
    status: Status
    error: str | None = None
    status_reason: str | None = None
    input: JsonValue = None
    result: JsonValue = None
    approval_status: str | None = None
    notes: tuple[Note, ...] = ()


class HopRef(Noun):
    """A hop as it appears on a path."""

    execution_id: str
    agent: str
    reasoner: str
    status: Status


class HopWhy(Noun):
    """A hop beside the path, and why it is listed there."""

    execution_id: str
    agent: str
    reasoner: str
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
    agent: str
    reasoner: str
    input: JsonValue = None
    error: str | None = None


class Upstream(Noun):
    """A hop whose result carries the value that the origin could not take."""

    execution_id: str
    agent: str
    reasoner: str
    field: str
    why: str


class Trace(Noun):
    """The evidence about one origin, already through the untrusted-text pipeline (bounded and redacted).

    `error` has the relay prefixes stripped, `raw_error` is as recorded. `logs` has the error entries first, then
    the last others; `logs_left_out` counts the rest. `unavailable` says what could not be had.
    """

    run_id: str
    execution_id: str
    agent: str
    reasoner: str
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


class Evidence(Noun):
    """One quote, where in the record it stands, and whether it was found there."""

    quote: str
    source: str
    verified: bool


class Proposal(Noun):
    """A diagnosis as a caller proposes it; nothing in it is believed before its quotes are found."""

    root_cause: str = Field(description="A cause class, e.g. code_bug, schema_mismatch, bad_input, config, auth")
    confidence: float = Field(ge=0, le=1)
    summary: str = Field(max_length=2000)
    suggested_fix: str = Field(max_length=2000)
    code_level: bool
    evidence: tuple[str, ...] = Field(max_length=20)


class Diagnosis(Noun):
    """The flat verdict on one case. `provisional`: a better one may still replace it."""

    root_cause: str
    confidence: float = Field(ge=0, le=1)
    summary: str
    suggested_fix: str
    code_level: bool
    evidence: tuple[Evidence, ...] = ()
    open_points: tuple[str, ...] = ()
    engine: Engine
    cost_usd: Decimal = Decimal(0)
    provisional: bool = False


class Memory(Noun):
    """What is remembered under one fingerprint (`reasoner:root_cause`).

    `count` is of all runs; `runs` and `signatures` hold the newest twenty. `first_seen` and `last_seen` are when the
    first and the last of them failed. `fix_at` is when the newest fix of this fingerprint came into `fix_state`,
    `renewed_at` when the failure was diagnosed anew because it was back after its fix.
    """

    fingerprint: str
    diagnosis: Diagnosis
    count: int
    first_seen: datetime
    last_seen: datetime
    runs: tuple[str, ...]
    signatures: tuple[str, ...]
    fix_state: FixState | None = None
    fix_id: str | None = None
    fix_at: datetime | None = None
    renewed_at: datetime | None = None


class Case(Noun):
    """Everything the operator knows of one failed run."""

    case_id: int
    fleet: str
    run_id: str
    origin: str | None
    agent: str
    reasoner: str
    signature: str
    fingerprint: str | None = None
    state: Literal["open", "diagnosed", "fixing", "closed"] = "open"
    opened_at: datetime
    diagnosis: Diagnosis | None = None
    reasoned: bool = False
    fix_id: str | None = None
    fix_state: FixState | None = None


class ChangedFile(Noun):
    """One file of a fix, with its added and removed line counts (None for a binary file)."""

    path: str
    added: int | None
    removed: int | None


class Checks(Noun):
    """The server's own checks of a fix; None where a check was not reached."""

    suite_before: Literal["passed", "failed"] | None = None
    suite_after: Literal["passed", "failed"] | None = None
    regression_on_base: Literal["passed", "failed"] | None = None
    regression_on_fix: Literal["passed", "failed"] | None = None


class Fix(Noun):
    """The one fix of a case: what was drafted, checked, and where it stands.

    `cost_usd` is what `booking_id` counts for: the whole booking until it is settled with the actual.
    """

    fix_id: str
    case_id: int
    run_id: str
    fingerprint: str
    repository: str
    state: FixState
    branch: str | None = None
    base_branch: str | None = None
    base: str | None = None
    head: str | None = None
    tree: str | None = None
    diff_digest: str | None = None
    diff: str | None = None
    patch_digest: str | None = None
    booking_id: int | None = None
    files: tuple[ChangedFile, ...] = ()
    checks: Checks = Checks()
    cost_usd: Decimal = Decimal(0)
    detail: str = ""
    created_at: datetime
    heartbeat_at: datetime | None = None


class Approval(Noun):
    """One question to a human, bound to bytes: base commit, head tree, diff digest."""

    fix_id: str
    base: str
    tree: str
    diff_digest: str
    state: Literal["waiting", "approved", "rejected", "expired"]
    asked_at: datetime
    expires_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None


class AuditLine(Noun):
    """One line of the audit trail: who did what to which subject, and when."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: str = ""
