"""The grammar of unified diffs: from text to files with hunks, in all the spellings that tools and models produce."""

import re
from dataclasses import dataclass
from typing import NoReturn

from operator_mcp.errors import FixingError
from operator_mcp.untrusted import clean

_FENCE = re.compile(r"^(?P<mark>```+|~~~+)[ \t]*[A-Za-z]*[ \t]*$")
_HUNK = re.compile(r"^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@(.*)$")
_EPOCH = re.compile(r"\t(?:1970-01-01|1969-12-31)[ T]")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_START = ("diff --git ", "--- ", "Index: ", "diff ")
_ESCAPES = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}

# An extended header of git -> what it would do. None of these is a change of lines.
_REFUSED_HEADERS = {
    "old mode ": "changes a file's mode",
    "new mode ": "changes a file's mode",
    "rename from ": "renames a file",
    "rename to ": "renames a file",
    "copy from ": "copies a file",
    "copy to ": "copies a file",
}
_REFUSED_LINES = {
    "GIT binary patch": "is binary",
    "Binary files ": "is binary",
    "Submodule ": "changes a submodule",
}
_SPECIAL_MODES = {"120000": "is or becomes a symbolic link", "160000": "is a submodule"}


@dataclass
class RawFile:
    """One file of a diff: its names (None is /dev/null), its hunk lines, and how its header spells the two names."""

    old: str | None
    new: str | None
    body: tuple[str, ...] = ()
    spelled: tuple[str | None, str | None] = (None, None)

    @property
    def path(self) -> str:
        """The name after the change; of a removed file the one before."""
        return self.new or self.old or ""


def read_diff(text: str) -> list[RawFile]:
    """Read all files of a unified diff, in order; prose around and between them is passed over.

    Raises:
        FixingError: there is no diff, a hunk is broken, or a file is more than a change of text lines.
    """
    files = _Reader(_lines(text)).files()
    if not files:
        raise FixingError("this is not a unified diff", "Send the output of `git diff` (`--- a/x`, `+++ b/x`, `@@`).")
    _settle_prefixes(files)
    for file in files:
        if file.old is not None and file.new is not None and file.old != file.new:
            # `diff -u x.orig x` names two files; only the new name can be meant.
            file.old = file.new
    return files


def _lines(text: str) -> list[str]:
    # Not splitlines: it also splits at form feeds and U+2028, which may stand inside a line of code.
    lines = _unfenced(text.removeprefix("\ufeff").split("\n"))
    headers = [line for line in lines if line.startswith(("--- ", "+++ ", "@@ "))]
    if headers and all(line.endswith("\r") for line in headers):
        return [line.removesuffix("\r") for line in lines]
    return lines


def _unfenced(lines: list[str]) -> list[str]:
    """Give the insides of the fenced blocks, where a fence opens before the diff does."""
    start = next((i for i, line in enumerate(lines) if line.startswith(_START)), len(lines))
    if not any(_FENCE.match(line.rstrip("\r")) for line in lines[:start]):
        return lines
    inside, mark = [], ""
    for line in lines:
        fence = _FENCE.match(line.rstrip("\r"))
        if fence and not mark:
            mark = fence["mark"]
        elif fence and fence["mark"] == mark:
            mark = ""
        elif mark:
            inside.append(line)
    return inside


