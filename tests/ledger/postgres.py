"""A PostgreSQL server of the tests' own, on a unix socket in a temporary folder, where its programs are found."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def programs() -> Path | None:
    """Give the folder of initdb and pg_ctl, or None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return installed[-1].parent if installed else None


@contextmanager
def server(bin: Path, folder: Path) -> Iterator[str]:
    """Run a server below `folder`; give the URL of its database `postgres`."""
    data, socket = folder / "data", folder / "socket"
    user = _unprivileged()
    for made in (data, socket):
        made.mkdir()
        if user:
            os.chown(made, user.pw_uid, user.pw_gid)
    options = f"-c listen_addresses='' -c unix_socket_directories={socket} -c fsync=off -c max_connections=100"
    _run(user, bin / "initdb", "-D", data, "-U", "operator", "-A", "trust", "-N", "--locale=C", "-E", "UTF8")
    _run(user, bin / "pg_ctl", "-D", data, "-w", "-t", "60", "-o", options, "-l", data / "log", "start")
    try:
        yield f"postgresql://operator@/postgres?host={socket}"
    finally:
        _run(user, bin / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


def _unprivileged() -> pwd.struct_passwd | None:
    """Give the user to run as: PostgreSQL refuses to be run by root."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else None


def _run(user: pwd.struct_passwd | None, *command: str | Path) -> None:
    ids = (user.pw_uid, user.pw_gid) if user else (None, None)
    done = subprocess.run(
        command,
        user=ids[0],
        group=ids[1],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=90,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr or done.stdout
