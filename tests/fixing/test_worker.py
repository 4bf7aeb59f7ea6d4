"""The detached worker: it outlives its session, sees no secret, and killing it never means a second attempt."""

import os
import signal
import stat
import sys
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import anyio
import psutil
import pytest

from operator_mcp.fixing.attempt import run_attempt
from operator_mcp.fixing.job import Job
from operator_mcp.fixing.leftovers import clear
from operator_mcp.fixing.worker import patch_digest, start_worker
from operator_mcp.models import Fix
from operator_mcp.settings import Repository, Settings
from tests.fixing.conftest import Workshop
from tests.fixing.repositories import PATCH, git, settings, snapshot
from tests.fixing.test_process import alive

pytestmark = pytest.mark.heavy

# A suite that tells, through a pipe, how often it was started and by which process, and then waits to be let go.
SIGNALLING = """
import os, sys, unittest
with open({told!r}, "w") as told:
    told.write(f"{{os.getpid()}} {{os.getppid()}}")
open({go!r}).close()
with open({runs!r}, "a") as runs:
    runs.write("x")
sys.argv = ["unittest", "-q"]
unittest.main(module=None)
"""


class Gate:
    """A suite that stops at a gate at each of its runs."""

    def __init__(self, folder: Path) -> None:
        self.told, self.go, self.runs = folder / "told", folder / "go", folder / "runs"
        os.mkfifo(self.told)
        os.mkfifo(self.go)
        script = SIGNALLING.format(told=str(self.told), go=str(self.go), runs=str(self.runs))
        self.suite = (sys.executable, "-c", script)

    async def arrived(self) -> tuple[int, int]:
        suite, parent = (await anyio.to_thread.run_sync(self.told.read_text)).split()
        # On Linux a supervisor is between the two.
        worker = psutil.Process(int(parent)).ppid() if sys.platform.startswith("linux") else int(parent)
        return int(suite), worker

    async def open(self) -> None:
        await anyio.to_thread.run_sync(lambda: self.go.open("w").close())


def own(workshop: Workshop) -> Settings:
    return Settings(home=workshop.home)


async def ended(pid: int) -> None:
    """Wait for a process to end; the reaping thread of `start_worker` takes its exit code."""
    with anyio.fail_after(60):
        await anyio.to_thread.run_sync(psutil.wait_procs, [psutil.Process(pid)] if psutil.pid_exists(pid) else [])


def now(workshop: Workshop, fix: Fix) -> Fix:
    found = workshop.ledger.fix(fix.fix_id)
    assert found is not None
    return found


async def test_a_worker_carries_a_booked_fix_to_the_question(user: Path, workshop: Workshop) -> None:
    repository = settings(user)
    fix = workshop.booked(repository)
    await ended(await start_worker(own(workshop), fix, repository, PATCH))
    log = (workshop.home / "fixes" / fix.fix_id / "worker.log").read_text()
    assert now(workshop, fix).state == "awaiting_approval", log
    assert log == f"{fix.fix_id}: awaiting_approval\n"
    assert not (workshop.home / "fixes" / fix.fix_id / "job.json").exists()


