"""The command that runs just the tests of a change, where that can be told from the suite's command."""

import fnmatch
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from operator_mcp.fixing.suite import SuiteRun
from operator_mcp.settings import Repository

FILES = "{files}"
"""Stands for the change's test files in `repository.regression`."""

_PYTEST = ("pytest", "py.test")
_NO_TESTS = 5
"""Exit code by which pytest, and unittest since Python 3.12, say that they ran no test."""


def regression_command(repository: Repository, tests: Sequence[str], folder: Path) -> tuple[str, ...]:
    """Give the argv: the configured one, the suite's restricted to the test files in `folder`, or the whole suite."""
    files = [path for path in tests if (folder / path).is_file()]
    if repository.regression is not None:
        return tuple(part for word in repository.regression for part in (files if word == FILES else [word]))
    modules = [path for path in files if _is_test_module(path)]
    if not modules:
        return repository.suite
    return _pytest(repository.suite, modules, folder) or _unittest(repository.suite, modules) or repository.suite


def found_no_tests(run: SuiteRun) -> bool:
    """Tell whether a run failed, or passed, only because it found no test at all."""
    return (
        _runner(run.argv, (*_PYTEST, "unittest")) is not None and run.code == _NO_TESTS
    ) or "Ran 0 tests" in run.tail


def _is_test_module(path: str) -> bool:
    name = PurePosixPath(path).name
    return fnmatch.fnmatchcase(name, "test*.py") or fnmatch.fnmatchcase(name, "*_test.py")


def _runner(argv: Sequence[str], names: Sequence[str]) -> int | None:
    return next((i for i, word in enumerate(argv) if PurePosixPath(word).name in names), None)


def _pytest(suite: Sequence[str], modules: list[str], folder: Path) -> tuple[str, ...] | None:
    """Give pytest's command with its paths replaced; None where a word may be an option's value."""
    at = _runner(suite, _PYTEST)
    if at is None:
        return None
    options = [word for word in suite[at + 1 :] if word.startswith("-")]
    others = [word for word in suite[at + 1 :] if not word.startswith("-")]
    if all((folder / word).exists() for word in others):
        return (*suite[: at + 1], *options, *modules)
    return None


def _unittest(suite: Sequence[str], modules: list[str]) -> tuple[str, ...] | None:
    """Give unittest's command: files for the bare one, a pattern for `discover` where it is one file."""
    at = _runner(suite, ("unittest",))
    if at is None:
        return None
    words = suite[at + 1 :]
    if all(word in ("-v", "-q", "-f", "-b", "--verbose", "--quiet") for word in words):
        return (*suite, *modules)
    has_pattern = any(word.startswith(("-p", "--pattern")) for word in words)
    if words[0] == "discover" and len(modules) == 1 and not has_pattern:
        return (*suite, "-p", PurePosixPath(modules[0]).name)
    return None
