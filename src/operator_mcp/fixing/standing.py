"""The ledger's word on one fix, from async code."""

from functools import partial
from typing import Unpack

from anyio.to_thread import run_sync

from operator_mcp.errors import LedgerError
from operator_mcp.ledger import Ledger
from operator_mcp.ledger.moves import FixFields
from operator_mcp.models import Fix, FixState

ACTOR = "fixing"
"""Who the audit trail names for what the fixing machinery does by itself."""


async def stored(ledger: Ledger, fix_id: str) -> Fix:
    """Give the fix as it stands now.

    Raises:
        LedgerError: there is no such fix.
    """
    fix = await run_sync(ledger.fix, fix_id)
    if fix is None:
        raise LedgerError(f"there is no fix {fix_id!r}", "List the fixes with `operator-mcp cases`.")
    return fix


async def move(ledger: Ledger, fix: Fix, target: FixState, **fields: Unpack[FixFields]) -> Fix:
    """Move the fix on from the state it was seen in.

    Raises:
        LedgerError: it is no longer in that state.
    """
    return await run_sync(partial(ledger.move_fix, fix.fix_id, fix.state, target, actor=ACTOR, **fields))