class _Reader:
    """A cursor over the lines."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0

    def files(self) -> list[RawFile]:
        found = []
        while (line := self._peek()) is not None:
            if line.startswith("diff --git "):
                found.append(self._git_file())
            elif line.startswith("--- ") and (self._peek(1) or "").startswith("+++ "):
                found.append(self._plain_file())
            elif _HUNK.match(line.rstrip("\r")):
                _broken("the patch", "has a hunk before any file header (`--- a/x`, `+++ b/x`)")
            else:
                _refuse_headers(line, "the patch", _REFUSED_LINES)
                self._at += 1
        return found

    def _peek(self, ahead: int = 0) -> str | None:
        at = self._at + ahead
        return self._lines[at] if at < len(self._lines) else None

    def _git_file(self) -> RawFile:
        left, right = _git_names((self._peek() or "").rstrip("\r"))
        self._at += 1
        added = removed = False
        while (line := self._peek()) and not line.startswith(("--- ", "@@", "diff --git ")):
            _refuse_headers(line, right, _REFUSED_LINES | _REFUSED_HEADERS)
            _refuse_mode(line, right)
            added = added or line.startswith("new file mode ")
            removed = removed or line.startswith("deleted file mode ")
            self._at += 1
        old, new, body = left, right, tuple[str, ...]()
        if (self._peek() or "").startswith("--- ") and (self._peek(1) or "").startswith("+++ "):
            plain = self._plain_file()
            old, new, body = plain.old or left, plain.new or right, plain.body
            added, removed = added or plain.old is None, removed or plain.new is None
        return RawFile(None if added else old, None if removed else new, body, (left, right))

    def _plain_file(self) -> RawFile:
        old, new = (self._peek() or ""), (self._peek(1) or "")
        self._at += 2
        file = RawFile(_header_name(old), _header_name(new))
        file.spelled = (file.old, file.new)
        file.body = tuple(self._hunks(file.path))
        if not file.body:
            _broken(file.path, "has no hunk (`@@ -1,3 +1,4 @@`)")
        if file.old is None and file.new is None:
            _broken("/dev/null", "is named on both sides")
        return file

    def _hunks(self, path: str) -> list[str]:
        body: list[str] = []
        while match := _HUNK.match((self._peek() or "").rstrip("\r")):
            body.append(match[0])
            self._at += 1
            self._hunk(match, path, body)
        if (self._peek() or "").startswith("@@"):
            _broken(path, f"has a hunk header that cannot be read: {clean(self._peek() or '', 80)!r}")
        return body

    def _hunk(self, match: re.Match[str], path: str, body: list[str]) -> None:
        old, new = int(match[2] or 1), int(match[4] or 1)
        while old > 0 or new > 0:
            line = self._peek()
            if line is None or (line and line[0] not in " +-\\\r"):
                _broken(path, f"has a hunk {match[0].strip()!r} that ends too early: check its line counts")
            sign = line[:1] if line.strip("\r") else " "
            old -= sign in " -"
            new -= sign in " +"
            body.append(line if line.strip("\r") else f" {line}")
            self._at += 1
        if old < 0 or new < 0:
            _broken(path, f"has a hunk {match[0].strip()!r} with more lines than it says")
        if (self._peek() or "").startswith("\\"):
            body.append(self._lines[self._at])
            self._at += 1
        after = self._peek() or ""
        if after.startswith((" ", "+", "-")) and not after.startswith(("--- ", "-- ")) and after.strip():
            _broken(path, f"has a hunk {match[0].strip()!r} with more lines than it says")


def _refuse_headers(line: str, path: str, refused: dict[str, str]) -> None:
    for header, deed in refused.items():
        if line.startswith(header):
            raise FixingError(
                f"{clean(path, 200)!r} {deed}", "Change lines of text files only (`git diff --no-renames`)."
            )


def _refuse_mode(line: str, path: str) -> None:
    mode = re.match(r"(?:new file mode|deleted file mode|index \S+) (\d{6})\b", line)
    if mode and mode[1] in _SPECIAL_MODES:
        raise FixingError(f"{clean(path, 200)!r} {_SPECIAL_MODES[mode[1]]}", "Leave it out of the patch.")
    if mode and line.startswith("new") and mode[1] != "100644":
        raise FixingError(f"{clean(path, 200)!r} gets the mode {mode[1]}", "Add plain files (100644) only.")


def _broken(path: str, how: str) -> NoReturn:
    raise FixingError(f"the diff of {clean(path, 200)!r} {how}", "Make the patch with `git diff` and send it whole.")


def _header_name(line: str) -> str | None:
    """Give the name on a `---` or `+++` line; None for /dev/null and the epoch by which `diff -uN` says so."""
    name = line[4:].rstrip("\r")
    if _EPOCH.search(name):
        return None
    name = _unquoted(name) if name.startswith('"') else name.partition("\t")[0]
    return None if name.strip() == "/dev/null" else name


def _git_names(line: str) -> tuple[str, str]:
    """Give the two names on a `diff --git` line: the same, but for the prefix."""
    rest = line.removeprefix("diff --git ")
    quoted = _QUOTED.findall(rest)
    if len(quoted) == 2:
        left, right = (_unquoted(name) for name in quoted)
    else:
        # Names with blanks: only the middle separates two names of equal length.
        left, right = rest[: len(rest) // 2], rest[len(rest) // 2 + 1 :]
    if left != right and left.partition("/")[2] != right.partition("/")[2]:
        _broken(rest, "names two different files")
    return left, right


def _unquoted(text: str) -> str:
    """Undo git's quoting of a name (C escapes, octal bytes)."""
    match = _QUOTED.match(text)
    if match is None:
        _broken(text, "has a quoted name that does not end")
    raw = bytearray()
    for octal, escape, plain in re.findall(r"\\([0-7]{3})|\\(.)|([^\\]+)", match[0][1:-1]):
        if octal:
            raw.append(int(octal, 8) & 0xFF)
        elif escape:
            raw.append(_ESCAPES.get(escape, ord("?")))
        else:
            raw += plain.encode()
    return raw.decode("utf-8", "replace")


def _settle_prefixes(files: list[RawFile]) -> None:
    """Take `a/` and `b/` (or any such pair) off all names, if all of them have it."""
    olds = {_first(old) for old, _ in (file.spelled for file in files) if old is not None}
    news = {_first(new) for _, new in (file.spelled for file in files) if new is not None}
    rests = [(_rest(old), _rest(new)) for old, new in (file.spelled for file in files) if old and new]
    paired = bool(rests) and len(olds) == len(news) == 1 and olds != news and all(o and o == n for o, n in rests)
    if paired or (olds <= {"a"} and news <= {"b"}):
        for file in files:
            file.old = file.old and _rest(file.old)
            file.new = file.new and _rest(file.new)


def _first(name: str) -> str:
    return name.partition("/")[0]


def _rest(name: str) -> str:
    return name.partition("/")[2]
