"""Bringing commits into the user's repository: objects and one new branch, never HEAD, index or working tree."""

from operator_mcp.errors import FixingError
from operator_mcp.fixing.commits import branch_name
from operator_mcp.fixing.git import Git, branch_ref
from operator_mcp.fixing.repository import Source
from operator_mcp.fixing.workspace import FETCH, Workspace
from operator_mcp.models import Fix

_MOST_NUMBERS = 50


async def bring(source: Source, workspace: Workspace, commit: str) -> None:
    """Copy a commit and what it needs from a workspace into the user's object store; no ref changes.

    Raises:
        FixingError: the objects are broken, or the repository cannot be written.
    """
    git = Git(source.common, config={"fetch.fsckObjects": "true"})
    await git.run(*FETCH, "--end-of-options", str(workspace.git.git_dir), commit)


async def publish(source: Source, workspace: Workspace, fix: Fix, head: str) -> str:
    """Make the branch of a fix in the user's repository and give its name; one that is there at `head` is kept.

    Raises:
        FixingError: no free name, or the repository cannot be written.
    """
    await bring(source, workspace, head)
    for number in range(1, _MOST_NUMBERS + 1):
        name = branch_name(fix.run_id, number)
        # The empty old value makes it a creation: a branch that somebody else has is never moved.
        await source.git.run("update-ref", "-m", f"operator: {fix.fix_id}", branch_ref(name), head, "", ok=(0, 1, 128))
        if await source.git.branch(name) == head:
            return name
    raise FixingError(
        f"no branch {branch_name(fix.run_id, 1)!r} can be made in {source.common}",
        "Delete old operator/ branches, and any branch that is named just `operator`.",
    )
