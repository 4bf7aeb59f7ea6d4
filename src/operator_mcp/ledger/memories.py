"""Fingerprint memory (rule 2): what was diagnosed once is recognised afterwards, and every run is counted once."""

from datetime import datetime

from sqlalchemy import Connection, and_, case, delete, insert, or_, select, update

from operator_mcp import policy
from operator_mcp.errors import UsageError
from operator_mcp.ledger import tables
from operator_mcp.ledger.audit import write_line
from operator_mcp.ledger.columns import dump
from operator_mcp.ledger.diagnoses import REASONED, better
from operator_mcp.ledger.outbox import mirror_later
from operator_mcp.ledger.recollection import counted_under, fingerprint_of, memory_in
from operator_mcp.ledger.store import Store
from operator_mcp.models import Diagnosis, Memory, Noun


class MemoryPage(Noun):
    """Memories, newest first, and the cursor of the next page (None on the last)."""

    memories: tuple[Memory, ...]
    next_cursor: str | None


class Memories(Store):
    """Remembering, recognising, listing and forgetting. Every change is also noted for the mirror."""

    def remember(
        self,
        fleet: str,
        run_id: str,
        fingerprint: str,
        diagnosis: Diagnosis,
        signature: str,
        *,
        failed_at: datetime | None = None,
    ) -> Memory:
        """Remember a diagnosis under its fingerprint and count the run, once however many processes call.

        A remembered diagnosis is only replaced by a better one, or where the run is a regression (rule 2), which
        starts its memory anew. A run that was counted under another fingerprint moves to this one if its new
        diagnosis outranks that one; else the other memory is given, unchanged. `failed_at` is when the run failed.
        """
        with self._change() as connection:
            return remember_in(
                connection, self._clock(), fleet, run_id, fingerprint, diagnosis, signature, failed_at=failed_at
            )

    def see_again(self, fleet: str, run_id: str, signature: str, *, failed_at: datetime | None = None) -> Memory | None:
        """Recognise a run by its signature and count it, once however many processes call; None if it is unknown.

        `failed_at` is when the run failed, now unless told; `policy.is_regression` tells what that means.
        """
        with self._read() as connection:
            known = fingerprint_of(connection, fleet, signature)
            if known is None:
                return None
            if counted_under(connection, fleet, run_id) is not None:
                return memory_in(connection, fleet, known)
        with self._change() as connection:
            known = fingerprint_of(connection, fleet, signature)
            if known is None:
                return None
            now = self._clock()
            if _count(connection, _seen(failed_at, now), fleet, run_id, known):
                mirror_later(connection, now, fleet, known)
            return memory_in(connection, fleet, known)

    def recall(self, fleet: str, signature: str) -> Memory | None:
        """Give what is remembered of failures with this signature, counting nothing; None if it is unknown."""
        with self._read() as connection:
            known = fingerprint_of(connection, fleet, signature)
            return None if known is None else memory_in(connection, fleet, known)

    def memory(self, fleet: str, fingerprint: str) -> Memory | None:
        """Give what is remembered under a fingerprint, or None."""
        with self._read() as connection:
            return memory_in(connection, fleet, fingerprint)

    def memories(self, fleet: str, *, limit: int = 20, cursor: str | None = None) -> MemoryPage:
        """Give a page of a fleet's memories, newest first.

        Raises:
            UsageError: the cursor is not one of ours.
        """
        t = tables.memories
        query = select(t.c.fingerprint, t.c.last_seen).where(t.c.fleet == fleet)
        if cursor is not None:
            at, last = _parse_cursor(cursor)
            query = query.where(or_(t.c.last_seen < at, and_(t.c.last_seen == at, t.c.fingerprint > last)))
        query = query.order_by(t.c.last_seen.desc(), t.c.fingerprint).limit(limit + 1)
        with self._read() as connection:
            rows = connection.execute(query).all()
            found = [memory_in(connection, fleet, row.fingerprint) for row in rows[:limit]]
        more = f"{rows[limit - 1].last_seen.isoformat()} {rows[limit - 1].fingerprint}" if len(rows) > limit else None
        return MemoryPage(memories=tuple(m for m in found if m is not None), next_cursor=more)

    def forget(self, fleet: str, fingerprint: str, *, actor: str) -> bool:
        """Forget a fingerprint with its signatures and counts, for a human; False if nothing was remembered.

        A run that fails alike afterwards is a new failure: it may be read by a model again.
        """
        with self._change() as connection:
            memory = memory_in(connection, fleet, fingerprint)
            if memory is None:
                return False
            _part_look_alikes(connection, fleet, fingerprint)
            _erase(connection, self._clock(), fleet, fingerprint)
            write_line(connection, self._clock(), actor, "forgotten", fingerprint, f"{memory.count} runs in {fleet}")
            return True


def remember_in(
    connection: Connection,
    now: datetime,
    fleet: str,
    run_id: str,
    fingerprint: str,
    diagnosis: Diagnosis,
    signature: str,
    *,
    failed_at: datetime | None,
) -> Memory:
    """Remember a diagnosis within a change; see `Memories.remember`."""
    at = _seen(failed_at, now)
    elsewhere = counted_under(connection, fleet, run_id)
    other = memory_in(connection, fleet, elsewhere) if elsewhere not in (None, fingerprint) else None
    if other is not None and not _supersedes(diagnosis, other, at):
        return other
    _point(connection, fleet, signature, fingerprint, diagnosis, at)
    if other is not None:
        _uncount(connection, now, fleet, run_id, other)
    _write(connection, now, fleet, fingerprint, diagnosis, at)
    _count(connection, at, fleet, run_id, fingerprint)
    mirror_later(connection, now, fleet, fingerprint)
    return _present(connection, fleet, fingerprint)


