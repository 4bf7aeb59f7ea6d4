"""Real repositories to draft fixes for: a tiny package with a bug that its suite misses."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from operator_mcp.settings import Repository

CALC = "def half(total: float, people: int) -> float:\n    return total / people\n"
FIXED = "def half(total: float, people: int) -> float:\n    return total / people if people else 0.0\n"
SUITE = (
    "import unittest\n"
    "\n"
    "from calc import half\n"
    "\n"
    "\n"
    "class HalfTest(unittest.TestCase):\n"
    "    def test_two_share(self) -> None:\n"
    "        self.assertEqual(half(4, 2), 2)\n"
)
REGRESSION = (
    "import unittest\n"
    "\n"
    "from calc import half\n"
    "\n"
    "\n"
    "class NobodyTest(unittest.TestCase):\n"
    "    def test_nobody_shares(self) -> None:\n"
    "        self.assertEqual(half(4, 0), 0)\n"
)
FILES = {
    "calc.py": CALC,
    "tests/__init__.py": "",
    "tests/test_calc.py": SUITE,
    "README.md": "# calc\n\nShares a total.\n",
}
PATCH_TO_SOURCE = (
    "diff --git a/calc.py b/calc.py\n"
    "--- a/calc.py\n"
    "+++ b/calc.py\n"
    "@@ -1,2 +1,2 @@\n"
    " def half(total: float, people: int) -> float:\n"
    "-    return total / people\n"
    "+    return total / people if people else 0.0\n"
)


def addition(path: str, text: str) -> str:
    """Give the diff that adds one file."""
    lines = text.splitlines()
    body = "".join(f"+{line}\n" for line in lines)
    head = f"diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n"
    return f"{head}@@ -0,0 +1,{len(lines)} @@\n{body}"


PATCH = PATCH_TO_SOURCE + addition("tests/test_nobody.py", REGRESSION)


def git(folder: Path, *args: str, env: Mapping[str, str] | None = None) -> str:
    """Run git as a user would, with an identity and none of the machine's configuration."""
    own = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        **{f"GIT_{who}_{what}": "dev@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    done = subprocess.run(
        ["git", *args], cwd=folder, env={**own, **(env or {})}, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def make(folder: Path, files: Mapping[str, str] = FILES) -> Path:
    """Make a repository with one commit on `main`, which is checked out."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, files, "start")
    return folder


def commit(folder: Path, files: Mapping[str, str], message: str) -> str:
    """Write files and commit them; give the commit."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def settings(path: Path, **fields: object) -> Repository:
    """Give the operator's settings for a repository, with unittest as its suite."""
    suite = (sys.executable, "-S", "-m", "unittest", "-q")
    return Repository.model_validate({"path": path, "suite": suite, "timeout_s": 30, **fields})


OURS = (".git/objects", ".git/refs/heads/operator", ".git/logs/refs/heads/operator")
"""All that drafting may change in a repository."""


def snapshot(folder: Path) -> dict[str, str]:
    """Give a digest of every file of a checkout: working tree, index, HEAD, configuration and hooks; not objects."""
    kept = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and not name.startswith(OURS):
            kept[name] = f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.stat().st_mtime_ns}"
    return kept
