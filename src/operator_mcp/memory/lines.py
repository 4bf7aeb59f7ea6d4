"""Memory and backlog as they are listed: the same lines for the terminal and for the resources."""

from datetime import datetime

from operator_mcp.answers import Answer
from operator_mcp.ledger import BacklogItem
from operator_mcp.memory.telling import seen, standing, step
from operator_mcp.models import Engine, Memory

SUMMARY = 200
"""Characters of a summary in a list; the whole one is under the memory's own address."""


class MemoryLine(Answer):
    """One remembered failure in a list. `summary` may carry words of the fleet."""

    fingerprint: str
    root_cause: str
    confidence: float
    engine: Engine
    provisional: bool
    count: int
    first_seen: datetime
    last_seen: datetime
    seen: str
    standing: str
    fix_id: str | None
    summary: str


class BacklogLine(Answer):
    """One thing to improve in a reasoner: `weight` is count x recency, `step` may carry words of the fleet."""

    fingerprint: str
    root_cause: str
    weight: float
    count: int
    last_seen: datetime
    seen: str
    standing: str
    fix_id: str | None
    step: str


def memory_line(memory: Memory) -> MemoryLine:
    """Give a memory as a line."""
    diagnosis = memory.diagnosis
    return MemoryLine(
        fingerprint=memory.fingerprint,
        root_cause=diagnosis.root_cause,
        confidence=diagnosis.confidence,
        engine=diagnosis.engine,
        provisional=diagnosis.provisional,
        count=memory.count,
        first_seen=memory.first_seen,
        last_seen=memory.last_seen,
        seen=seen(memory),
        standing=standing(memory),
        fix_id=memory.fix_id,
        summary=_short(diagnosis.summary),
    )


def backlog_line(item: BacklogItem) -> BacklogLine:
    """Give a backlog item as a line."""
    memory = item.memory
    return BacklogLine(
        fingerprint=memory.fingerprint,
        root_cause=memory.diagnosis.root_cause,
        weight=round(item.weight, 2),
        count=memory.count,
        last_seen=memory.last_seen,
        seen=seen(memory),
        standing=standing(memory),
        fix_id=memory.fix_id,
        step=_short(step(memory)),
    )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SUMMARY else line[: SUMMARY - 1] + "…"
