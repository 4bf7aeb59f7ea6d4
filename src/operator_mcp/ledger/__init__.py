"""The ledger: the store that makes the rules true across processes, restarts and different agents."""

from operator_mcp.ledger.approvals import Decision
from operator_mcp.ledger.backlog import BacklogItem, ReasonerLoad
from operator_mcp.ledger.diagnoses import better
from operator_mcp.ledger.facade import Ledger
from operator_mcp.ledger.investigations import Investigation
from operator_mcp.ledger.memories import MemoryPage
from operator_mcp.ledger.moves import MOVES, FixFields
from operator_mcp.ledger.outbox import Mirror
from operator_mcp.ledger.store import utcnow

__all__ = [
    "MOVES",
    "BacklogItem",
    "Decision",
    "FixFields",
    "Investigation",
    "Ledger",
    "MemoryPage",
    "Mirror",
    "ReasonerLoad",
    "better",
    "utcnow",
]
