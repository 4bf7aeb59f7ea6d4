"""The outbox of the mirror: fingerprints whose copy in the control plane's memory is behind ours."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from operator_mcp.ledger import tables
from operator_mcp.ledger.feed import note_change
from operator_mcp.ledger.recollection import memory_in
from operator_mcp.ledger.store import Store
from operator_mcp.models import Memory, Noun

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)


class Mirror(Noun):
    """One copy to bring up to date: write `memory`, or delete the key where it is None (forgotten)."""

    mirror_id: int
    fleet: str
    fingerprint: str
    memory: Memory | None
    attempts: int


class Outbox(Store):
    """Handing out what is to be mirrored. What changed twice is mirrored once, as it is by then."""

    def pending_mirrors(self, fleet: str, *, limit: int = 20, lease: timedelta = timedelta(seconds=60)) -> list[Mirror]:
        """Claim what is due, oldest first. A claim that is neither done nor failed is handed out again after `lease`.

        Changes that come during a claim wait for its end, so that an older copy never overwrites a newer one; write
        within the lease.
        """
        t = tables.mirrors
        now = self._clock()
        due = select(t).where(t.c.fleet == fleet, t.c.due_at <= now).order_by(t.c.mirror_id).limit(limit)
        with self._read() as connection:
            if connection.execute(due).first() is None:
                return []
        with self._change() as connection:
            rows = connection.execute(due).all()
            ids = [row.mirror_id for row in rows]
            connection.execute(update(t).where(t.c.mirror_id.in_(ids)).values(due_at=now + lease))
            return [
                Mirror(
                    mirror_id=row.mirror_id,
                    fleet=fleet,
                    fingerprint=row.fingerprint,
                    memory=memory_in(connection, fleet, row.fingerprint),
                    attempts=row.attempts,
                )
                for row in rows
            ]

    def mirror_done(self, mirror_id: int) -> None:
        """Say that a copy was written; a change that came meanwhile stays pending under a new id."""
        t = tables.mirrors
        with self._change() as connection:
            connection.execute(delete(t).where(t.c.mirror_id == mirror_id))

    def mirror_failed(self, mirror_id: int, why: str) -> None:
        """Say that a copy could not be written; it is due again later, twice as late each time, at most an hour."""
        t = tables.mirrors
        with self._change() as connection:
            attempts = connection.execute(select(t.c.attempts).where(t.c.mirror_id == mirror_id)).scalar_one_or_none()
            if attempts is None:
                return
            due = self._clock() + min(FIRST_WAIT * 2 ** min(attempts, 10), LONGEST_WAIT)
            values = {"attempts": attempts + 1, "why": why, "due_at": due}
            connection.execute(update(t).where(t.c.mirror_id == mirror_id).values(values))

    def hasten_mirrors(self, fleet: str, *, lease: timedelta = timedelta(seconds=60)) -> None:
        """Make the copies due that wait longer than any claim does, for failing: the control plane answers again."""
        t = tables.mirrors
        now = self._clock()
        waiting = (t.c.fleet == fleet, t.c.due_at > now + lease)
        with self._read() as connection:
            if connection.execute(select(t.c.mirror_id).where(*waiting).limit(1)).first() is None:
                return
        with self._change() as connection:
            connection.execute(update(t).where(*waiting).values(due_at=now))


def mirror_later(connection: Connection, at: datetime, fleet: str, fingerprint: str) -> None:
    """Note within a change that a memory changed and its copy is behind, under a new id and with the old one's wait."""
    note_change(connection, fleet, fingerprint)
    t = tables.mirrors
    here = (t.c.fleet == fleet, t.c.fingerprint == fingerprint)
    old = connection.execute(select(t.c.due_at, t.c.attempts, t.c.why).where(*here)).one_or_none()
    values = {"due_at": at, "attempts": 0, "why": ""} if old is None else dict(old._mapping)
    connection.execute(delete(t).where(*here))
    connection.execute(insert(t).values(fleet=fleet, fingerprint=fingerprint, **values))
