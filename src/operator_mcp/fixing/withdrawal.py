"""Withdrawing an approved fix that is not merged: the way out where it cannot be merged any more."""

from functools import partial
from pathlib import Path

from anyio.to_thread import run_sync

from operator_mcp.errors import FixingError, RuleRefusal
from operator_mcp.fixing.repository import Source, locate
from operator_mcp.fixing.turns import landing_of
from operator_mcp.ledger import Ledger
from operator_mcp.models import Fix
from operator_mcp.settings import Repository


async def withdraw(ledger: Ledger, fix: Fix, *, by: str, digest: str) -> Fix:
    """Move an approved fix to `rejected`, unless its base branch holds it already; a merge under way ends first.

    A repository that is gone holds nothing. `digest` is of the diff that was approved.

    Raises:
        RuleRefusal: the fix is merged, is not approved, or has other bytes (rule 5).
        FixingError: a merge does not end.
    """
    async with landing_of(fix, needed=True):
        if await _holds(fix):
            raise RuleRefusal(
                5,
                f"{fix.base_branch} holds {fix.fix_id} already",
                f"run `operator-mcp approve {fix.fix_id}` to have that written down; undo it with git revert",
            )
        return await run_sync(partial(ledger.withdraw, fix.fix_id, by=by, diff_digest=digest))


async def _holds(fix: Fix) -> bool:
    source = await _source(fix)
    tip = None if source is None else await source.git.branch(source.base_branch)
    if source is None or tip is None or fix.head is None or not await source.git.has(fix.head):
        return False
    return await source.git.is_ancestor(fix.head, tip)


async def _source(fix: Fix) -> Source | None:
    try:
        return await locate(Repository(path=Path(fix.repository), base=fix.base_branch))
    except FixingError:
        # Moved away or broken: just then a human needs the way out.
        return None
