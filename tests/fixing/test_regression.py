"""Which command shows a change's own tests, told from the suite's command alone."""

from pathlib import Path

import pytest

from operator_mcp.fixing.regression import found_no_tests, regression_command
from operator_mcp.fixing.suite import SuiteRun
from operator_mcp.settings import Repository

TESTS = ("tests/test_a.py", "tests/conftest.py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in (*TESTS, "tests/test_b.py", "tests/data.json", "src/x.py"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("suite", "expected"),
    [
        ("python -m pytest -q", "python -m pytest -q tests/test_a.py"),
        ("pytest", "pytest tests/test_a.py"),
        (".venv/bin/pytest --tb=short tests", ".venv/bin/pytest --tb=short tests/test_a.py"),
        ("uv run pytest -x tests src", "uv run pytest -x tests/test_a.py"),
        ("pytest -k slow", "pytest -k slow"),
        ("pytest -n 4 tests", "pytest -n 4 tests"),
        ("python -m unittest", "python -m unittest tests/test_a.py"),
        ("python -m unittest -v", "python -m unittest -v tests/test_a.py"),
        ("python -m unittest discover -s tests", "python -m unittest discover -s tests -p test_a.py"),
        ("python -m unittest discover -p 'x*'", "python -m unittest discover -p 'x*'"),
        ("python -m unittest tests.test_b", "python -m unittest tests.test_b"),
        ("make test", "make test"),
        ("npm test", "npm test"),
    ],
)
def test_the_suites_command_is_narrowed_only_where_that_is_certain(folder: Path, suite: str, expected: str) -> None:
    repository = Repository(path=folder, suite=tuple(suite.split()))
    assert " ".join(regression_command(repository, TESTS, folder)) == expected


def test_the_configured_command_gets_the_files_that_are_there(folder: Path) -> None:
    repository = Repository(path=folder, regression=("run", "--", "{files}", "end"))
    command = regression_command(repository, (*TESTS, "tests/removed.py"), folder)
    assert command == ("run", "--", "tests/test_a.py", "tests/conftest.py", "end")


def test_helpers_without_a_test_module_mean_the_whole_suite(folder: Path) -> None:
    repository = Repository(path=folder, suite=("pytest",))
    assert regression_command(repository, ("tests/conftest.py", "tests/data.json"), folder) == ("pytest",)


def test_several_files_cannot_be_one_discovery_pattern(folder: Path) -> None:
    repository = Repository(path=folder, suite=("python", "-m", "unittest", "discover"))
    assert regression_command(repository, ("tests/test_a.py", "tests/test_b.py"), folder) == repository.suite


@pytest.mark.parametrize(
    ("argv", "code", "tail", "none"),
    [
        (("pytest", "x"), 5, "no tests ran in 0.01s", True),
        (("python", "-m", "unittest"), 5, "NO TESTS RAN", True),
        (("python", "-m", "unittest"), 0, "Ran 0 tests in 0.000s\n\nOK", True),
        (("pytest", "x"), 1, "1 failed", False),
        (("make", "test"), 5, "Error 5", False),
        (("python", "-m", "unittest"), 1, "Ran 10 tests in 0.1s", False),
    ],
)
def test_a_run_without_tests_is_told_from_a_failing_one(
    argv: tuple[str, ...], code: int, tail: str, none: bool
) -> None:
    assert found_no_tests(SuiteRun(argv, code, False, tail)) is none