def test_a_job_is_readable_by_its_owner_only_and_whole(tmp_path: Path) -> None:
    job = Job(
        ledger_url="postgresql://me:pw@db/x",
        home=tmp_path,
        fix_id="fix-1",
        repository=Repository(path=tmp_path, regression=("make", "{files}")),
        patch="…\n",
    )
    path = job.write(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Job.read(path) == job
    assert [p.name for p in tmp_path.iterdir()] == ["job.json"]
    assert "pw" not in repr(job)


async def test_a_worker_outlives_the_session_that_started_it(user: Path, workshop: Workshop, tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    repository = settings(user, suite=gate.suite)
    fix = workshop.booked(repository)
    argv = [sys.executable, "-c", STARTER, str(workshop.home), fix.fix_id, repository.model_dump_json(), PATCH]
    async with await anyio.open_process(argv, start_new_session=True) as session:
        _, worker = await gate.arrived()
        os.killpg(session.pid, signal.SIGKILL)
        await session.wait()
    await gate.open()
    for _ in range(3):
        await gate.arrived()
        await gate.open()
    await ended(worker)
    assert now(workshop, fix).state == "awaiting_approval"


STARTER = """
import sys
from pathlib import Path
import anyio
from operator_mcp.fixing.leftovers import clear
from operator_mcp.fixing.worker import start_worker
from operator_mcp.ledger import Ledger
from operator_mcp.settings import Repository, Settings

async def main():
    home = Path(sys.argv[1])
    fix = Ledger.open(f"sqlite:///{home / 'ledger.db'}").fix(sys.argv[2])
    await start_worker(Settings(home=home), fix, Repository.model_validate_json(sys.argv[3]), sys.argv[4])
    await anyio.sleep_forever()

anyio.run(main)
"""


@pytest.mark.parametrize("stage", [1, 2, 3, 4])
async def test_a_worker_killed_in_any_check_is_lost_and_never_started_again(
    user: Path, workshop: Workshop, tmp_path: Path, stage: int
) -> None:
    gate = Gate(tmp_path)
    repository = settings(user, suite=gate.suite)
    fix = workshop.booked(repository)
    before = snapshot(user)
    pid = await start_worker(own(workshop), fix, repository, PATCH)
    for _ in range(stage - 1):
        await gate.arrived()
        await gate.open()
    suite, worker = await gate.arrived()
    assert worker == pid
    os.kill(pid, signal.SIGKILL)
    await ended(pid)
    assert now(workshop, fix).state == "checking"
    again = partial(run_attempt, workshop.ledger, fix.fix_id, repository, PATCH, workshop.home)
    assert (await again()).state == "checking"
    assert [lost.fix_id for lost in workshop.ledger.lose_dead_fixes(timedelta(0))] == [fix.fix_id]
    assert (await again()).state == "lost"
    await clear(workshop.home, fix.fix_id)
    assert not alive(suite)
    assert [path.name for path in (workshop.home / "fixes" / fix.fix_id).iterdir()] == ["worker.log"]
    assert len(gate.runs.read_text() if gate.runs.exists() else "") == stage - 1
    assert git(user, "branch", "--list", "operator/*") == ""
    assert snapshot(user) == before


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
async def test_a_worker_that_is_asked_to_end_takes_its_suite_along(
    user: Path, workshop: Workshop, tmp_path: Path, sign: signal.Signals
) -> None:
    gate = Gate(tmp_path)
    repository = settings(user, suite=gate.suite)
    fix = workshop.booked(repository)
    pid = await start_worker(own(workshop), fix, repository, PATCH)
    suite, _ = await gate.arrived()
    os.kill(pid, sign)
    await ended(pid)
    assert not alive(suite)
    assert now(workshop, fix).state == "checking"


async def test_two_workers_of_one_fix_make_one_attempt(user: Path, workshop: Workshop, tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    repository = settings(user, suite=gate.suite)
    fix = workshop.booked(repository)
    pids = [await start_worker(own(workshop), fix, repository, PATCH) for _ in range(3)]
    for _ in range(4):
        await gate.arrived()
        await gate.open()
    for pid in pids:
        await ended(pid)
    assert now(workshop, fix).state == "awaiting_approval"
    assert gate.runs.read_text() == "xxxx"
    assert [line for line in workshop.actions(fix) if line == "booked -> drafting"] == ["booked -> drafting"]


async def test_a_fix_given_up_as_lost_stops_its_worker_and_gets_no_branch(
    user: Path, workshop: Workshop, tmp_path: Path
) -> None:
    gate = Gate(tmp_path)
    repository = settings(user, suite=gate.suite)
    fix = workshop.booked(repository)
    pid = await start_worker(own(workshop), fix, repository, PATCH)
    for _ in range(3):
        await gate.arrived()
        await gate.open()
    await gate.arrived()
    workshop.ledger.lose_dead_fixes(timedelta(0))
    await gate.open()
    await ended(pid)
    assert now(workshop, fix).state == "lost"
    assert git(user, "branch", "--list", "operator/*") == ""


async def test_a_worker_and_its_suite_see_no_secret_of_the_session(
    user: Path, workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k-of-the-session")
    gate = Gate(tmp_path)
    repository = settings(user, suite=gate.suite)
    fix = workshop.booked(repository)
    pid = await start_worker(own(workshop), fix, repository, PATCH)
    suite, worker = await gate.arrived()
    for process in (suite, worker):
        assert "ANTHROPIC_API_KEY" not in psutil.Process(process).environ()
    os.kill(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):  # its supervisor ends it with the worker
        os.kill(suite, signal.SIGKILL)
    await ended(pid)


async def test_a_worker_whose_repository_is_gone_says_why(user: Path, workshop: Workshop) -> None:
    repository = settings(user / "nowhere")
    fix = workshop.booked(repository)
    await ended(await start_worker(own(workshop), fix, repository, PATCH))
    found = now(workshop, fix)
    assert (found.state, "not the top of a git repository" in found.detail) == ("failed", True)


def test_patches_are_told_apart_by_their_text() -> None:
    assert patch_digest("a") == patch_digest("a") != patch_digest("a\n")
    assert patch_digest("\ud800")
