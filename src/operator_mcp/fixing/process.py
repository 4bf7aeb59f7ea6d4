"""Child processes: argv only, an environment of their own, a deadline, and no survivors.

Code that is not trusted runs below a supervisor (`supervisor.py`), which makes "no survivors" exact on Linux. Elsewhere
(macOS has no child subreaper) survivors are found by tree, session and a mark in the environment only: one that forks
twice, takes a session of its own and clears its environment is not found there.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import anyio
import psutil
from anyio.abc import Process
from anyio.to_thread import run_sync

from operator_mcp.errors import FixingError
from operator_mcp.fixing import supervisor

MARK = "FIXING_PROCESS_MARK"
"""Environment variable by which descendants are found again after they left the tree and the session."""

_MARK_END = "\n"
_DRAIN_S = 2.0
_ROUNDS = 10
_CLOCK_SLACK_S = 2.0
_GRACE_S = 10.0
_REPORT_BYTES = 2000


@dataclass(frozen=True)
class Finished:
    """How a process ended: `code` is negative for a signal, `dropped` counts the leading bytes of `out` let go."""

    code: int
    out: bytes
    err: bytes
    dropped: int
    timed_out: bool


class _Pipe:
    """A pipe of our own, its last `limit` bytes kept.

    Not the event loop's pipes: with those, waiting for a process lasts as long as any descendant holds them open.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.kept = bytearray()
        self.dropped = 0

    def __enter__(self) -> "_Pipe":
        self._read, self.write = os.pipe()
        os.set_blocking(self._read, False)
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close_write()
        os.close(self._read)

    def close_write(self) -> None:
        if self.write >= 0:
            os.close(self.write)
            self.write = -1

    async def drain(self) -> None:
        while True:
            await anyio.wait_readable(self._read)
            chunk = os.read(self._read, 65536)
            if not chunk:
                return
            self.kept += chunk
            over = max(0, len(self.kept) - self._limit)
            del self.kept[:over]
            self.dropped += over


async def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout_s: float,
    keep: int,
    merge_stderr: bool = False,
    sweep: bool = False,
) -> Finished:
    """Run a command to its end or its deadline, keeping the last `keep` bytes of each stream.

    At the deadline and on cancellation the whole tree is killed, members that changed parent or session included.
    With `sweep` (for code that is not trusted) the same happens after an ordinary end, below a supervisor.

    Raises:
        FixingError: the command cannot be started, or it ended its supervisor, so that survivors cannot be excluded.
    """
    mark, since = f"{cwd}{_MARK_END}{uuid.uuid4().hex}", time.time()
    supervised = sweep and sys.platform.startswith("linux")
    with _Pipe(keep) as out, _Pipe(keep) as err, _Pipe(_REPORT_BYTES) as report:
        whole = _below_supervisor(argv, report.write) if supervised else list(argv)
        error = subprocess.STDOUT if merge_stderr else err.write
        passed = (report.write,) if supervised else ()
        process = await _start(whole, cwd, {**env, MARK: mark}, out.write, error, passed)
        async with anyio.create_task_group() as readers:
            for pipe in (out, err, report):
                pipe.close_write()
                readers.start_soon(pipe.drain)
            timed_out = await _wait(process, mark, since, timeout_s, sweep)
            readers.cancel_scope.deadline = anyio.current_time() + _DRAIN_S
        code = -9 if process.returncode is None else process.returncode
        if supervised:
            code = _reported(argv[0], code, report.kept.decode("utf-8", "replace"))
        return Finished(code, bytes(out.kept), bytes(err.kept), out.dropped, timed_out)


def end_strays(folder: Path) -> None:
    """Kill every process that was started in `folder` or below by a process that is no longer there to end it."""
    # Asked first: a supervisor that is killed at once cannot end those that only it can find.
    asked = list(_started_below(folder))
    for stray in asked:
        with contextlib.suppress(psutil.Error):
            stray.terminate()
    psutil.wait_procs(asked, timeout=_DRAIN_S)
    for _ in range(_ROUNDS):
        strays = list(_started_below(folder))
        if not strays:
            return
        _kill(strays)


def _below_supervisor(argv: Sequence[str], report: int) -> list[str]:
    return [sys.executable, "-I", "-S", supervisor.__file__, str(report), str(os.getpid()), *argv]


def _reported(name: str, code: int, report: str) -> int:
    """Give the exit code of the supervised command. Only a supervisor that ended by itself has seen that none is left.

    Raises:
        FixingError: the command could not be started, or the supervisor did not end by itself.
    """
    word, _, rest = report.partition(" ")
    if code == 0 and word == "ended":
        return int(rest)
    if code == 0 and word == "cannot":
        raise FixingError(f"{name!r} cannot be started: {rest}", "Install it, or correct the command.")
    raise FixingError(
        f"the supervisor of {name!r} was ended from outside (code {code}); processes of it may be left",
        "Look for them with ps, and read what the patch's tests do before any other attempt.",
    )


async def _start(
    argv: Sequence[str], cwd: Path, env: Mapping[str, str], out: int, err: int, passed: Sequence[int]
) -> Process:
    try:
        return await anyio.open_process(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=cwd,
            env=env,
            start_new_session=True,
            pass_fds=passed,
        )
    except (OSError, ValueError) as e:
        raise FixingError(f"{argv[0]!r} cannot be started: {e}", "Install it, or correct the command.") from e


async def _wait(process: Process, mark: str, since: float, timeout_s: float, sweep: bool) -> bool:
    ended = False
    try:
        with anyio.move_on_after(timeout_s):
            await process.wait()
            ended = True
        return not ended
    finally:
        if sweep or not ended:
            # A caller that is being cancelled must still leave no process behind.
            with anyio.CancelScope(shield=True):
                await _end(process, mark, since, ask=sweep)


async def _end(process: Process, mark: str, since: float, *, ask: bool) -> None:
    if ask and process.returncode is None:
        # The supervisor ends everything and then itself; what it supervises may have stopped it.
        for sign in (signal.SIGTERM, signal.SIGCONT):
            process.send_signal(sign)
        with anyio.move_on_after(_GRACE_S):
            await process.wait()
    descendants = await run_sync(_descendants, process.pid)
    if process.returncode is None:
        process.kill()
    await run_sync(_kill_all, descendants, process.pid, mark, since)
    await process.wait()


def _descendants(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).children(recursive=True)
    return []


def _kill_all(victims: list[psutil.Process], session: int, mark: str, since: float) -> None:
    """Kill `victims`, then what is left of the session and of the marked, until a look finds none."""
    for _ in range(_ROUNDS):
        victims = [*victims, *_relatives(session, mark, since)]
        if not victims:
            return
        _kill(victims)
        victims = []


def _kill(victims: list[psutil.Process]) -> None:
    for victim in victims:
        with contextlib.suppress(psutil.Error):
            victim.kill()
    psutil.wait_procs(victims, timeout=1)


def _relatives(session: int, mark: str, since: float) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        # Processes end while they are looked at, and those of other users cannot be read.
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid == session or process.create_time() < since - _CLOCK_SLACK_S:
                continue
            if os.getsid(process.pid) == session or process.environ().get(MARK) == mark:
                yield from _unless_dead(process)


def _started_below(folder: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            place, end, _ = process.environ().get(MARK, "").partition(_MARK_END)
            if end and Path(place).is_relative_to(folder):
                yield from _unless_dead(process)


def _unless_dead(process: psutil.Process) -> Iterator[psutil.Process]:
    if process.status() != psutil.STATUS_ZOMBIE:
        yield process
