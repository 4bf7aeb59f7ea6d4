"""Taking turns at one repository among the operator's own processes; a killed holder loses its turn at once."""

import fcntl
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

from operator_mcp.errors import FixingError
from operator_mcp.models import Fix

_LOOK_S = 0.05
_LOOKS = 2400


@asynccontextmanager
async def turn(folder: Path, repository: Path) -> AsyncIterator[None]:
    """Hold the one turn at a repository; the lock is a file in `folder`, given back by the system if we die.

    Raises:
        FixingError: another process held it for two minutes.
    """
    name = hashlib.sha256(str(repository).encode()).hexdigest()[:16]
    handle = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    async with _locked(handle, f"another merge into {repository}"):
        yield


@asynccontextmanager
async def landing_of(fix: Fix, *, needed: bool) -> AsyncIterator[None]:
    """Hold the one right to merge or to withdraw a fix, wherever the home of either process is.

    The lock is on the folder of the fix's repository itself (its nearest parent that exists, when that is gone):
    nothing is written there, and all that deal with this fix find the same folder.

    Raises:
        FixingError: another process held it for two minutes, or the file system cannot lock a folder (as
            NFS), where the lock is `needed`: merging goes on without it then, withdrawing does not.
    """
    folder = _nearest(Path(fix.repository))
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    async with _locked(handle, f"another merge or withdrawal at {folder}", needed=needed):
        yield


def _nearest(path: Path) -> Path:
    return next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.is_dir())


@asynccontextmanager
async def _locked(handle: int, other: str, *, needed: bool = True) -> AsyncIterator[None]:
    """Hold the lock of an open file, and close it."""
    try:
        for _ in range(_LOOKS):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await anyio.sleep(_LOOK_S)
            except OSError as e:
                if not needed:
                    break
                raise FixingError(f"no lock can be had: {e}", "Keep the repository on a local file system.") from e
        else:
            raise FixingError(f"{other} does not end", "Try again when it has.")
        yield
    finally:
        os.close(handle)
