"""A unified diff from a caller, read strictly: what it changes, or a named reason why it is not taken."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from operator_mcp.errors import FixingError
from operator_mcp.fixing import paths
from operator_mcp.fixing.difftext import RawFile, read_diff
from operator_mcp.untrusted import clean

MAX_BYTES = 1_000_000
MAX_FILES = 40
MAX_LINES = 2_000
"""Limits of one patch: its text, the files it touches, the lines it adds and removes together."""

Kind = Literal["added", "changed", "removed"]
_TRAILING_CR = re.compile(r"\r$")


@dataclass(frozen=True)
class FilePatch:
    """What a patch does to one file; `body` is its hunks, line by line, without line ends of their own."""

    path: str
    kind: Kind
    body: tuple[str, ...]

    @property
    def added(self) -> int:
        """Number of lines added."""
        return sum(line.startswith("+") for line in self.body)

    @property
    def removed(self) -> int:
        """Number of lines removed."""
        return sum(line.startswith("-") for line in self.body)

    def with_line_ends(self, crlf: bool) -> "FilePatch":
        """Give the same change for a file whose lines all end in CRLF, or all in LF."""
        return replace(self, body=tuple(_end_line(line, crlf) for line in self.body))

    def render(self) -> str:
        """Give the change in git's own form, the only one that reaches git."""
        mode = {"added": "new file mode 100644\n", "removed": "deleted file mode 100644\n", "changed": ""}[self.kind]
        head = f"diff --git a/{self.path} b/{self.path}\n{mode}"
        if not self.body:
            return head
        old = "/dev/null" if self.kind == "added" else f"a/{self.path}"
        new = "/dev/null" if self.kind == "removed" else f"b/{self.path}"
        return f"{head}--- {old}\n+++ {new}\n" + "".join(f"{line}\n" for line in self.body)


@dataclass(frozen=True)
class Patch:
    """A whole patch, file by file, each path once."""

    files: tuple[FilePatch, ...]

    @property
    def added(self) -> int:
        """Number of lines added in all files."""
        return sum(file.added for file in self.files)

    @property
    def removed(self) -> int:
        """Number of lines removed in all files."""
        return sum(file.removed for file in self.files)

    def tests(self, globs: Iterable[str]) -> tuple[str, ...]:
        """Give the paths that are tests by the repository's globs; the others are source."""
        patterns = tuple(globs)
        return tuple(file.path for file in self.files if paths.matches(file.path, patterns))

    def render(self) -> str:
        """Give the patch in git's own form."""
        return "".join(file.render() for file in self.files)


def parse(text: str, allow: Iterable[str] = ("**",)) -> Patch:
    """Read a unified diff: from `git diff` or `diff -u`, with or without prefixes, CRLF or LF, fenced or bare.

    Raises:
        FixingError: it is no such diff, is empty or too large, is binary, changes modes, links, submodules or names,
            or touches a path that is protected, outside the repository, or outside `allow`.
    """
    _require_text(text)
    files = tuple(file for file in map(_file, read_diff(text)) if file.body or file.kind != "changed")
    patch = Patch(files)
    if not files:
        raise FixingError("the patch changes nothing", "Send a unified diff with at least one added or removed line.")
    require_paths([file.path for file in files], allow)
    if len(files) > MAX_FILES or patch.added + patch.removed > MAX_LINES:
        raise FixingError(
            f"the patch changes {len(files)} files and {patch.added + patch.removed} lines;"
            f" the limits are {MAX_FILES} files and {MAX_LINES} lines",
            "Send the smallest change that mends the cause, with its regression test.",
        )
    return patch


def require_paths(changed: Iterable[str], allow: Iterable[str]) -> None:
    """Refuse paths that no fix may touch, that the repository does not allow, or that come twice.

    Raises:
        FixingError: naming the first such path.
    """
    allowed, seen = tuple(allow), set[str]()
    for path in changed:
        why = paths.why_refused(path)
        if why is None and not paths.matches(path, allowed):
            why = f"is outside the paths this repository allows ({', '.join(allowed)})"
        if why is None and path.casefold() in seen:
            why = "comes twice (upper and lower case do not count)"
        if why is not None:
            raise FixingError(f"the path {clean(path, 200)!r} {why}", "Leave that file out of the patch.")
        seen.add(path.casefold())


def _require_text(text: str) -> None:
    if not text.strip():
        raise FixingError("the patch is empty", "Send a unified diff, as `git diff` prints it.")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        size = -1
    if size < 0 or "\0" in text:
        raise FixingError("the patch is not text", "Send a unified diff of text files in UTF-8.")
    if size > MAX_BYTES:
        raise FixingError(f"the patch has {size} bytes; the limit is {MAX_BYTES}", "Send a smaller change.")


def _file(raw: RawFile) -> FilePatch:
    if raw.old is None:
        return FilePatch(raw.path, "added", raw.body)
    return FilePatch(raw.path, "removed" if raw.new is None else "changed", raw.body)


def _end_line(line: str, crlf: bool) -> str:
    if not line.startswith((" ", "+", "-")):
        return line
    bare = _TRAILING_CR.sub("", line)
    return f"{bare}\r" if crlf else bare
