"""The detached process that carries out one attempt and outlives the session that asked for it."""

import argparse
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import anyio
from anyio.to_thread import run_sync

from operator_mcp.errors import FixingError, OperatorError
from operator_mcp.fixing.attempt import run_attempt
from operator_mcp.fixing.change import require_plain
from operator_mcp.fixing.job import Job
from operator_mcp.fixing.patch import Patch, parse
from operator_mcp.fixing.repository import locate
from operator_mcp.fixing.workspace import Workspace, fix_folder
from operator_mcp.ledger import Ledger
from operator_mcp.models import Fix
from operator_mcp.settings import Repository, Settings

INHERITED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "PYTHONPATH",
    "LD_LIBRARY_PATH",
    "SSL_CERT_FILE",
)
"""What a worker sees of the environment of the session that started it."""


def patch_digest(patch: str) -> str:
    """Give sha256 of a patch's text as it was handed in: how a second one is told from the first."""
    return hashlib.sha256(patch.encode("utf-8", "surrogatepass")).hexdigest()


async def precheck(patch_text: str, repository: Repository) -> Patch:
    """Read a patch and try it on the base in a scratch clone; for use before an attempt is booked.

    Raises:
        FixingError: the patch or the repository cannot be used, or no check could ever verify the patch (it has no
            test file, or nothing but tests); trying again with a better one costs nothing.
    """
    patch = parse(patch_text, repository.allow)
    _require_test_and_source(patch, repository)
    source = await locate(repository)
    base = await source.base()
    with tempfile.TemporaryDirectory(prefix="operator-precheck-", ignore_cleanup_errors=True) as scratch:
        workspace = await Workspace.create(Path(scratch), source, [base], shallow=True)
        when = datetime.now(UTC).isoformat(timespec="seconds")
        await require_plain(
            workspace.git, await workspace.commit_patch(base, patch, "try", when=when), repository.allow
        )
    return patch


def _require_test_and_source(patch: Patch, repository: Repository) -> None:
    tests = patch.tests(repository.tests)
    globs = ", ".join(repository.tests)
    if not any(file.path in tests and file.kind != "removed" for file in patch.files):
        raise FixingError(
            f"the patch adds or changes no test file (tests are {globs})",
            "Add a regression test that fails without the fix, in a file that one of these matches.",
        )
    if len(tests) == len(patch.files):
        raise FixingError(
            f"the patch changes nothing but tests (tests are {globs})",
            "Change the source that fails too; tests alone mend nothing.",
        )


async def start_worker(settings: Settings, fix: Fix, repository: Repository, patch: str) -> int:
    """Start the worker of a booked fix in a session of its own and give its process id.

    Starting two for one fix is harmless: only one of them can take the fix out of `booked`.

    Raises:
        FixingError: the job cannot be written, or the process cannot be started.
    """
    job = Job(
        ledger_url=settings.ledger_url,
        home=settings.home.resolve(),
        fix_id=fix.fix_id,
        repository=repository.model_copy(update={"path": repository.path.resolve()}),
        patch=patch,
    )
    return await run_sync(_start, job)


def _start(job: Job) -> int:
    folder = fix_folder(job.home, job.fix_id)
    try:
        path = job.write(folder)
        with open(os.open(folder / "worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
            # -P: nothing is imported from the folder the session happened to be in.
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "operator_mcp.fixing.worker", "--job", str(path)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={name: os.environ[name] for name in INHERITED if name in os.environ},
                start_new_session=True,
            )
    except OSError as e:
        raise FixingError(
            f"the worker of {job.fix_id} cannot be started: {e}", "Check the disk and OPERATOR_HOME."
        ) from e
    # A long-lived server must not collect zombies; the thread ends with the worker or with this process.
    threading.Thread(target=process.wait, name=f"reap-{job.fix_id}", daemon=True).start()
    return process.pid


async def carry_out(job: Job) -> Fix | None:
    """Carry out a job, in this process; None where SIGTERM or SIGINT ended it first (the fix is lost then).

    Raises:
        LedgerError: the ledger cannot be used, or has no such fix.
    """
    ledger = await run_sync(Ledger.open, job.ledger_url)
    fix = None
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_cancel_on_signal, tasks.cancel_scope)
            fix = await run_attempt(ledger, job.fix_id, job.repository, job.patch, job.home)
            tasks.cancel_scope.cancel()
    finally:
        ledger.close()
    return fix


async def _cancel_on_signal(work: anyio.CancelScope) -> None:
    # Cancelling, not dying, is what ends the suite that is running.
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            work.cancel()


def main() -> int:
    """Carry out the job of `--job FILE`, and remove the file when the attempt has ended."""
    parser = argparse.ArgumentParser(prog="operator_mcp.fixing.worker")
    parser.add_argument("--job", type=Path, required=True)
    path: Path = parser.parse_args().job
    try:
        fix = anyio.run(carry_out, Job.read(path))
    except OperatorError as e:
        print(e, file=sys.stderr)
        return 1
    if fix is None:
        print("ended by a signal; the fix is lost", file=sys.stderr)
        return 1
    print(f"{fix.fix_id}: {fix.state} {fix.detail}".rstrip(), file=sys.stderr)
    path.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
