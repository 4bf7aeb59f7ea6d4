"""Merging an approved fix: only the approved bytes, only into a base they still fit, and at most once."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import anyio
from anyio.to_thread import run_sync

from operator_mcp.errors import FixingError, LedgerError, RuleRefusal
from operator_mcp.fixing.attempt import test_files
from operator_mcp.fixing.change import Change, describe
from operator_mcp.fixing.checks import check
from operator_mcp.fixing.commits import merge_message
from operator_mcp.fixing.landing import Landing, land
from operator_mcp.fixing.repository import Source, locate
from operator_mcp.fixing.standing import ACTOR, move, stored
from operator_mcp.fixing.turns import landing_of, turn
from operator_mcp.fixing.workspace import Workspace, fix_folder
from operator_mcp.ledger import Ledger
from operator_mcp.models import Approval, Fix
from operator_mcp.settings import Repository

_TRIES = 4
"""How often the base may move while it is being merged into, before the human is asked to try again."""

_PAUSE_S = 0.2


async def merge(ledger: Ledger, fix: Fix, repository: Repository, home: Path) -> Fix:
    """Merge an approved fix into the base branch and give it: `merged`, `conflict`, or still `approved`.

    Still `approved` means that the base is checked out in a working tree that may not be touched; `detail` then says
    why, and which one command finishes it. A fix that is merged already is given as it is. Safe to call again after
    a crash between any two steps, and from several processes at once.

    Raises:
        RuleRefusal: the fix is not approved, or its branch is not what was approved (rule 5; audited).
        FixingError: the repository cannot be read or written.
    """
    fix = await stored(ledger, fix.fix_id)
    if fix.state == "merged":
        return fix
    approval = await run_sync(ledger.approval, fix.fix_id)
    if fix.state != "approved" or approval is None or approval.state != "approved":
        raise RuleRefusal(5, f"{fix.fix_id} is {fix.state}, not approved", "approve it first, while it waits")
    merging = _Merge(ledger, fix, approval, await locate(repository), repository, fix_folder(home, fix.fix_id))
    return await _record(ledger, fix, await merging.carry())


async def _record(ledger: Ledger, fix: Fix, landing: Landing) -> Fix:
    if landing.state == "approved":
        await run_sync(ledger.record, ACTOR, "merge held up", fix.fix_id, landing.detail)
        return (await stored(ledger, fix.fix_id)).model_copy(update={"detail": landing.detail})
    try:
        return await move(ledger, fix, landing.state, detail=landing.detail)
    except LedgerError:
        # It is written down: where the bytes landed, or by another process that brought them to the same end.
        now = await stored(ledger, fix.fix_id)
        if now.state != landing.state:
            raise
        return now


@dataclass(frozen=True)
class _Merge:
    ledger: Ledger
    fix: Fix
    approval: Approval
    source: Source
    repository: Repository
    folder: Path

    async def carry(self) -> Landing:
        for _ in range(_TRIES):
            landing = await self._try(await self.source.base())
            if landing is not None:
                return landing
        raise FixingError(
            f"{self.source.base_branch!r} was being changed by somebody else, {_TRIES} times",
            f"Run `operator-mcp approve {self.fix.fix_id}` when it rests.",
        )

    async def _try(self, tip: str) -> Landing | None:
        """Merge onto this tip of the base; None where the base moved on meanwhile."""
        head = self.approved_head
        if await self.source.git.has(head) and await self.source.git.is_ancestor(head, tip):
            return Landing("merged", f"{self.source.base_branch} holds {head[:12]}")
        await self._require_branch(head)
        with tempfile.TemporaryDirectory(prefix="merge-", dir=self.folder, ignore_cleanup_errors=True) as scratch:
            workspace = await Workspace.create(Path(scratch), self.source, [tip, head])
            change = await self._require_approved_bytes(workspace, head)
            if tip != change.base and not await workspace.git.is_ancestor(change.base, tip):
                return _conflict(
                    f"{self.source.base_branch} no longer contains {change.base[:12]}, which it is based on"
                )
            tree = await workspace.merged_tree(tip, head)
            if tree is None:
                return _conflict(f"it does not merge cleanly into {self.source.base_branch} at {tip[:12]}")
            if tip != change.base and (reason := await self._why_not(workspace, change, tip, tree)):
                return _conflict(f"on {self.source.base_branch} as it moved to {tip[:12]}, {reason}")
            commit = await workspace.commit_merge(tree, tip, head, self._message, when=self._when)
            async with turn(self.folder.parent, self.source.common), landing_of(self.fix, needed=False):
                # From here on the user's repository changes: finish that, whoever stops waiting for it.
                with anyio.CancelScope(shield=True):
                    landing = await self._land(workspace, tip, commit)
        if landing is None:
            await anyio.sleep(_PAUSE_S)
        return landing

    async def _land(self, workspace: Workspace, tip: str, commit: str) -> Landing | None:
        """Move the branch and write that down, while nobody can withdraw the fix."""
        now = await stored(self.ledger, self.fix.fix_id)
        if now.state == "rejected":
            raise RuleRefusal(5, f"{now.fix_id} was withdrawn: {now.detail}", "nothing is merged")
        landing = await land(self.source, workspace, self.fix.fix_id, tip, commit)
        if landing is not None and landing.state == "merged":
            await _record(self.ledger, self.fix, landing)
        return landing

    @property
    def approved_head(self) -> str:
        if self.fix.head is None or self.fix.base is None or self.fix.branch is None:
            raise FixingError(f"{self.fix.fix_id} has no commit", "The ledger was edited by hand; reject the fix.")
        return self.fix.head

    @property
    def _message(self) -> str:
        return merge_message(self.fix, self.approval.decided_by or "")

    @property
    def _when(self) -> str:
        """The time of the decision: the merge commit of one decision onto one base is one commit, whoever makes it."""
        return (self.approval.decided_at or self.approval.asked_at).isoformat(timespec="seconds")

    async def _require_branch(self, head: str) -> None:
        now = await self.source.git.branch(self.fix.branch or "")
        if now != head:
            found = f"is at {now[:12]}" if now else "is gone"
            await self._refuse(f"the branch {self.fix.branch} {found}; {head[:12]} was approved")

    async def _require_approved_bytes(self, workspace: Workspace, head: str) -> Change:
        change = await describe(workspace.git, self.approval.base, head)
        if (change.tree, change.digest) != (self.approval.tree, self.approval.diff_digest):
            await self._refuse(f"the commit {head[:12]} does not hold the approved bytes")
        return change

    async def _refuse(self, why: str) -> None:
        await run_sync(self.ledger.record, ACTOR, "merge refused", self.fix.fix_id, why)
        raise RuleRefusal(5, why, f"put {self.fix.branch} back to the approved commit, or reject the fix")

    async def _why_not(self, workspace: Workspace, change: Change, tip: str, tree: str) -> str:
        tests = test_files(change, self.repository)
        return (await check(workspace, self.repository, base=tip, head=tree, tests=tests)).reason


def _conflict(why: str) -> Landing:
    return Landing("conflict", f"not merged: {why}. The branch is kept; merge it by hand")
