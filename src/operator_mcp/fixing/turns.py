"""Taking turns at one repository among the operator's own processes; a killed holder loses its turn at once."""

import fcntl
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

from operator_mcp.errors import FixingError

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
    try:
        for _ in range(_LOOKS):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await anyio.sleep(_LOOK_S)
        else:
            raise FixingError(f"another merge into {repository} does not end", "Try again when it has.")
        yield
    finally:
        os.close(handle)
