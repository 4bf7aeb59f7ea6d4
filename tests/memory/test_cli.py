"""The terminal's memory commands, as a person or a script meets them: a process each time."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from tests.memory.conftest import Desk, run_id
from tests.processes import run

FINGERPRINT = "royalty_split:code_bug"


async def cli(desk: Desk, *arguments: str) -> subprocess.CompletedProcess[str]:
    return await anyio.to_thread.run_sync(lambda: run(*arguments, "--config", desk.config))


async def on_a_terminal(desk: Desk, answer: str, *arguments: str) -> tuple[int, str]:
    """Run a command on a pseudo-terminal, type an answer, and give its exit code and what it showed."""
    command = [sys.executable, "-m", "operator_mcp", *arguments, "--config", desk.config]

    def talk() -> tuple[int, str]:
        ours, theirs = pty.openpty()
        with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True) as process:
            os.close(theirs)
            shown = b""
            while b"[y/N]" not in shown:
                shown += os.read(ours, 1024)
            os.write(ours, answer.encode() + b"\n")
            try:
                while more := os.read(ours, 1024):
                    shown += more
            except OSError:  # Linux's way of saying that the other end was closed
                pass
            code = process.wait(timeout=30)
        os.close(ours)
        return code, shown.decode()

    return await anyio.to_thread.run_sync(talk)


async def diagnose(desk: Desk, *numbers: int) -> None:
    async with desk.casework() as casework:
        for n in numbers:
            await casework.diagnose(run_id(n))


async def test_memory_and_backlog_are_shown_to_people_and_told_to_scripts(desk: Desk) -> None:
    assert "Nothing is remembered yet" in (await cli(desk, "memory", "list")).stdout
    await diagnose(desk, 0, 1, 4)

    shown = await cli(desk, "memory", "list")
    assert FINGERPRINT in "".join(shown.stdout.split())
    listed = json.loads((await cli(desk, "memory", "list", "--json", "--limit", "1")).stdout)
    assert len(listed["memories"]) == 1
    rest = json.loads((await cli(desk, "memory", "list", "--json", "--cursor", listed["next_cursor"])).stdout)
    assert {m["fingerprint"] for m in [*listed["memories"], *rest["memories"]]} == {FINGERPRINT, "read_stock:timeout"}

    one = await cli(desk, "memory", "show", FINGERPRINT)
    assert "Seen 2 times since" in one.stdout
    assert "in execution/exec_child_000000/error" in one.stdout
    told = json.loads((await cli(desk, "memory", "show", FINGERPRINT, "--json")).stdout)
    assert (told["count"], told["standing"]) == (2, "open")

    assert "royalty_split" in (await cli(desk, "backlog")).stdout
    reasoners = json.loads((await cli(desk, "backlog", "--json")).stdout)["reasoners"]
    assert [(r["reasoner"], r["runs"]) for r in reasoners] == [("royalty_split", 2), ("read_stock", 1)]
    assert "code_bug" in (await cli(desk, "backlog", "royalty_split")).stdout
    items = json.loads((await cli(desk, "backlog", "royalty_split", "--json")).stdout)["items"]
    assert [(i["root_cause"], i["count"], i["standing"]) for i in items] == [("code_bug", 2, "open")]


async def test_what_is_not_there_is_wrong_use_and_says_where_to_look(desk: Desk) -> None:
    for arguments, words in (
        (("memory", "show", "r:nothing"), "`operator-mcp memory list` shows what is"),
        (("backlog", "nobody"), "`operator-mcp backlog` lists the reasoners"),
        (("memory", "list", "--cursor", "nonsense"), "not a cursor of this list"),
    ):
        done = await cli(desk, *arguments)
        assert done.returncode == 2
        assert words in done.stderr
        assert "Traceback" not in done.stderr


async def test_forgetting_without_a_terminal_needs_yes_is_audited_and_lets_the_next_run_be_diagnosed_anew(
    desk: Desk,
) -> None:
    await diagnose(desk, 0, 1)
    unasked = await cli(desk, "memory", "forget", FINGERPRINT)
    assert (unasked.returncode, "Add --yes" in unasked.stderr) == (2, True)
    done = await cli(desk, "memory", "forget", FINGERPRINT, "--yes")
    assert (done.returncode, done.stdout) == (0, f"{FINGERPRINT} is forgotten.\n")
    ledger = desk.ledger()
    (line,) = ledger.audit(FINGERPRINT)
    assert (line.action, line.detail, line.actor.startswith("cli:")) == ("forgotten", "2 runs in demo", True)
    assert ledger.memory("demo", FINGERPRINT) is None
    ledger.close()
    assert desk.fleet.memory.get("global", "global", f"diagnoses.{FINGERPRINT}") is None
    async with desk.casework() as casework:
        assert (await casework.diagnose(run_id(2))).engine == "rules"
        again = await casework.diagnose(run_id(0))
        assert (again.engine, again.root_cause) == ("rules", "code_bug")


@pytest.mark.parametrize(("answer", "code", "left"), [("n", 1, 2), ("y", 0, None)])
async def test_forgetting_on_a_terminal_asks(desk: Desk, answer: str, code: int, left: int | None) -> None:
    await diagnose(desk, 0, 1)
    ended, shown = await on_a_terminal(desk, answer, "memory", "forget", FINGERPRINT)
    assert ended == code
    assert f"Forget {FINGERPRINT}, seen 2 times since" in shown
    ledger = desk.ledger()
    memory = ledger.memory("demo", FINGERPRINT)
    ledger.close()
    assert (memory and memory.count) == left


def test_help_gives_examples(tmp_path: Path) -> None:
    for arguments in (["memory"], ["memory", "list"], ["memory", "forget"], ["backlog"]):
        done = subprocess.run(
            [sys.executable, "-m", "operator_mcp", *arguments, "--help"], capture_output=True, text=True, timeout=30
        )
        assert done.returncode == 0
        assert arguments == ["memory"] or "Example" in done.stdout
