"""A change between two commits as git tells it: the bytes a human approves, and nobody's word about them."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from operator_mcp.errors import FixingError
from operator_mcp.fixing.git import Git
from operator_mcp.fixing.patch import MAX_FILES, MAX_LINES, require_paths
from operator_mcp.models import ChangedFile

_PLAIN = frozenset({"100644", "100755"})
_ABSENT = "000000"

# Nothing of this depends on configuration, attributes or the version's defaults: the digest must come out the same
# whenever and wherever the same two trees are compared.
_CANONICAL = (
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--no-relative",
    "--no-indent-heuristic",
    "--diff-algorithm=myers",
    "--unified=3",
    "--inter-hunk-context=0",
    "--full-index",
    "--binary",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)


@dataclass(frozen=True)
class Change:
    """From `base` to `head`: the resulting tree, sha256 of the canonical diff, the diff, and the files with counts."""

    base: str
    head: str
    tree: str
    digest: str
    diff: str
    files: tuple[ChangedFile, ...]


async def describe(git: Git, base: str, head: str) -> Change:
    """Give the change between two commits (object ids).

    Raises:
        FixingError: one of them is not there.
    """
    diff = (await git.run("diff-tree", "-r", "-p", *_CANONICAL, base, head)).out
    numbers = await git.text("diff-tree", "-r", "-z", "--numstat", "--no-renames", base, head)
    tree = await git.text("rev-parse", "--verify", "--end-of-options", f"{head}^{{tree}}")
    return Change(
        base=base,
        head=head,
        tree=tree,
        digest=hashlib.sha256(diff).hexdigest(),
        diff=diff.decode("utf-8", "replace"),
        files=tuple(_changed(line) for line in numbers.split("\0") if line),
    )


async def require_plain(git: Git, change: Change, allow: Collection[str]) -> None:
    """Refuse a change that is more than lines of ordinary, allowed files, whoever made it and however.

    Raises:
        FixingError: naming the first file that is a link, a submodule, binary, of a changed mode, protected, or
            outside `allow`; or the limit that is passed; or that nothing changed.
    """
    raw = await git.text("diff-tree", "-r", "-z", "--raw", "--no-renames", change.base, change.head)
    fields = raw.split("\0")
    for meta, path in zip(fields[::2], fields[1::2], strict=False):
        old, new = meta.removeprefix(":").split(" ")[:2]
        if not {old, new} <= _PLAIN | {_ABSENT} or (_ABSENT not in (old, new) and old != new):
            raise FixingError(f"{path!r} would go from mode {old} to {new}", "Change lines of ordinary files only.")
    require_paths([file.path for file in change.files], allow)
    binary = next((file.path for file in change.files if file.added is None), None)
    if binary is not None:
        raise FixingError(f"{binary!r} is binary", "Change lines of text files only.")
    lines = sum((file.added or 0) + (file.removed or 0) for file in change.files)
    if not change.files:
        raise FixingError("the change leaves every file as it is", "The base may hold it already; look at the base.")
    if len(change.files) > MAX_FILES or lines > MAX_LINES:
        raise FixingError(
            f"the change touches {len(change.files)} files and {lines} lines",
            f"The limits are {MAX_FILES} files and {MAX_LINES} lines.",
        )


def _changed(line: str) -> ChangedFile:
    added, removed, path = line.split("\t", 2)
    return ChangedFile(path=path, added=_count(added), removed=_count(removed))


def _count(text: str) -> int | None:
    return None if text == "-" else int(text)
