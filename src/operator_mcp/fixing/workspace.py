"""The isolated clone of one fix: a bare repository of its own, where a patch becomes a commit without any checkout."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from operator_mcp.errors import FixingError, UsageError
from operator_mcp.fixing.change import Change, describe
from operator_mcp.fixing.git import Git, branch_ref
from operator_mcp.fixing.patch import FilePatch, Patch
from operator_mcp.fixing.repository import Source
from operator_mcp.untrusted import clean

_FIX_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
FETCH = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--no-recurse-submodules",
)


def fix_folder(home: Path, fix_id: str) -> Path:
    """Give the folder of one fix, made for its owner alone.

    Raises:
        UsageError: the id is not one the ledger gives.
    """
    if not _FIX_ID.fullmatch(fix_id):
        raise UsageError(f"{clean(fix_id, 80)!r} is not a fix id", "Use the id that draft_fix answered.")
    folder = home.resolve() / "fixes" / fix_id
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True)
class Workspace:
    """A bare clone in `folder`, with nothing in common with the user's repository but object ids.

    No code under test ever runs inside it: trees are exported, without any .git, to folders beside it.
    """

    folder: Path

    @property
    def git(self) -> Git:
        """Git over the clone; its index is a scratch file."""
        return Git(self.folder / "clone.git", index=self.folder / "index")

    @classmethod
    async def create(
        cls, folder: Path, source: Source, commits: Sequence[str], *, shallow: bool = False
    ) -> "Workspace":
        """Make the clone with the named commits of the source and their histories; what was in its place is removed.

        No remote, no hook, no template, no alternate and no credential comes along.

        Raises:
            FixingError: the source cannot be read, or has not one of the commits.
        """
        workspace = cls(folder)
        clone = folder / "clone.git"
        remove(clone)
        clone.mkdir(mode=0o700, parents=True)
        init = ("init", "--quiet", "--bare", "--template=", f"--object-format={source.object_format}")
        await workspace.git.run(*init, "--initial-branch=base")
        wanted = [f"{commit}:refs/heads/from/{number}" for number, commit in enumerate(commits)]
        depth = ["--depth=1"] if shallow else []
        await workspace.git.run(*FETCH, "--update-shallow", *depth, "--end-of-options", str(source.common), *wanted)
        return workspace

    async def commit_patch(self, base: str, patch: Patch, message: str, *, when: str) -> Change:
        """Apply the patch to the base commit and commit it as the operator. `when` is RFC 3339.

        Raises:
            FixingError: it does not apply; the text names file and line.
        """
        await self._apply(base, patch)
        tree = await self.git.text("write-tree")
        head = await self.git.text("commit-tree", tree, "-p", base, "-m", message, when=when)
        await self.git.run("update-ref", branch_ref("fix"), head)
        return await describe(self.git, base, head)

    async def _apply(self, base: str, patch: Patch) -> None:
        await self.git.run("read-tree", base)
        fitted = Patch(tuple([await self._fit(base, file) for file in patch.files]))
        file = self.folder / "patch.diff"
        file.write_bytes(fitted.render().encode())
        done = await self.git.run("apply", "--cached", "--whitespace=nowarn", str(file), ok=(0, 1, 128))
        if done.code != 0:
            raise FixingError(
                f"the patch does not apply to {base[:12]}: {clean(done.err.decode('utf-8', 'replace').strip(), 600)}",
                "Make it against the tip of the base branch; hunks need three lines of unchanged context.",
            )

    async def _fit(self, base: str, file: FilePatch) -> FilePatch:
        """Give the change in the line ends of the file it changes: transports and models lose them."""
        if file.kind == "added":
            return file
        blob = await self.git.run("cat-file", "blob", f"{base}:{file.path}", ok=(0, 128))
        if blob.code != 0:
            raise FixingError(
                f"there is no file {file.path!r} in {base[:12]}", "Name files by their path from the repository's top."
            )
        lines, crlf = blob.out.count(b"\n"), blob.out.count(b"\r\n")
        return file if 0 < crlf < lines else file.with_line_ends(lines > 0 and crlf == lines)

    async def merged_tree(self, ours: str, theirs: str) -> str | None:
        """Give the tree of a merge of two commits; None where it does not merge cleanly."""
        done = await self.git.run("merge-tree", "--write-tree", "--name-only", ours, theirs, ok=(0, 1))
        return done.out.decode().split("\n")[0] if done.code == 0 else None

    async def commit_merge(self, tree: str, ours: str, theirs: str, message: str, *, when: str) -> str:
        """Commit a merged tree onto `ours` as the operator, reachable here under a branch; give the commit."""
        commit = await self.git.text("commit-tree", tree, "-p", ours, "-p", theirs, "-m", message, when=when)
        await self.git.run("update-ref", branch_ref("merge"), commit)
        return commit

    async def with_files_of(self, base: str, head: str, paths: Collection[str]) -> str:
        """Give the tree of `base` with only these files as they are in `head` (object id of a tree).

        Raises:
            FixingError: one of the commits is not there.
        """
        await self.git.run("read-tree", base)
        for path in paths:
            entry = await self.git.text("ls-tree", "-z", head, "--", path)
            if entry:
                mode, _, rest = entry.partition(" ")
                blob = rest.split(" ")[1].partition("\t")[0]
                await self.git.run("update-index", "--add", "--cacheinfo", mode, blob, path)
            else:
                await self.git.run("update-index", "--force-remove", "--", path)
        return await self.git.text("write-tree")

    @asynccontextmanager
    async def exported(self, tree: str, name: str) -> AsyncIterator[Path]:
        """Write the files of a tree into a fresh folder without any .git, give the folder, and remove it afterwards.

        Raises:
            FixingError: the tree holds names that git refuses to write.
        """
        target = self.folder / name
        remove(target)
        target.mkdir(mode=0o700)
        git = Git(self.git.git_dir, work_tree=target, index=self.folder / f"{name}.index")
        await git.run("read-tree", tree)
        await git.run("checkout-index", "--all", "--force", "--quiet")
        try:
            yield target
        finally:
            remove(target)


def remove(folder: Path) -> None:
    """Remove a folder and all below, also where a suite took its own write permission away."""
    for parent, _, _ in os.walk(folder):
        Path(parent).chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
