"""Commands of the terminal as real processes, forked from a server that has done the imports once.

Each has its own process, arguments, environment, folder and standard streams, like one that a shell starts; only the
second that Python spends importing is spared.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "operator_mcp.casework",
        "operator_mcp.checkup",
        "operator_mcp.cli",
        "operator_mcp.drawing.page",
        "operator_mcp.terminal",
        "operator_mcp.tour",
        "tests.processes",
    ]
)


def run(*arguments: str, stdin: str = "", deadline_s: float = 60) -> subprocess.CompletedProcess[str]:
    """Run `operator-mcp` with these arguments and give its exit code and what it printed.

    Raises:
        TimeoutError: it has not ended at the deadline; it is killed.
    """
    with tempfile.TemporaryDirectory() as folder:
        streams = Path(folder)
        (streams / "0").write_text(stdin)
        process = _FORKS.Process(target=_command, args=(arguments, folder, dict(os.environ), str(Path.cwd())))
        process.start()
        process.join(deadline_s)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutError(f"operator-mcp {' '.join(arguments)} took more than {deadline_s} s")
        told, erred = ((streams / name).read_text() for name in ("1", "2"))
        return subprocess.CompletedProcess(list(arguments), process.exitcode, told, erred)


def _command(arguments: tuple[str, ...], folder: str, environment: dict[str, str], cwd: str) -> None:
    for number, flags in ((0, os.O_RDONLY), (1, os.O_WRONLY | os.O_CREAT), (2, os.O_WRONLY | os.O_CREAT)):
        opened = os.open(Path(folder) / str(number), flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    sys.argv = ["operator-mcp", *arguments]
    from operator_mcp.cli import main

    main()
