"""Reading fingerprint memory: the rows of one fingerprint put together, within a transaction."""

from sqlalchemy import Connection, select

from operator_mcp.ledger import tables
from operator_mcp.ledger.columns import load
from operator_mcp.models import Diagnosis, Memory

NEWEST = 20
"""So many runs and signatures are told of a memory, so that reading it costs the same after a thousand runs."""


def memory_in(connection: Connection, fleet: str, fingerprint: str) -> Memory | None:
    """Give what is remembered under a fingerprint, with the state of its newest fix, or None."""
    t = tables.memories
    query = select(t).where(t.c.fleet == fleet, t.c.fingerprint == fingerprint)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    f = tables.fixes
    fix = connection.execute(
        select(f.c.fix_id, f.c.state, f.c.moved_at)
        .where(f.c.fleet == fleet, f.c.fingerprint == fingerprint)
        .order_by(f.c.number.desc())
        .limit(1)
    ).one_or_none()
    return Memory(
        fingerprint=row.fingerprint,
        diagnosis=load(Diagnosis, row.body),
        count=row.count,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        renewed_at=row.renewed_at,
        runs=_newest(connection, "memory_runs", "run_id", fleet, fingerprint),
        signatures=_newest(connection, "memory_signatures", "signature", fleet, fingerprint),
        fix_state=fix.state if fix else None,
        fix_id=fix.fix_id if fix else None,
        fix_at=fix.moved_at if fix else None,
    )


def fingerprint_of(connection: Connection, fleet: str, signature: str) -> str | None:
    """Give the fingerprint that a signature is known under, or None; the empty signature is never known."""
    t = tables.memory_signatures
    query = select(t.c.fingerprint).where(t.c.fleet == fleet, t.c.signature == signature)
    return connection.execute(query).scalar_one_or_none() if signature else None


def counted_under(connection: Connection, fleet: str, run_id: str) -> str | None:
    """Give the fingerprint that a run was counted under, or None."""
    t = tables.memory_runs
    query = select(t.c.fingerprint).where(t.c.fleet == fleet, t.c.run_id == run_id)
    return connection.execute(query).scalar_one_or_none()


def _newest(connection: Connection, table: str, column: str, fleet: str, fingerprint: str) -> tuple[str, ...]:
    t = tables.metadata.tables[table]
    query = (
        select(t.c[column])
        .where(t.c.fleet == fleet, t.c.fingerprint == fingerprint)
        .order_by(t.c.number.desc())
        .limit(NEWEST)
    )
    return tuple(connection.execute(query).scalars())
