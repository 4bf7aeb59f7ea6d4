"""What a generated run consists of: the rows and logs that a control plane would hold, and the truth."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from operator_mcp.models import Kind, LogEntry, Run, VerdictWord

CODE_LEVEL = frozenset({"code_bug", "schema_mismatch", "context_overflow"})
"""Cause classes whose remedy is a change in the fleet's own code."""


class Truth(BaseModel):
    """What was made to happen, in the fields of a recording's `truth.json`.

    `origin` is None on healthy runs; `acceptable_origins` holds every hop that a careful engineer would accept too;
    `null_ok` says that naming no origin yet is right too; `false_success` names a hop that succeeded with a failure.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenario: str
    family: str
    story: str
    run_id: str
    verdict: VerdictWord
    origin: str | None
    acceptable_origins: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    kind: Kind
    cause: str | None = None
    acceptable_causes: tuple[str, ...] = ()
    detectable: bool = False
    code_level: bool = False
    handled: tuple[str, ...] = ()
    recovered: tuple[str, ...] = ()
    collateral: tuple[str, ...] = ()
    concurrent: tuple[str, ...] = ()
    must_quote: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    null_ok: bool = False
    false_success: str | None = None


@dataclass(frozen=True)
class Generated:
    """One generated run: rows, logs by execution id, truth, and the seed and wordings that make it again."""

    family: str
    seed: int
    wordings: str
    run: Run
    logs: Mapping[str, tuple[LogEntry, ...]]
    truth: Truth
