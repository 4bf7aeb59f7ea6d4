"""Child processes end when they should, all of them, and leave their last words."""

import os
import sys
from pathlib import Path

import anyio
import psutil
import pytest

from operator_mcp.errors import FixingError
from operator_mcp.fixing import process
from operator_mcp.fixing.suite import run_suite

# A child, one without the environment, one that left the session, and one whose parent is gone; the file says who
# they are, and all of them sleep for long.
FAMILY = """
import os, subprocess, sys, time
sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
plain = subprocess.Popen(sleeper)
unmarked = subprocess.Popen(sleeper, env={})
session = subprocess.Popen(sleeper, start_new_session=True)
orphan = subprocess.run(
    [sys.executable, "-c", "import subprocess, sys; "
     "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True, "
     "stdout=subprocess.DEVNULL); print(p.pid)"],
    stdout=subprocess.PIPE, text=True).stdout.strip()
open("pids", "w").write(f"{plain.pid} {unmarked.pid} {session.pid} {orphan}")
print("started", flush=True)
if os.path.exists("signal"):
    open("signal", "w").close()
{end}
"""


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def family(folder: Path) -> list[int]:
    pids = [int(pid) for pid in (folder / "pids").read_text().split()]
    assert len(pids) == 4
    return pids


async def test_the_whole_tree_is_killed_at_the_deadline(tmp_path: Path) -> None:
    script = FAMILY.replace("{end}", "time.sleep(600)")
    run = await run_suite((sys.executable, "-c", script), tmp_path, timeout_s=2)
    assert (run.timed_out, run.passed, run.word) == (True, False, "failed")
    assert run.tail == "started"
    assert not [pid for pid in family(tmp_path) if alive(pid)]


async def test_what_a_suite_leaves_behind_is_killed_at_its_end(tmp_path: Path) -> None:
    script = FAMILY.replace("{end}", "sys.exit(0)")
    run = await run_suite((sys.executable, "-c", script), tmp_path, timeout_s=30)
    assert (run.timed_out, run.code) == (False, 0)
    assert not [pid for pid in family(tmp_path) if alive(pid)]


# As the most determined do it: twice forked, a session of its own, no environment; it means to act a while later.
DAEMON = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execve(sys.executable, [sys.executable, "-c", SLEEPER], {})
    os._exit(0)
