"""Asking for a decision and taking it: what was decided, by whom, about which bytes."""

from functools import partial

from anyio.to_thread import run_sync

from operator_mcp import policy
from operator_mcp.errors import FixingError, RuleRefusal, UsageError
from operator_mcp.fixing.withdrawal import withdraw
from operator_mcp.ledger import Ledger
from operator_mcp.ledger.approvals import Decision
from operator_mcp.models import Approval, Fix

SHORT_DIGEST = 12
"""How many characters of a digest a human is shown, and the least that counts as naming it."""


async def ask(ledger: Ledger, fix: Fix) -> Approval:
    """Put the question about a fix that awaits approval and give it; asking again gives the same one.

    Raises:
        RuleRefusal: the fix does not wait, or these are not its bytes (rule 5).
        FixingError: the fix has no bytes to decide about.
    """
    if fix.base is None or fix.tree is None or fix.diff_digest is None:
        raise FixingError(f"{fix.fix_id} has nothing to approve", "Call draft_fix again to see where it stands.")
    bound = partial(ledger.ask_approval, base=fix.base, tree=fix.tree, diff_digest=fix.diff_digest)
    return await run_sync(partial(bound, fix.fix_id, lifetime=policy.APPROVAL_LIFETIME))


async def decide(ledger: Ledger, fix_id: str, approve: bool, *, by: str, digest: str | None) -> Fix:
    """Take a human's decision about a fix that waits for one, and give the fix: `approved` or `rejected`.

    Rejecting a fix that is approved but not merged withdraws it.

    `digest` is of the diff the human saw (at least its first 12 characters); None where they saw the stored one.

    Raises:
        UsageError: no fix has that id, or nobody is named.
        RuleRefusal: the fix does not wait, was decided before, has expired, is merged, or has other bytes (rule 5).
        FixingError: the fix is being merged, and that does not end.
    """
    fix = await run_sync(ledger.fix, fix_id)
    if fix is None:
        raise UsageError(f"no fix has the id {fix_id!r}", "Run `operator-mcp cases` to see the fixes there are.")
    if fix.state == "awaiting_approval":
        # A worker that was killed right after its last move has not asked yet.
        await ask(ledger, fix)
    approval = await run_sync(ledger.approval, fix_id)
    if approval is None:
        raise RuleRefusal(5, f"{fix_id} is {fix.state}: there is nothing to decide", "wait until it awaits approval")
    bound = _bound_digest(approval, digest)
    if fix.state == "approved" and not approve:
        return await withdraw(ledger, fix, by=by, digest=bound)
    decision: Decision = "approved" if approve else "rejected"
    return await run_sync(partial(ledger.decide, fix_id, decision, by=by, diff_digest=bound))


def _bound_digest(approval: Approval, digest: str | None) -> str:
    if digest is None or (len(digest) >= SHORT_DIGEST and approval.diff_digest.startswith(digest)):
        return approval.diff_digest
    return digest


def ways(fix: Fix, *, in_session: bool = True) -> list[str]:
    """Tell how a human can decide about a fix that waits, or finish an approved one; empty for all others."""
    if fix.state == "approved":
        return [
            f"run `operator-mcp approve {fix.fix_id}` in a terminal to finish the merge, or reject it to withdraw it"
        ]
    if fix.state != "awaiting_approval":
        return []
    here = ["answer the question in this session (call draft_fix again to be asked again)"] if in_session else []
    return [*here, f"run `operator-mcp approve {fix.fix_id}` or `operator-mcp reject {fix.fix_id}` in a terminal"]
