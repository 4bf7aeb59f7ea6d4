"""The terminal face, as a person or a script meets it: a process each time."""

import json
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from operator_mcp import __version__
from operator_mcp.demo.sample import PREPARED_PATCH
from tests.faces.conftest import Demo
from tests.processes import run


async def cli(demo: Demo, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return await anyio.to_thread.run_sync(lambda: run(*arguments, "--config", demo.config, stdin=stdin))


def test_the_version_is_told_by_the_installed_program() -> None:
    program = [sys.executable, "-m", "operator_mcp", "--version"]
    told = subprocess.run(program, capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout == f"operator-mcp {__version__}\n"


def test_help_names_every_command_and_gives_examples() -> None:
    text = run("--help").stdout
    commands = ("failures", "hop", "diagnose", "fix", "approve", "reject", "reopen", "cases", "demo", "doctor", "serve")
    assert all(command in text for command in commands)
    assert all("Example" in run(command, "--help").stdout for command in ("failures", "hop", "diagnose", "fix"))


def test_wrong_use_ends_with_two_and_an_unreachable_control_plane_with_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPERATOR_HOME", str(tmp_path))
    monkeypatch.setenv("OPERATOR_CONTROL_PLANE_URL", "http://127.0.0.1:1")
    assert run("hop").returncode == 2
    assert run("failures", "--since", "whenever").returncode == 2
    unreachable = run("failures")
    assert unreachable.returncode == 1
    assert "127.0.0.1:1" in unreachable.stderr
    assert "Traceback" not in unreachable.stderr


async def test_the_story_from_the_terminal_ends_merged_and_a_second_fix_is_refused_by_rule_3(
    demo: Demo, tmp_path: Path
) -> None:
    run_id = demo.sample.run_id
    listed = json.loads((await cli(demo, "failures", "--json")).stdout)
    assert run_id in [f["run_id"] for f in listed["failures"]]
    shown = await cli(demo, "hop", run_id)
    assert "it began here" in shown.stdout
    assert "\x1b[" not in shown.stdout
    diagnosis = json.loads((await cli(demo, "diagnose", run_id, "--json")).stdout)
    assert diagnosis["root_cause"] == "code_bug"

    patch = tmp_path / "fix.diff"
    patch.write_text(PREPARED_PATCH)
    fix = json.loads((await cli(demo, "fix", run_id, "--patch", str(patch), "--json")).stdout)
    assert fix["state"] == "awaiting_approval"
    approved = await cli(demo, "approve", fix["fix_id"], "--json")
    assert json.loads(approved.stdout)["state"] == "merged"

    again = await cli(demo, "fix", run_id, "--patch", str(patch), "--json")
    assert again.returncode == 3
    assert json.loads(again.stdout)["refused"]["rule"] == 3
    assert fix["fix_id"] in (await cli(demo, "cases")).stdout


async def test_rejecting_is_final_and_only_reopening_with_a_reason_gives_another_attempt(
    demo: Demo, tmp_path: Path
) -> None:
    run_id = demo.sample.run_id
    patch = tmp_path / "fix.diff"
    patch.write_text(PREPARED_PATCH)
    fix = json.loads((await cli(demo, "fix", run_id, "--patch", str(patch), "--json")).stdout)
    assert json.loads((await cli(demo, "reject", fix["fix_id"], "--json")).stdout)["state"] == "rejected"
    assert (await cli(demo, "approve", fix["fix_id"])).returncode == 3
    assert (await cli(demo, "fix", run_id, "--patch", str(patch))).returncode == 3
    assert (await cli(demo, "reopen", fix["fix_id"], "--reason", "wrong base that night")).returncode == 0
    second = json.loads((await cli(demo, "fix", run_id, "--patch", str(patch), "--json")).stdout)
    assert second["state"] == "awaiting_approval"
    assert second["fix_id"] != fix["fix_id"]


async def test_a_dirty_working_tree_is_never_touched_and_one_command_finishes_the_merge(
    demo: Demo, tmp_path: Path
) -> None:
    patch = tmp_path / "fix.diff"
    patch.write_text(PREPARED_PATCH)
    fix = json.loads((await cli(demo, "fix", demo.sample.run_id, "--patch", str(patch), "--json")).stdout)
    readme = next(p for p in demo.sample.path.rglob("*.py"))
    original = readme.read_text()
    readme.write_text(original + "\n# half-done work\n")
    held = json.loads((await cli(demo, "approve", fix["fix_id"], "--json")).stdout)
    assert held["state"] == "approved"
    assert f"operator-mcp approve {fix['fix_id']}" in held["next"]
    assert readme.read_text() == original + "\n# half-done work\n"
    readme.write_text(original)
    finished = json.loads((await cli(demo, "approve", fix["fix_id"], "--json")).stdout)
    assert finished["state"] == "merged"


async def test_a_patch_that_does_not_apply_does_not_use_up_the_attempt(demo: Demo, tmp_path: Path) -> None:
    bad = tmp_path / "bad.diff"
    bad.write_text(PREPARED_PATCH.replace("advance", "advance_that_is_not_there"))
    refused = await cli(demo, "fix", demo.sample.run_id, "--patch", str(bad))
    assert refused.returncode == 1
    good = await cli(demo, "fix", demo.sample.run_id, "--patch", "-", "--json", stdin=PREPARED_PATCH)
    assert json.loads(good.stdout)["state"] == "awaiting_approval"


async def test_the_doctor_finds_the_demo_well(demo: Demo) -> None:
    found = await cli(demo, "doctor", "--json")
    assert found.returncode == 0
    assert all(finding["ok"] for finding in json.loads(found.stdout))


async def test_the_page_of_a_run_is_written(demo: Demo, tmp_path: Path) -> None:
    target = tmp_path / "run.html"
    assert (await cli(demo, "hop", demo.sample.run_id, "--html", str(target))).returncode == 0
    assert "it began here" in target.read_text()


def test_the_demo_without_a_terminal_stops_at_waiting_for_approval_and_its_commands_work() -> None:
    told = run("demo")
    assert told.returncode == 0, told.stderr
    assert "prepared for this demo" in told.stdout
    command = next(line.split() for line in told.stdout.splitlines() if line.strip().startswith("operator-mcp approve"))
    approved = run(*command[1:], "--json")
    assert json.loads(approved.stdout)["state"] == "merged"
    again = run("fix", json.loads(approved.stdout)["run_id"], *command[3:], "--json")
    assert again.returncode == 3
    assert json.loads(again.stdout)["refused"]["rule"] == 3
