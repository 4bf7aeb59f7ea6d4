"""One attempt at a fix, from booked to a question for a human; whatever kills it, it is never started again."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import anyio
from anyio.to_thread import run_sync

from operator_mcp.approval.decisions import ask
from operator_mcp.errors import FixingError, LedgerError
from operator_mcp.fixing.change import Change, require_plain
from operator_mcp.fixing.checks import check
from operator_mcp.fixing.commits import fix_message
from operator_mcp.fixing.leftovers import clear, workspace_folder
from operator_mcp.fixing.patch import Patch, parse
from operator_mcp.fixing.paths import matches
from operator_mcp.fixing.publish import publish
from operator_mcp.fixing.repository import Source, locate
from operator_mcp.fixing.standing import move, stored
from operator_mcp.fixing.workspace import Workspace
from operator_mcp.ledger import Ledger
from operator_mcp.ledger.moves import WORKING, FixFields
from operator_mcp.models import Fix
from operator_mcp.settings import Repository

BEAT_S = 5.0
"""How often the worker shows that it lives."""


def utcnow() -> datetime:
    """Give the time in UTC."""
    return datetime.now(UTC)


async def run_attempt(
    ledger: Ledger,
    fix_id: str,
    repository: Repository,
    patch_text: str,
    home: Path,
    *,
    clock: Callable[[], datetime] = utcnow,
) -> Fix:
    """Carry a booked fix to `awaiting_approval`, `not_verified` or `failed`, and give it.

    Only the one call that moves the fix out of `booked` works on it; every other call reports where it stands (and
    puts the question to a human if a crash left that out). So killing and calling again never starts a second attempt.

    Raises:
        LedgerError: there is no such fix.
    """
    fix = await stored(ledger, fix_id)
    if fix.state == "booked":
        await _work(ledger, fix, _Attempt(ledger, repository, home, clock), patch_text)
    return await _asked(ledger, fix_id)


async def _asked(ledger: Ledger, fix_id: str) -> Fix:
    fix = await stored(ledger, fix_id)
    if fix.state == "awaiting_approval":
        await ask(ledger, fix)
    return fix


async def _work(ledger: Ledger, fix: Fix, attempt: "_Attempt", patch_text: str) -> None:
    try:
        fix = await move(ledger, fix, "drafting")
    except LedgerError:
        # Another call was first; that one works on it.
        return
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_beat, ledger, fix.fix_id, tasks.cancel_scope)
            await attempt.carry(fix, patch_text)
            tasks.cancel_scope.cancel()
        # Before anything slow: whoever looks now must find the question.
        await _asked(ledger, fix.fix_id)
    finally:
        with anyio.CancelScope(shield=True):
            await clear(attempt.home, fix.fix_id)


async def _beat(ledger: Ledger, fix_id: str, work: anyio.CancelScope) -> None:
    while True:
        await anyio.sleep(BEAT_S)
        try:
            await run_sync(ledger.beat, fix_id)
        except LedgerError:
            # Given up as lost (or ended): whatever is still going on must stop.
            work.cancel()
            return


class _Attempt:
    def __init__(self, ledger: Ledger, repository: Repository, home: Path, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._repository = repository
        self.home = home
        self._clock = clock

    async def carry(self, fix: Fix, patch_text: str) -> None:
        try:
            await self._draft(fix, patch_text)
        except FixingError as e:
            await self._fail(fix, str(e))
        except LedgerError:
            if (await stored(self._ledger, fix.fix_id)).state in WORKING:
                raise
        except Exception as e:
            await self._fail(fix, f"an error of the operator itself: {type(e).__name__}; see worker.log")
            raise

    async def _draft(self, fix: Fix, patch_text: str) -> None:
        patch = parse(patch_text, self._repository.allow)
        source = await locate(self._repository)
        base = await source.base()
        workspace = await Workspace.create(workspace_folder(self.home, fix.fix_id), source, [base])
        change = await commit_change(workspace, base, patch, fix, self._repository, self._clock())
        fix = await move(self._ledger, fix, "checking", **_bytes_of(change))
        await self._check(fix, workspace, source, change)

    async def _check(self, fix: Fix, workspace: Workspace, source: Source, change: Change) -> None:
        tests = test_files(change, self._repository)
        verdict = await check(workspace, self._repository, base=change.base, head=change.head, tests=tests)
        if not verdict.verified:
            await move(self._ledger, fix, "not_verified", checks=verdict.checks, detail=verdict.reason)
            return
        # A worker that was given up as lost while it slept must leave no branch behind.
        await run_sync(self._ledger.beat, fix.fix_id)
        branch = await publish(source, workspace, fix, change.head)
        note = _note(change, tests)
        await move(self._ledger, fix, "awaiting_approval", branch=branch, checks=verdict.checks, detail=note)

    async def _fail(self, fix: Fix, why: str) -> None:
        await move(self._ledger, await stored(self._ledger, fix.fix_id), "failed", detail=why)


async def commit_change(
    workspace: Workspace, base: str, patch: Patch, fix: Fix, repository: Repository, when: datetime
) -> Change:
    """Commit the patch in the workspace and let git's own account of it pass every limit again.

    Raises:
        FixingError: it does not apply, or changes more than the lines of ordinary, allowed files.
    """
    change = await workspace.commit_patch(base, patch, fix_message(fix), when=when.isoformat(timespec="seconds"))
    await require_plain(workspace.git, change, repository.allow)
    return change


def test_files(change: Change, repository: Repository) -> tuple[str, ...]:
    """Give the changed files that are tests by the repository's globs."""
    return tuple(file.path for file in change.files if matches(file.path, repository.tests))


def _bytes_of(change: Change) -> FixFields:
    return FixFields(
        base=change.base,
        head=change.head,
        tree=change.tree,
        diff_digest=change.digest,
        diff=change.diff,
        files=change.files,
    )


def _note(change: Change, tests: tuple[str, ...]) -> str:
    """Give what a human should look at twice: tests that passed before and were edited."""
    edited = [file.path for file in change.files if file.path in tests and file.removed]
    return f"lines of existing tests were changed: {', '.join(edited)}" if edited else ""
