"""What an attempt leaves behind: its workspace, and after a killed worker its job and the processes of its checks."""

from functools import partial
from pathlib import Path

from anyio.to_thread import run_sync

from operator_mcp.fixing.job import JOB_FILE
from operator_mcp.fixing.process import end_strays
from operator_mcp.fixing.workspace import fix_folder, remove


def workspace_folder(home: Path, fix_id: str) -> Path:
    """Give the folder in which an attempt works; all of it may go once the attempt has ended."""
    return fix_folder(home, fix_id) / "workspace"


async def clear(home: Path, fix_id: str) -> None:
    """End the processes and remove the workspace of an attempt that has ended or was given up as lost.

    A worker that is killed cannot end its suite; whoever finds the fix lost does it here. Its log is kept.

    Raises:
        UsageError: the id is not one the ledger gives.
    """
    folder = workspace_folder(home, fix_id)
    await run_sync(end_strays, folder)
    await run_sync(remove, folder)
    await run_sync(partial((fix_folder(home, fix_id) / JOB_FILE).unlink, missing_ok=True))
