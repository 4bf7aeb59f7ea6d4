"""Running a repository's suite over exported files: its own home, no secrets, a deadline, no survivors."""

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from operator_mcp.errors import FixingError
from operator_mcp.fixing import process
from operator_mcp.untrusted import clean

TAIL_BYTES = 16_000
TAIL_CHARS = 2_000
"""How much of the output is read back, and how much of that is told."""

INHERITED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ")
"""All that the suite sees of the operator's environment: nothing that could hold a secret."""


@dataclass(frozen=True)
class SuiteRun:
    """How a run of a suite ended: the command, its exit code (negative for a signal), the cleaned end of its output."""

    argv: tuple[str, ...]
    code: int
    timed_out: bool
    tail: str

    @property
    def passed(self) -> bool:
        """True where it ended by itself with code 0."""
        return self.code == 0 and not self.timed_out

    @property
    def word(self) -> Literal["passed", "failed"]:
        """The outcome in one word."""
        return "passed" if self.passed else "failed"

    def told(self, timeout_s: float) -> str:
        """Give the end of the run in words."""
        how = f"it did not end within {timeout_s:g} s" if self.timed_out else f"it ended with exit code {self.code}"
        return f"{how}; its last output: {self.tail or '(none)'}"


async def run_suite(argv: Sequence[str], folder: Path, *, timeout_s: float) -> SuiteRun:
    """Run the suite in a folder. When it ends, however it ends, no process of it is left.

    Raises:
        FixingError: the command is empty or cannot be started.
    """
    scratch = folder.with_name(f"{folder.name}.home")
    shutil.rmtree(scratch, ignore_errors=True)
    (scratch / "tmp").mkdir(mode=0o700, parents=True)
    env = {name: os.environ[name] for name in INHERITED if name in os.environ}
    env |= {"PATH": env.get("PATH", os.defpath), "HOME": str(scratch), "TMPDIR": str(scratch / "tmp")}
    # Git of a suite must not find a repository above the folder, nor may bytecode outlive a change of files.
    env |= {"GIT_CEILING_DIRECTORIES": str(folder.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    finished = await process.run(
        _resolved(argv), cwd=folder, env=env, timeout_s=timeout_s, keep=TAIL_BYTES, merge_stderr=True, sweep=True
    )
    shutil.rmtree(scratch, ignore_errors=True)
    text = clean(finished.out.decode("utf-8", "replace"), TAIL_BYTES).strip()
    return SuiteRun(tuple(argv), finished.code, finished.timed_out, text[-TAIL_CHARS:])


def _resolved(argv: Sequence[str]) -> list[str]:
    """Give the command; where there is no `python` on PATH, the operator's own interpreter stands in for it."""
    if not argv:
        raise FixingError("the command of the suite is empty", "Set suite, and regression if it is set, to a command.")
    if argv[0] in ("python", "python3") and shutil.which(argv[0]) is None:
        return [sys.executable, *argv[1:]]
    return list(argv)
