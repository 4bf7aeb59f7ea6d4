"""The sample repository: the code of the agent `manuscript-lab`, with a bug that a run of the believable fleet shows.

Its suite passes, because no test hands in the value that broke the run. `PREPARED_PATCH` mends it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from operator_mcp.errors import FixingError

BASE = "main"
AGENT = "manuscript-lab"
RUN_ID = "run_or7shc8s"
"""The run of the believable fleet in which the sample's bug shows."""

SUITE = (sys.executable, "-m", "unittest", "-q")
"""The command of the whole suite; paths of test files may follow it."""

GIT_TIMEOUT_S = 30
_ROOT = files("operator_mcp.demo") / "sample"
_TEMPLATE_END = "-tpl"
"""Kept at the end of names in the package, so that no tool takes the sample for the package's own code."""

PREPARED_PATCH = (_ROOT / "fix.patch").read_text(encoding="utf-8")
"""A unified diff against the sample that mends the bug and adds the test that shows it."""

_MOMENT = "2026-01-12T09:30:00+00:00"
_GIT_ENV = {
    "GIT_AUTHOR_NAME": "Nora Brandt",
    "GIT_AUTHOR_EMAIL": "nora@papyrus.example",
    "GIT_AUTHOR_DATE": _MOMENT,
    "GIT_COMMITTER_NAME": "Nora Brandt",
    "GIT_COMMITTER_EMAIL": "nora@papyrus.example",
    "GIT_COMMITTER_DATE": _MOMENT,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "LC_ALL": "C",
}


@dataclass(frozen=True)
class Sample:
    """A created sample: where it is, and what a configuration has to say of it."""

    path: Path
    base: str = BASE
    agent: str = AGENT
    suite: tuple[str, ...] = SUITE
    run_id: str = RUN_ID


def create_sample(folder: Path) -> Sample:
    """Create the sample repository in a folder that is empty or not there yet: one commit on `main`, always the same.

    Raises:
        FixingError: the folder is in use, or git is not there or fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FixingError(f"the folder {folder} for the sample repository is not empty", "name an empty folder")
    for place, content in _templates(_ROOT):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(content, encoding="utf-8", newline="\n")
    for arguments in (
        ("init", "--quiet", "--template=", f"--initial-branch={BASE}"),
        ("add", "--all"),
        ("commit", "--quiet", "--message=Lay out the manuscript lab's reasoners"),
    ):
        _git(folder, *arguments)
    return Sample(folder)


def _templates(at: Traversable, place: str = "") -> Iterator[tuple[str, str]]:
    for item in sorted(at.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            yield from _templates(item, f"{place}{item.name}/")
        elif item.name.endswith(_TEMPLATE_END):
            yield place + item.name.removesuffix(_TEMPLATE_END), item.read_text(encoding="utf-8")


def _git(folder: Path, *arguments: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-c", "core.autocrlf=false", *arguments]
    env = {**kept, **_GIT_ENV}
    try:
        done = subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, timeout=GIT_TIMEOUT_S, check=False
        )
    except FileNotFoundError as problem:
        raise FixingError("git is not installed", "install git 2.28 or newer") from problem
    except subprocess.TimeoutExpired as problem:
        raise FixingError(f"git {arguments[0]} did not end within {GIT_TIMEOUT_S} s", "look at the disk") from problem
    if done.returncode:
        raise FixingError(f"git {arguments[0]} failed in {folder}: {done.stderr.strip()}", "see what git says")
