"""Booking the one attempt of a case, and waiting for its worker."""

from collections.abc import Awaitable, Callable
from decimal import Decimal

import anyio
from anyio.to_thread import run_sync

from operator_mcp import policy
from operator_mcp.approval.decisions import ask
from operator_mcp.errors import RuleRefusal
from operator_mcp.fixing.worker import patch_digest, precheck, start_worker
from operator_mcp.ledger import Ledger
from operator_mcp.models import LIVE_FIX_STATES, Case, Fix
from operator_mcp.settings import Repository, Settings

Progress = Callable[[str], Awaitable[None]]
WORKING = frozenset({"booked", "drafting", "checking"})
POLL_S = 0.2


async def silent(message: str) -> None:
    """Report progress to nobody."""


async def book(
    ledger: Ledger, settings: Settings, case: Case, repository: Repository, patch: str, *, actor: str
) -> Fix:
    """Book the attempt and start its worker; where another process was first, give its fix.

    The patch is tried against the base before anything is booked, so a bad one does not use the attempt up.

    Raises:
        FixingError: the patch or the repository cannot be used as given.
        RuleRefusal: rule 3 or 4 does not allow an attempt.
    """
    await precheck(patch, repository)
    fix, created = await run_sync(
        lambda: ledger.book_fix(
            case.case_id,
            fingerprint=case.fingerprint or "",
            repository=str(repository.path),
            base_branch=repository.base,
            patch_digest=patch_digest(patch),
            usd=Decimal(0),
            cap=policy.cap_usd(settings.cap_usd),
            actor=actor,
        )
    )
    if created:
        await start_worker(settings, fix, repository, patch)
    else:
        require_continuation(fix, patch)
    return fix


def require_continuation(fix: Fix, patch: str | None) -> None:
    """Raise the refusal of rule 3 for whatever would be a second attempt."""
    if fix.state not in LIVE_FIX_STATES:
        again = f"run `operator-mcp reopen {fix.fix_id} --reason ...`"
        done = "nothing more for this run; the same failure after the merge is a case of its own"
        raise RuleRefusal(
            3,
            f"this case had its one fix, {fix.fix_id}: {fix.state}, which is final",
            done if fix.state == "merged" else again,
        )
    if patch is not None and patch_digest(patch) != fix.patch_digest:
        raise RuleRefusal(3, f"this case has its one fix, {fix.fix_id}: {fix.state}", "decide on that fix first")


async def wait(ledger: Ledger, fix: Fix, progress: Progress, *, window_s: float) -> Fix:
    """Wait for the worker, within the window that clients allow for a call, telling each state once."""
    told = None
    with anyio.move_on_after(window_s):
        while fix.state in WORKING:
            if fix.state != told:
                told = fix.state
                await progress(f"{fix.fix_id}: {fix.state}")
            await anyio.sleep(POLL_S)
            found = await run_sync(ledger.fix, fix.fix_id)
            fix = found or fix
    if fix.state == "awaiting_approval":
        # The worker moves first and asks then; nobody may see the fix wait without a question.
        await ask(ledger, fix)
    return fix
