"""The improvement backlog: per reasoner, what keeps failing, ranked by how often and how recently."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from operator_mcp.ledger import tables
from operator_mcp.ledger.recollection import memory_in
from operator_mcp.ledger.store import Store
from operator_mcp.models import Memory, Noun

HALF_LIFE = timedelta(days=7)
"""A failure last seen so long ago weighs half."""


class BacklogItem(Noun):
    """One remembered failure of a reasoner and its weight: count, halved for each week since it was last seen."""

    memory: Memory
    weight: float


class ReasonerLoad(Noun):
    """One reasoner that is remembered to fail: of how many causes, in how many runs, and when last."""

    reasoner: str
    causes: int
    runs: int
    last_seen: datetime


class Backlog(Store):
    """Reading memory by reasoner."""

    def reasoners(self, fleet: str) -> list[ReasonerLoad]:
        """Give the reasoners of a fleet that memory knows, most failed runs first."""
        t = tables.memories
        runs = func.sum(t.c.count)
        query = (
            select(t.c.reasoner, func.count(), runs, func.max(t.c.last_seen))
            .where(t.c.fleet == fleet)
            .group_by(t.c.reasoner)
            .order_by(runs.desc(), t.c.reasoner)
        )
        with self._read() as connection:
            rows = connection.execute(query).all()
        return [ReasonerLoad(reasoner=r[0], causes=r[1], runs=r[2], last_seen=r[3]) for r in rows]

    def backlog(self, fleet: str, reasoner: str) -> list[BacklogItem]:
        """Give what keeps failing in one reasoner, heaviest first."""
        t = tables.memories
        query = select(t.c.fingerprint).where(t.c.fleet == fleet, t.c.reasoner == reasoner)
        with self._read() as connection:
            found = [memory_in(connection, fleet, fingerprint) for fingerprint in connection.execute(query).scalars()]
        items = [BacklogItem(memory=m, weight=weight(m, self._clock())) for m in found if m is not None]
        return sorted(items, key=lambda item: (-item.weight, item.memory.fingerprint))


def weight(memory: Memory, now: datetime) -> float:
    """Give count x recency of a memory."""
    return float(memory.count * 0.5 ** (max(now - memory.last_seen, timedelta(0)) / HALF_LIFE))
