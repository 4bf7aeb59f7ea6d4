"""The user's repository: found without walking anywhere, read without running anything, its checkouts known."""

from dataclasses import dataclass
from pathlib import Path

from operator_mcp.errors import FixingError
from operator_mcp.fixing.git import Git, branch_ref
from operator_mcp.settings import Repository

_BUSY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply", "BISECT_LOG", "index.lock")


@dataclass(frozen=True)
class Checkout:
    """One working tree of a repository: where it is, and its own git directory."""

    path: Path
    git_dir: Path

    @property
    def git(self) -> Git:
        """Git in this working tree, whatever its configuration says about where that is."""
        return Git(self.git_dir, work_tree=self.path)

    @property
    def busy(self) -> str | None:
        """The name of an operation under way here (merge, rebase, ...), None when idle."""
        return next((name for name in _BUSY if (self.git_dir / name).exists()), None)


@dataclass(frozen=True)
class Source:
    """A repository the operator was configured with: its common git directory and its base branch."""

    common: Path
    base_branch: str
    object_format: str

    @property
    def git(self) -> Git:
        """Git over the refs and objects, without any working tree."""
        return Git(self.common)

    async def base(self) -> str:
        """Give the commit of the base branch.

        Raises:
            FixingError: the branch does not exist or has no commit.
        """
        commit = await self.git.branch(self.base_branch)
        if commit is None:
            raise FixingError(
                f"the repository at {self.common} has no branch {self.base_branch!r}", "Set base to an existing branch."
            )
        return commit

    async def checkouts(self) -> list[Checkout]:
        """Give the working trees on the base branch; one whose own link does not lead back here is none of ours."""
        trees = [self.common.parent] if self.common.name == ".git" and (self.common / "index").is_file() else []
        links = sorted(self.common.glob("worktrees/*/gitdir"))
        trees += [(link.parent / link.read_text("utf-8", "replace").strip()).parent for link in links]
        found = []
        for tree in trees:
            git_dir = _own_git_dir(tree.resolve())
            if git_dir and _common_of(git_dir) == self.common and await _branch_at(git_dir) == self.base_branch:
                found.append(Checkout(tree.resolve(), git_dir))
        return found


async def locate(repository: Repository) -> Source:
    """Find the repository at exactly the configured path: a working tree's top, a linked worktree, or a bare one.

    Raises:
        FixingError: there is none, its `.git` file leads elsewhere, or the base is no branch name.
    """
    branch_ref(repository.base)
    path = repository.path.resolve()
    git_dir = _own_git_dir(path) or (path if _is_git_dir(path) else None)
    if git_dir is None:
        raise FixingError(
            f"{path} is not the top of a git repository, or its .git leads to one that does not lead back",
            "Set path to the top folder of a working tree, or to a bare repository.",
        )
    common = _common_of(git_dir)
    object_format = await Git(common).text("rev-parse", "--show-object-format")
    return Source(common, repository.base, object_format)


def _own_git_dir(tree: Path) -> Path | None:
    """Give the git directory of a working tree. A `.git` *file* counts only if its target names this tree in return.

    A planted one redirects git out of the configured path (GHSA-w766-5x43-whvw).
    """
    dot_git = tree / ".git"
    if dot_git.is_symlink():
        return None
    if dot_git.is_dir():
        return dot_git.resolve() if _is_git_dir(dot_git) else None
    if not dot_git.is_file():
        return None
    word, _, target = dot_git.read_text("utf-8", "replace").strip().partition(": ")
    git_dir = (tree / target).resolve()
    back = git_dir / "gitdir"
    if word != "gitdir" or not back.is_file():
        return None
    named = (git_dir / back.read_text("utf-8", "replace").strip()).resolve()
    return git_dir if named == dot_git.resolve() else None


def _is_git_dir(path: Path) -> bool:
    return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()


def _common_of(git_dir: Path) -> Path:
    pointer = git_dir / "commondir"
    if not pointer.is_file():
        return git_dir
    return (git_dir / pointer.read_text("utf-8", "replace").strip()).resolve()


async def _branch_at(git_dir: Path) -> str:
    """Give the branch a working tree is on, also while that branch is being rebased; empty where it is on none."""
    for folder in ("rebase-merge", "rebase-apply"):
        name = git_dir / folder / "head-name"
        if name.is_file():
            return name.read_text("utf-8", "replace").strip().removeprefix("refs/heads/")
    head = await Git(git_dir).run("symbolic-ref", "--quiet", "HEAD", ok=(0, 1))
    return head.out.decode("utf-8", "replace").strip().removeprefix("refs/heads/")
