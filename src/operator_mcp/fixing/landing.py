"""The last step of a merge: the user's base branch moves from one commit to the next, and nothing else of theirs."""

from dataclasses import dataclass
from typing import Literal

import anyio

from operator_mcp.errors import FixingError
from operator_mcp.fixing.git import Git, branch_ref
from operator_mcp.fixing.publish import bring
from operator_mcp.fixing.repository import Checkout, Source
from operator_mcp.fixing.workspace import Workspace
from operator_mcp.untrusted import clean

_FAST_FORWARD_S = 900.0
"""Long, because a fast-forward that is killed half-way leaves a half-written working tree."""

_SETTLE_S = 0.1
_LOOKS = 50


@dataclass(frozen=True)
class Landing:
    """Where the merge came to: done, in conflict, or held up by a working tree (then it stays approved)."""

    state: Literal["merged", "conflict", "approved"]
    detail: str


async def land(source: Source, workspace: Workspace, fix_id: str, tip: str, commit: str) -> Landing | None:
    """Move the base branch from `tip` to `commit`, which the workspace holds; None where it is no longer at `tip`.

    A base that is checked out nowhere moves as a ref. One that is checked out in a clean working tree moves with it
    (fast-forward, hooks and filters off). Any other working tree is left exactly as it is.

    Raises:
        FixingError: the repository cannot be written.
    """
    checkouts = await source.checkouts()
    if not checkouts:
        await bring(source, workspace, commit)
        return await _move_ref(source, fix_id, tip, commit)
    place = ", ".join(str(checkout.path) for checkout in checkouts)
    if len(checkouts) > 1:
        return _held(
            fix_id, f"{source.base_branch} is checked out in several working trees ({place})", "leave it in one"
        )
    await _unlocked(checkouts[0])
    why = await _why_untouchable(checkouts[0], workspace, tip, commit)
    if why is not None:
        # It may have been another merge on its way, seen between its writing files and moving the branch.
        await anyio.sleep(_SETTLE_S)
        if await source.base() != tip:
            return None
        return _held(fix_id, f"the working tree at {place} {why}", "commit or stash there")
    await bring(source, workspace, commit)
    return await _fast_forward(source, checkouts[0], fix_id, tip, commit)


async def _move_ref(source: Source, fix_id: str, tip: str, commit: str) -> Landing | None:
    ref = branch_ref(source.base_branch)
    done = await source.git.run("update-ref", "-m", f"operator: merge {fix_id}", ref, commit, tip, ok=(0, 1, 128))
    if done.code == 0:
        return _merged(source, commit)
    if await source.base() != tip:
        return None
    said = clean(done.err.decode("utf-8", "replace").strip(), 300)
    raise FixingError(
        f"{source.base_branch} cannot be moved: {said}", f"Mend that, then: operator-mcp approve {fix_id}."
    )


async def _fast_forward(source: Source, checkout: Checkout, fix_id: str, tip: str, commit: str) -> Landing | None:
    git = await _without_filters(checkout)
    options = ("--ff-only", "--no-verify", "--no-overwrite-ignore", "--quiet")
    done = await git.run("merge", *options, commit, ok=range(256), timeout_s=_FAST_FORWARD_S)
    now = await source.base()
    if now == commit:
        return _merged(source, commit)
    if now != tip or b"index.lock" in done.err:
        return None
    said = clean(done.err.decode("utf-8", "replace").strip(), 300)
    return _held(fix_id, f"git would not touch the working tree at {checkout.path}: {said}", "clear that up there")


async def _why_untouchable(checkout: Checkout, workspace: Workspace, tip: str, commit: str) -> str | None:
    if checkout.busy:
        return f"is in the middle of something ({checkout.busy})"
    git = await _without_filters(checkout)
    # Untracked files count for nothing here: git itself refuses to write over one.
    status = await git.text("status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=dirty")
    if status:
        first = clean(status.split("\0")[0][3:], 100)
        return f"has changes that are not committed ({first}, ...)"
    names = await workspace.git.text("diff-tree", "-r", "-z", "--name-only", "--no-renames", tip, commit)
    attributes = await git.text("check-attr", "-z", "filter", "--", *filter(None, names.split("\0")))
    filtered = [value for value in attributes.split("\0")[2::3] if value not in ("unspecified", "unset")]
    return f"needs the filter {clean(filtered[0], 60)!r} for a changed file" if filtered else None


async def _unlocked(checkout: Checkout) -> None:
    """Wait a while for another git to finish writing this index."""
    for _ in range(_LOOKS):
        if not (checkout.git_dir / "index.lock").exists():
            return
        await anyio.sleep(_SETTLE_S)


async def _without_filters(checkout: Checkout) -> Git:
    """Give git in this working tree with every clean and smudge program of its configuration taken away."""
    named = await checkout.git.run("config", "--null", "--name-only", "--get-regexp", r"^filter\.", ok=(0, 1))
    keys = filter(None, named.out.decode("utf-8", "replace").split("\0"))
    off = {key: "false" if key.endswith(".required") else "" for key in keys}
    return Git(checkout.git_dir, work_tree=checkout.path, config=off)


def _merged(source: Source, commit: str) -> Landing:
    return Landing("merged", f"merged into {source.base_branch} as {commit[:12]}")


def _held(fix_id: str, why: str, what: str) -> Landing:
    return Landing("approved", f"approved, not merged yet: {why}; {what}, then run `operator-mcp approve {fix_id}`")