def _seen(failed_at: datetime | None, now: datetime) -> datetime:
    """Give when a failure was seen: when the run failed, unless its clock is ahead of ours."""
    return now if failed_at is None else min(failed_at, now)


def _supersedes(new: Diagnosis, old: Memory, at: datetime) -> bool:
    """Tell whether a run's own diagnosis outranks what memory said of it: better, reasoned about it, or back again."""
    reasoned = new.engine in REASONED and not new.provisional
    return reasoned or better(new, old.diagnosis) or policy.is_regression(old, at)


def _write(
    connection: Connection, now: datetime, fleet: str, fingerprint: str, diagnosis: Diagnosis, at: datetime
) -> None:
    t = tables.memories
    old = memory_in(connection, fleet, fingerprint)
    if old is None:
        values = {"reasoner": fingerprint.rpartition(":")[0], "count": 0, "first_seen": at, "last_seen": at}
        connection.execute(insert(t).values(fleet=fleet, fingerprint=fingerprint, body=dump(diagnosis), **values))
        return
    anew = policy.is_regression(old, at)
    if diagnosis.engine != "memory" and (anew or better(diagnosis, old.diagnosis)):
        here = (t.c.fleet == fleet, t.c.fingerprint == fingerprint)
        renewed = {"renewed_at": now} if anew else {}
        connection.execute(update(t).where(*here).values(body=dump(diagnosis), **renewed))


def _point(
    connection: Connection, fleet: str, signature: str, fingerprint: str, diagnosis: Diagnosis, at: datetime
) -> None:
    """Let a signature lead to a fingerprint, unless it leads to another one that is held better."""
    t = tables.memory_signatures
    known = fingerprint_of(connection, fleet, signature)
    if not signature or known == fingerprint:
        return
    if known is None:
        connection.execute(insert(t).values(fleet=fleet, signature=signature, fingerprint=fingerprint))
        return
    if _supersedes(diagnosis, _present(connection, fleet, known), at):
        here = (t.c.fleet == fleet, t.c.signature == signature)
        connection.execute(update(t).where(*here).values(fingerprint=fingerprint))


def _count(connection: Connection, at: datetime, fleet: str, run_id: str, fingerprint: str) -> bool:
    """Count a run that failed at a time under a fingerprint; False where it has been counted, under whichever."""
    if counted_under(connection, fleet, run_id) is not None:
        return False
    t = tables.memories
    connection.execute(insert(tables.memory_runs).values(fleet=fleet, run_id=run_id, fingerprint=fingerprint))
    first = case((t.c.first_seen > at, at), else_=t.c.first_seen)
    last = case((t.c.last_seen < at, at), else_=t.c.last_seen)
    here = (t.c.fleet == fleet, t.c.fingerprint == fingerprint)
    connection.execute(update(t).where(*here).values(count=t.c.count + 1, first_seen=first, last_seen=last))
    return True


def _uncount(connection: Connection, at: datetime, fleet: str, run_id: str, memory: Memory) -> None:
    """Take a run out of a memory, and the memory with its last run."""
    if memory.count <= 1:
        _erase(connection, at, fleet, memory.fingerprint)
        return
    r, t = tables.memory_runs, tables.memories
    connection.execute(delete(r).where(r.c.fleet == fleet, r.c.run_id == run_id))
    here = (t.c.fleet == fleet, t.c.fingerprint == memory.fingerprint)
    connection.execute(update(t).where(*here).values(count=t.c.count - 1))
    mirror_later(connection, at, fleet, memory.fingerprint)


def _erase(connection: Connection, at: datetime, fleet: str, fingerprint: str) -> None:
    for t in (tables.memories, tables.memory_runs, tables.memory_signatures):
        connection.execute(delete(t).where(t.c.fleet == fleet, t.c.fingerprint == fingerprint))
    mirror_later(connection, at, fleet, fingerprint)


def _part_look_alikes(connection: Connection, fleet: str, fingerprint: str) -> None:
    """Let the cases of a fingerprint look like no other, so that the next run may have a model's reading again.

    What a model read of them is what a human found to be wrong; each keeps its own reading and what it cost.
    """
    c, t = tables.cases, tables.memory_signatures
    known = select(t.c.signature).where(t.c.fleet == fleet, t.c.fingerprint == fingerprint)
    connection.execute(update(c).where(c.c.fleet == fleet, c.c.signature.in_(known)).values(signature=""))


def _present(connection: Connection, fleet: str, fingerprint: str) -> Memory:
    memory = memory_in(connection, fleet, fingerprint)
    if memory is None:
        raise AssertionError(f"{fingerprint} was written in this transaction")
    return memory


def _parse_cursor(cursor: str) -> tuple[datetime, str]:
    at, _, fingerprint = cursor.partition(" ")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError(f"cursor: {cursor!r} is not a cursor of this list", "Use next_cursor of the page before.")
    return moment, fingerprint
