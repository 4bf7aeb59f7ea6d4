"""What the four tools answer: the wire contract of `structuredContent`, shared by the MCP and terminal faces."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from operator_mcp.models import (
    Caller,
    ChangedFile,
    Checks,
    Engine,
    Evidence,
    FalseSuccess,
    FixState,
    HopRef,
    HopWhy,
    Kind,
    Status,
    Tier,
    Upstream,
    VerdictWord,
)


class Answer(BaseModel):
    """Base of every answer: frozen, closed, JSON-ready."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def wire(self) -> dict[str, JsonValue]:
        """Give the answer as it goes on the wire."""
        return self.model_dump(mode="json")


class Refusal(Answer):
    """A rule said no: which, why, and what a human can do."""

    rule: int
    why: str
    human_can: str


class Root(Answer):
    """The root of a failed run."""

    execution_id: str
    agent: str
    reasoner: str


class CaseBrief(Answer):
    """Where the case of a run stands."""

    state: str
    root_cause: str | None = None
    fix_state: FixState | None = None


class Failure(Answer):
    """One failed run. `handled`: failures inside it that were caught; None until it was investigated."""

    run_id: str
    status: str
    started_at: datetime | None
    ended_at: datetime | None
    root: Root
    headline: str
    signature: str
    known: bool
    handled: int | None
    case: CaseBrief | None


class Failures(Answer):
    """Answer of `list_failures`, newest first. `scanned` counts the runs looked at for this page."""

    failures: tuple[Failure, ...]
    next_cursor: str | None
    scanned: int
    summary: str


class Recurrence(Answer):
    """A failure that memory already knows; `runs` are its newest ones, `seen` says it all in a sentence."""

    fingerprint: str
    count: int
    first_seen: datetime
    last_seen: datetime
    runs: tuple[str, ...]
    fix_state: FixState | None
    seen: str = ""


class Origin(Answer):
    """The hop where the failure began. `error` has the relay prefixes stripped."""

    execution_id: str
    agent: str
    reasoner: str
    status: Status
    kind: Kind
    error: str
    status_reason: str | None
    started_at: datetime | None
    duration_ms: int | None


class LogLine(Answer):
    """One log entry of the origin."""

    seq: int
    level: str
    message: str


class FailedHop(Answer):
    """Answer of `get_failed_hop`. `cut` says of every shortened field how much is left and where."""

    run_id: str
    verdict: VerdictWord
    origin: Origin | None
    confidence: float
    why: tuple[str, ...]
    path: tuple[HopRef, ...]
    alternatives: tuple[HopWhy, ...]
    handled: tuple[HopWhy, ...]
    recovered: tuple[HopWhy, ...]
    collateral: tuple[HopWhy, ...]
    concurrent: tuple[HopWhy, ...]
    input: JsonValue
    result: JsonValue
    logs: tuple[LogLine, ...]
    notes: tuple[str, ...]
    caller: Caller | None
    upstream: Upstream | None
    false_success: FalseSuccess | None
    recurrence: Recurrence | None
    case: CaseBrief | None
    unavailable: tuple[str, ...]
    cut: tuple[str, ...]
    next: str


class Diagnosed(Answer):
    """Answer of `diagnose`."""

    run_id: str
    root_cause: str | None
    confidence: float
    summary: str
    suggested_fix: str
    code_level: bool
    evidence: tuple[Evidence, ...]
    open_points: tuple[str, ...]
    engine: Engine
    cost_usd: float
    tier: Tier
    fingerprint: str | None
    recurrence: Recurrence | None
    provisional: bool
    refused: Refusal | None
    cut: tuple[str, ...]
    next: str


class ApprovalBrief(Answer):
    """Where the approval of a fix stands and how a human can give it."""

    state: Literal["none", "waiting", "approved", "rejected", "expired"]
    expires_at: datetime | None
    ways: tuple[str, ...]


class Drafted(Answer):
    """Answer of `draft_fix`. Without a fix, `fix_id` is None and `state` is "none"."""

    run_id: str
    fix_id: str | None
    state: FixState | Literal["none"]
    branch: str | None
    base: str | None
    head: str | None
    diff_digest: str | None
    files: tuple[ChangedFile, ...]
    checks: Checks
    cost_usd: float
    approval: ApprovalBrief
    detail: str
    refused: Refusal | None
    next: str
