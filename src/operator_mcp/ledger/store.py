"""The store: one engine, read and change transactions, and what goes wrong with either."""

import secrets
from base64 import b32encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.pool import ConnectionPoolEntry

from operator_mcp.errors import LedgerError, OperatorError

BUSY_S = 20
"""How long a change waits for its turn before it is refused."""

WRITER_LOCK = 0x6F70_6D63
"""Key of PostgreSQL's advisory lock under which changes take turns."""

Clock = Callable[[], datetime]


def utcnow() -> datetime:
    """Give the time in UTC."""
    return datetime.now(UTC)


def random_fix_id() -> str:
    """Give a fix id that is safe in branch names and URLs: `fix-` and eight base32 characters (40 random bits)."""
    return "fix-" + b32encode(secrets.token_bytes(5)).decode().lower()


class Store:
    """Transactions over one database. Safe to share among threads."""

    def __init__(self, engine: Engine, clock: Clock, new_fix_id: Callable[[], str]) -> None:
        self._engine = engine
        self._clock = clock
        self._new_fix_id = new_fix_id

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with translated(self._engine.url), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _change(self) -> Iterator[Connection]:
        """Open a transaction that alone changes the ledger, so that what it reads stays true until it commits."""
        with translated(self._engine.url), self._engine.connect() as plain:
            connection = plain.execution_options(begin="BEGIN IMMEDIATE")
            with connection.begin():
                take_turn(connection)
                yield connection


def take_turn(connection: Connection) -> None:
    """Wait until no other transaction changes the ledger; SQLite's `BEGIN IMMEDIATE` has done so already."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(WRITER_LOCK)))


@contextmanager
def translated(url: URL) -> Iterator[None]:
    """Turn the database's own errors into LedgerError; a broken unique row stays what it is, a bug."""
    try:
        yield
    except IntegrityError:
        raise
    except StatementError as e:
        if isinstance(e.orig, OperatorError):  # from a column type, about a value
            raise e.orig from None
        if not isinstance(e, DBAPIError):
            raise
        reason = str(e.orig or e).strip().splitlines()[0]
        raise LedgerError(f"the ledger at {shown(url)} failed: {reason}", _next_action(reason, url)) from e


def connect(url: str) -> Engine:
    """Give the engine of a ledger URL, its folder made; the database itself is not touched yet.

    Raises:
        LedgerError: the URL, its driver or its folder cannot be used.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        _make_file(Path(parsed.database or "").absolute())
        engine = create_engine(parsed, connect_args={"timeout": BUSY_S}, pool_size=8, max_overflow=40)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(_with_deadlines(parsed), pool_size=8, max_overflow=40, pool_pre_ping=True)
    except ModuleNotFoundError as e:
        raise LedgerError(
            f"the ledger at {shown(parsed)} needs {e.name}", "Run: pip install 'operator-mcp[postgres]'."
        ) from e


def shown(url: URL) -> str:
    """Give the URL without its password."""
    return url.render_as_string(hide_password=True)


def _parse(url: str) -> URL:
    example = "Use sqlite:////path/to/ledger.db or postgresql://user@host/database."
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except ArgumentError as e:
        raise LedgerError("the ledger's URL cannot be read", example) from e
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite" or not parsed.database or ":memory:" in parsed.database:
        raise LedgerError(f"{shown(parsed)} cannot hold a ledger", example)
    return parsed


def _with_deadlines(url: URL) -> URL:
    own = url.query.get("options", "")
    given = own if isinstance(own, str) else " ".join(own)
    options = f"{given} -c lock_timeout={BUSY_S}s -c idle_in_transaction_session_timeout={3 * BUSY_S}s"
    return url.update_query_dict({"connect_timeout": "10", **url.query, "options": options})


def _make_file(path: Path) -> None:
    """Make the file and its folder, readable by nobody else: traces of strangers' runs are kept in it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as e:
        raise LedgerError(
            f"the ledger {path} cannot be made: {e.strerror}", "Set OPERATOR_HOME to a folder that you can write to."
        ) from e


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: `_begin_sqlite` says which kind.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    begin = connection.get_execution_options().get("begin", "BEGIN")
    if begin is not None:
        connection.exec_driver_sql(begin)


def _next_action(reason: str, url: URL) -> str:
    if "locked" in reason or "lock timeout" in reason:
        return f"Another process held it for more than {BUSY_S} s: try again, and end that process if it persists."
    if "not a database" in reason or "malformed" in reason:
        return f"Move {url.database} away; a new ledger is made on the next start."
    if url.get_backend_name() == "sqlite":
        return f"Check that {url.database} can be written and its disk is not full."
    return "Check that the database server is up and that the URL, user and password are right."
