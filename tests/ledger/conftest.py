"""A fresh ledger for each test, on SQLite and on PostgreSQL, and processes that race for it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path

import psycopg
import pytest
from pydantic import JsonValue
from sqlalchemy import delete

from operator_mcp.ledger import Ledger, tables
from operator_mcp.models import Case, Diagnosis, Engine
from tests.ledger import postgres

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by


@dataclass
class Databases:
    """The databases of one kind: one that all tests share and clear, and `empty` ones without even the schema."""

    url: str
    empty: Callable[[], str]
    clock: Clock = field(default_factory=Clock)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger.open(self.url, clock=self.clock)

    def clear(self) -> None:
        self.clock.now = START
        with self.ledger._change() as connection:
            for table in reversed(tables.metadata.sorted_tables):
                connection.execute(delete(table))


def _sqlite(folder: Path) -> Databases:
    numbers = count()
    return Databases(
        f"sqlite:///{folder / 'ledger.db'}", lambda: f"sqlite:///{folder / str(next(numbers)) / 'ledger.db'}"
    )


def _postgres(server: str) -> Databases:
    _execute(server, "CREATE DATABASE fresh")
    fresh = server.replace("/postgres?", "/fresh?")

    def empty() -> str:
        _execute(fresh, "DROP SCHEMA public CASCADE")
        _execute(fresh, "CREATE SCHEMA public")
        return fresh

    return Databases(server, empty)


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    if request.param == "sqlite":
        made = _sqlite(tmp_path_factory.mktemp("ledgers"))
        yield made
        made.ledger.close()
        return
    bin = postgres.programs()
    if bin is None:
        pytest.skip("PostgreSQL is not installed")
    # Not below pytest's own temporary folder: that is closed to the server's user, and too long for a socket's path.
    folder = Path(subprocess.run(["mktemp", "-d"], check=True, capture_output=True, text=True).stdout.strip())
    folder.chmod(0o755)
    try:
        with postgres.server(bin, folder) as url:
            made = _postgres(url)
            yield made
            made.ledger.close()
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def url(databases: Databases) -> str:
    databases.clear()
    return databases.url


@pytest.fixture
def ledger(databases: Databases, url: str) -> Ledger:
    return databases.ledger


@pytest.fixture
def clock(databases: Databases, url: str) -> Clock:
    return databases.clock


@dataclass
class Racers:
    """Processes that stand ready together and start together."""

    children: list[subprocess.Popen[str]] = field(default_factory=list)

    def race(self, url: str, action: str, *given: Sequence[Mapping[str, JsonValue]]) -> list[list[JsonValue]]:
        """Let each process do `action` for each of its arguments in turn; give each one's results.

        One sequence of arguments is given to all processes; several are shared out, one to each.
        """
        shares = list(given) * len(self.children) if len(given) == 1 else list(given)
        running = self.children[: len(shares)]
        for child, share in zip(running, shares, strict=True):
            self._tell(child, json.dumps({"url": url, "action": action, "given": [dict(one) for one in share]}))
        assert [self._hear(child) for child in running] == ["ready"] * len(running)
        for child in running:
            self._tell(child, "go")
        results = [self._hear(child) for child in running]
        assert all(isinstance(result, list) for result in results)
        return [result for result in results if isinstance(result, list)]

    def _tell(self, child: subprocess.Popen[str], line: str) -> None:
        assert child.stdin is not None
        child.stdin.write(line + "\n")
        child.stdin.flush()

    def _hear(self, child: subprocess.Popen[str]) -> JsonValue:
        assert child.stdout is not None
        line = child.stdout.readline()
        assert line, "a racer died; its error is above"
        heard: JsonValue = json.loads(line)
        return heard


@pytest.fixture(scope="session")
def racers() -> Iterator[Racers]:
    command = [sys.executable, "-m", "tests.ledger.racer"]
    children = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    yield Racers(children)
    for child in children:
        child.communicate(timeout=30)


def diagnosis(
    cause: str = "bug",
    confidence: float = 0.9,
    engine: Engine = "rules",
    *,
    provisional: bool = False,
    summary: str = "s",
) -> Diagnosis:
    return Diagnosis(
        root_cause=cause,
        confidence=confidence,
        summary=summary,
        suggested_fix="f",
        code_level=True,
        engine=engine,
        provisional=provisional,
    )


def open_case(ledger: Ledger, run_id: str = "run-1", fleet: str = "fleet") -> Case:
    return ledger.open_case(fleet, run_id, origin=f"{run_id}-hop", agent="a", reasoner="r", signature="s")
