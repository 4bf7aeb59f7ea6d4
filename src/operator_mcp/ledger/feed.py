"""What changed in memory, for whoever watches: a number that grows with every change, and whose it was."""

from sqlalchemy import Connection, delete, func, insert, select

from operator_mcp.ledger import tables
from operator_mcp.ledger.store import Store


class Feed(Store):
    """Following the changes of memory that any process makes."""

    def memory_version(self, fleet: str) -> int:
        """Give the number of the newest change of a fleet's memory, 0 before the first one."""
        t = tables.memory_changes
        with self._read() as connection:
            newest = connection.execute(select(func.max(t.c.number)).where(t.c.fleet == fleet)).scalar_one()
        return int(newest or 0)

    def memory_changed(self, fleet: str, after: int) -> list[str]:
        """Give the fingerprints that changed after a version, the forgotten ones too, in the order of their changes."""
        t = tables.memory_changes
        query = select(t.c.fingerprint).where(t.c.fleet == fleet, t.c.number > after).order_by(t.c.number)
        with self._read() as connection:
            return list(connection.execute(query).scalars())


def note_change(connection: Connection, fleet: str, fingerprint: str) -> None:
    """Note within a change that a fingerprint's memory is another one now; only its newest change is kept."""
    t = tables.memory_changes
    connection.execute(delete(t).where(t.c.fleet == fleet, t.c.fingerprint == fingerprint))
    connection.execute(insert(t).values(fleet=fleet, fingerprint=fingerprint))