os.wait()
while not os.path.exists("pid.whole"):
    time.sleep(0.01)
{end}
""".replace(
    "SLEEPER",
    repr(
        "import os, time; open('pid', 'w').write(str(os.getpid())); os.rename('pid', 'pid.whole'); "
        "time.sleep(1.5); open('../acted', 'w')"
    ),
)
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="child subreapers are Linux's")


def daemon_never_acts(folder: Path) -> None:
    pid = int((folder / "pid.whole").read_text())
    assert not psutil.pid_exists(pid)
    assert not (folder.parent / "acted").exists()


@LINUX
@pytest.mark.parametrize(("end", "timed_out"), [("sys.exit(0)", False), ("time.sleep(600)", True)])
async def test_a_daemon_without_session_parent_and_environment_ends_with_its_suite(
    tmp_path: Path, end: str, timed_out: bool
) -> None:
    (tmp_path / "files").mkdir()
    argv = (sys.executable, "-c", DAEMON.replace("{end}", end))
    run = await run_suite(argv, tmp_path / "files", timeout_s=1 if timed_out else 30)
    assert run.timed_out is timed_out
    daemon_never_acts(tmp_path / "files")


@LINUX
async def test_a_suite_that_kills_its_supervisor_proves_nothing(tmp_path: Path) -> None:
    argv = (sys.executable, "-c", "import os, signal; os.kill(os.getppid(), signal.SIGKILL)")
    with pytest.raises(FixingError, match="supervisor"):
        await run_suite(argv, tmp_path, timeout_s=30)


@LINUX
async def test_a_supervisor_that_the_suite_has_stopped_still_ends_it(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    end = "import signal; os.kill(os.getppid(), signal.SIGSTOP); sys.exit(1)"
    run = await run_suite((sys.executable, "-c", DAEMON.replace("{end}", end)), tmp_path / "files", timeout_s=1)
    assert run.timed_out
    daemon_never_acts(tmp_path / "files")


async def test_how_a_suite_ended_is_told_by_its_code(tmp_path: Path) -> None:
    for script, code in (("import sys; sys.exit(7)", 7), ("import os; os.kill(os.getpid(), 15)", -15)):
        assert (await run_suite((sys.executable, "-c", script), tmp_path, timeout_s=30)).code == code
    with pytest.raises(FixingError, match="no-such-program"):
        await run_suite(("no-such-program",), tmp_path, timeout_s=5)


async def test_the_whole_tree_is_killed_on_cancellation(tmp_path: Path) -> None:
    script = FAMILY.replace("{end}", "time.sleep(600)")
    os.mkfifo(tmp_path / "signal")
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: run_suite((sys.executable, "-c", script), tmp_path, timeout_s=600))
        await anyio.to_thread.run_sync((tmp_path / "signal").read_bytes)
        group.cancel_scope.cancel()
    assert not [pid for pid in family(tmp_path) if alive(pid)]


async def test_only_the_end_of_a_long_output_is_kept(tmp_path: Path) -> None:
    argv = (sys.executable, "-c", "import sys; sys.stdout.write('x' * 3_000_000 + 'the end'); sys.exit(3)")
    done = await process.run(argv, cwd=tmp_path, env={}, timeout_s=30, keep=1000)
    assert (done.code, len(done.out), done.dropped) == (3, 1000, 3_000_007 - 1000)
    assert done.out.endswith(b"the end")


async def test_a_command_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(FixingError, match="no-such-program"):
        await process.run(("no-such-program",), cwd=tmp_path, env={}, timeout_s=5, keep=10)


async def test_no_file_descriptor_is_left_open(tmp_path: Path) -> None:
    await process.run(("true",), cwd=tmp_path, env={"PATH": os.environ["PATH"]}, timeout_s=5, keep=10)
    before = len(os.listdir("/dev/fd"))
    for _ in range(5):
        await process.run(("true",), cwd=tmp_path, env={"PATH": os.environ["PATH"]}, timeout_s=5, keep=10)
    with pytest.raises(FixingError):
        await process.run(("no-such-program",), cwd=tmp_path, env={}, timeout_s=5, keep=10)
    assert len(os.listdir("/dev/fd")) == before


async def test_a_suite_sees_no_secret_and_a_home_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k-in-the-environment")
    monkeypatch.setenv("OPERATOR_CONTROL_PLANE_KEY", "another")
    (tmp_path / "files").mkdir()
    argv = (sys.executable, "-c", "import os; print(sorted(os.environ)); print(os.environ['HOME'])")
    run = await run_suite(argv, tmp_path / "files", timeout_s=30)
    names, home = run.tail.splitlines()
    allowed = {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "HOME", "TMPDIR", "GIT_CEILING_DIRECTORIES"}
    assert set(eval(names)) <= allowed | {"PYTHONDONTWRITEBYTECODE", process.MARK}
    assert home == str(tmp_path / "files.home")
    assert os.listdir(tmp_path) == ["files"]


async def test_the_output_of_a_suite_is_cleaned(tmp_path: Path) -> None:
    argv = (sys.executable, "-c", r"print('\x1b[31mred\x1b[0m AKIAIOSFODNN7EXAMPLE \u202egnp')")
    tail = (await run_suite(argv, tmp_path, timeout_s=30)).tail
    assert "red" in tail
    assert not {"\x1b", "\u202e"} & set(tail)
    assert "AKIAIOSFODNN7EXAMPLE" not in tail


async def test_without_a_python_on_path_the_operators_own_runs_the_suite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    run = await run_suite(("python", "-c", "import sys; print(sys.executable)"), tmp_path, timeout_s=30)
    assert run.tail == sys.executable
