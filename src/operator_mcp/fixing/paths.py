"""Paths inside a repository: which ones a fix may touch at all, and glob patterns over them."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

PROTECTED = (
    ".git*",
    ".circleci",
    ".travis.yml",
    ".drone.yml",
    ".woodpecker*",
    ".buildkite",
    ".teamcity",
    ".husky",
    ".pre-commit-config.yaml",
    ".envrc",
    ".vscode",
    ".idea",
    ".devcontainer",
    ".claude",
    ".codex",
    ".gemini",
    ".mcp.json",
    "appveyor.yml",
    "azure-pipelines*.yml",
    "bitbucket-pipelines.yml",
    "cloudbuild.y*ml",
    "codeowners",
    "jenkinsfile*",
    "operator.toml",
)
"""Names that run code elsewhere, decide who approves, or steer git: no component of a fix's path may be one of them."""

_SHORT_GIT = re.compile(r"\.?git~\d+")
"""How NTFS may spell `.git` (git's own `is_ntfs_dotgit`)."""


def why_refused(path: str) -> str | None:
    """Give the reason why no fix may touch this path; None for an ordinary path."""
    if not path or path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "is not relative to the repository"
    if "\\" in path or '"' in path or any(unicodedata.category(c)[0] == "C" for c in path):
        return "holds a backslash, a quote or a character that cannot be seen"
    if path.startswith("-"):
        return "begins with a dash"
    for part in path.split("/"):
        if part in ("", ".", ".."):
            return "is not a plain path inside the repository"
        if part != part.strip():
            return "has a name with blanks at its ends"
        if _is_protected(part):
            return f"is protected: {part!r} steers git, continuous integration, editors or approvals"
    return None


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Tell whether any glob matches the whole path: `*` within a name, `**` over any number of folders."""
    return any(_compiled(pattern).fullmatch(path) for pattern in patterns)


def _is_protected(part: str) -> bool:
    # Spellings that a file system takes for the same name: case, compatibility forms, trailing dots, streams.
    name = unicodedata.normalize("NFKC", part).casefold().split(":")[0].rstrip(". ")
    return bool(_SHORT_GIT.fullmatch(name)) or matches(name, PROTECTED)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    tokens = re.findall(r"\*\*/|\*\*|\*|\?|.", pattern, re.DOTALL)
    meaning = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meaning.get(t, re.escape(t)) for t in tokens), re.DOTALL)
