"""The small process between the operator and a suite; run as a script, with nothing but the standard library.

It is the child subreaper (Linux, prctl(2)) of all that the suite starts: whoever daemonises (double fork, session of
its own, cleared environment) becomes a child of this process and not of init, and "no child is left" (ECHILD) is then
exact. It ends only when that is so, whether the suite ended, the operator asks (SIGTERM) or the operator dies.

What it cannot hold: a suite has the rights of the user who runs it, so it may ask a service that is running already
(systemd, cron, a container engine) to start something, or kill this process. The latter is seen and fails the fix.
"""

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PAUSE_S = 0.005


def main(report: int, parent: int, argv: Sequence[str]) -> None:
    """Run `argv` and write to the descriptor `report`: `ended CODE` (negative for a signal) or `cannot WHY`."""
    os.set_inheritable(report, False)
    # Before anything else: a signal that comes early must wait, not kill.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGCHLD})
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        return
    try:
        suite = os.posix_spawnp(argv[0], list(argv), os.environ, setsid=True, setsigmask=())
    except (OSError, ValueError) as e:
        os.write(report, f"cannot {e}".encode("utf-8", "replace"))
        return
    code = _watch(suite)
    _end_all()
    os.write(report, f"ended {-signal.SIGKILL if code is None else code}".encode())


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")


def _watch(suite: int) -> int | None:
    """Wait for the suite's end and give its code; None where the operator asked, or died, first."""
    while signal.sigwait({signal.SIGTERM, signal.SIGCHLD}) == signal.SIGCHLD:
        for pid, code in _reaped():
            if pid == suite:
                return code
    return None


def _reaped() -> list[tuple[int, int]]:
    ended = []
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            ended.append((pid, os.waitstatus_to_exitcode(status)))
    return ended


def _end_all() -> None:
    """Kill children until there is none; each one killed hands its own children to this process."""
    while True:
        for pid in _descendants():
            # Another user's process, or one that is gone; the former keeps this loop going until the operator tells.
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        _reaped()
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        time.sleep(_PAUSE_S)


def _descendants() -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                # proc(5): the name, in parentheses, may hold anything; state and parent follow the last one.
                parent = int(Path("/proc", entry, "stat").read_bytes().rpartition(b")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry))
    found, todo = [], [os.getpid()]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += below
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
