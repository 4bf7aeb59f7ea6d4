"""The operator's own nouns: diagnosis, memory, case, fix, approval, audit."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field

from operator_mcp.models.fleet import Noun

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
