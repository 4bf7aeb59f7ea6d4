"""Bringing a database to the schema of this version, once, however many processes open it at the same instant."""

import time
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from operator_mcp.errors import LedgerError
from operator_mcp.ledger.store import BUSY_S, shown, take_turn, translated

HEAD = "0002"
"""The newest revision in `migrations/versions`."""

SCRIPTS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Bring the database to `HEAD`; a database that is there already costs one query.

    Raises:
        LedgerError: the database cannot be used, or a newer version of this program has changed it.
    """
    with translated(engine.url):
        if engine.dialect.name == "sqlite":
            _write_ahead(engine)
        with engine.connect() as connection:
            if _revision(connection) == HEAD:
                return
        with engine.connect() as plain:
            connection = plain.execution_options(begin="BEGIN IMMEDIATE")
            with connection.begin():
                take_turn(connection)
                _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return None if found is None else str(found)


def _upgrade(connection: Connection) -> None:
    if _revision(connection) == HEAD:
        return
    # Imported late: alembic is only needed by the process that finds an old schema.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as e:
        raise LedgerError(
            f"the ledger at {shown(connection.engine.url)} has the unknown schema {_revision(connection)!r}",
            "A newer operator-mcp wrote it: upgrade this one.",
        ) from e


def _write_ahead(engine: Engine) -> None:
    """Turn the write-ahead log on; SQLite does not wait its busy timeout when two processes do so at once."""
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            with engine.connect() as plain:
                plain.execution_options(begin=None).exec_driver_sql("PRAGMA journal_mode = WAL")
        except OperationalError as e:
            if "locked" not in str(e.orig) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
