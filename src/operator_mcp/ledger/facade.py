"""The ledger: one object over the repositories, opened by URL."""

from collections.abc import Callable
from typing import Self

from operator_mcp.errors import LedgerError
from operator_mcp.ledger.approvals import Approvals
from operator_mcp.ledger.audit import Audit
from operator_mcp.ledger.backlog import Backlog
from operator_mcp.ledger.cases import Cases
from operator_mcp.ledger.copies import Copies
from operator_mcp.ledger.diagnoses import Diagnoses
from operator_mcp.ledger.feed import Feed
from operator_mcp.ledger.fixes import Fixes
from operator_mcp.ledger.investigations import Investigations
from operator_mcp.ledger.memories import Memories
from operator_mcp.ledger.migrate import migrate
from operator_mcp.ledger.money import Money
from operator_mcp.ledger.moves import Moves
from operator_mcp.ledger.outbox import Outbox
from operator_mcp.ledger.readings import Readings
from operator_mcp.ledger.store import Clock, connect, random_fix_id, utcnow
from operator_mcp.ledger.verdicts import Verdicts


class Ledger(
    Investigations,
    Cases,
    Diagnoses,
    Memories,
    Verdicts,
    Feed,
    Outbox,
    Copies,
    Backlog,
    Fixes,
    Moves,
    Money,
    Readings,
    Approvals,
    Audit,
):
    """The durable store that makes the rules true across processes, restarts and agents.

    Every method is one transaction, safe to call from any thread and any number of processes at once. Besides what
    it documents, every method raises LedgerError when the database cannot be reached or was busy for too long.
    """

    @classmethod
    def open(cls, url: str, *, clock: Clock = utcnow, new_fix_id: Callable[[], str] = random_fix_id) -> Self:
        """Open the ledger at a SQLAlchemy URL (`sqlite:///...` or `postgresql://...`), made or brought up to date.

        Raises:
            LedgerError: the URL, the folder, the driver or the database cannot be used.
        """
        engine = connect(url)
        try:
            migrate(engine)
        except LedgerError:
            engine.dispose()
            raise
        return cls(engine, clock, new_fix_id)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()
