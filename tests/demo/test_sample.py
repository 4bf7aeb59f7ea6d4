"""The sample repository: a real bug, a suite that misses it, and a prepared patch that mends it."""

import subprocess
from pathlib import Path

import pytest

from operator_mcp.demo.sample import PREPARED_PATCH, Sample, create_sample
from operator_mcp.demo.stories import story
from operator_mcp.errors import FixingError

REGRESSION = "tests/test_royalties.py"


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return create_sample(tmp_path / "repository")


def run(sample: Sample, *command: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=sample.path, input=given, capture_output=True, text=True, timeout=60)


def git(sample: Sample, *arguments: str, given: str | None = None) -> str:
    done = run(sample, "git", *arguments, given=given)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_suite_passes_on_the_base_and_really_runs(sample: Sample) -> None:
    done = run(sample, *sample.suite)
    assert done.returncode == 0
    assert "Ran 10 tests" in done.stderr


def test_the_bug_is_the_one_that_the_recorded_run_shows(sample: Sample) -> None:
    (origin,) = [row for row in story("royalty").executions if row.reasoner == "royalty_split"]
    assert origin.run_id == sample.run_id
    assert origin.agent == sample.agent
    call = "import json, sys; from manuscript_lab.royalties import royalty_split; royalty_split(**json.load(sys.stdin))"
    done = run(sample, sample.suite[0], "-c", call, given=origin.input)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == f"TypeError: {origin.error}"


def test_the_prepared_patch_adds_a_test_that_fails_on_the_base_and_passes_on_the_fix(sample: Sample) -> None:
    git(sample, "apply", "--index", given=PREPARED_PATCH)
    fixed = run(sample, *sample.suite)
    assert fixed.returncode == 0
    assert "Ran 11 tests" in fixed.stderr
    assert run(sample, *sample.suite, REGRESSION).returncode == 0
    git(sample, "checkout", "HEAD", "--", "manuscript_lab")
    on_base = run(sample, *sample.suite, REGRESSION)
    assert on_base.returncode == 1
    assert "Ran 6 tests" in on_base.stderr
    assert "FAILED (errors=1)" in on_base.stderr
    assert "unsupported operand type(s) for *: 'NoneType' and 'float'" in on_base.stderr


def test_the_same_commit_is_made_everywhere_whatever_the_users_git_is_set_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "gitconfig"
    config.write_text("[commit]\n\tgpgsign = true\n[core]\n\tautocrlf = true\n[user]\n\tname = Someone\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    one = create_sample(tmp_path / "one")
    monkeypatch.undo()
    other = create_sample(tmp_path / "other")
    assert git(one, "rev-parse", "main") == git(other, "rev-parse", "main")
    assert git(one, "status", "--porcelain") == ""
    assert git(one, "branch", "--show-current") == one.base


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FixingError, match="not empty"):
        create_sample(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
