"""A fleet of runs that fail alike, real casework over it, and server processes of their own."""

import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
import uvicorn
from mcp import StdioServerParameters
from mcp.client.stdio import stdio_client

from operator_mcp.casework import Casework, open_casework
from operator_mcp.demo.fleet import Fleet, serve
from operator_mcp.demo.rows import ExecutionRow
from operator_mcp.ledger import Ledger
from operator_mcp.models import Diagnosis, Engine, Evidence
from operator_mcp.serving import http_app
from operator_mcp.settings import Settings, load

NIGHT = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=6)
"""When the first run failed."""

KEY_ERROR = "KeyError: 'advance_cents' in royalty_split"
SLOW = "HTTPSConnectionPool(host='stock.example', port=443): Read timed out. (read timeout=30)"


def failing(
    n: int, error: str = KEY_ERROR, *, reasoner: str = "royalty_split", at: datetime | None = None
) -> list[ExecutionRow]:
    """Give the rows of run `n`: a root that fails by its child's failure."""
    start = at or NIGHT + timedelta(seconds=n)
    run, root, child = f"run_20261102_020000_{n:08d}", f"exec_root_{n:06d}", f"exec_child_{n:06d}"

    def row(id: str, parent: str | None, agent: str, name: str, text: str, late_ms: int) -> ExecutionRow:
        return ExecutionRow(
            execution_id=id,
            run_id=run,
            parent_id=parent,
            agent=agent,
            reasoner=name,
            status="failed",
            error=text,
            input={"order": n},
            started_at=start + timedelta(milliseconds=late_ms),
            completed_at=start + timedelta(milliseconds=900 - late_ms),
            duration_ms=900 - 2 * late_ms,
        )

    return [
        row(root, None, "desk", "settle_order", f"Execution failed: {error}", 0),
        row(child, root, "royalties", reasoner, error, 100),
    ]


def run_id(n: int) -> str:
    """Give the id of run `n`."""
    return f"run_20261102_020000_{n:08d}"


def fleet_of(*runs: list[ExecutionRow]) -> Fleet:
    """Give a fleet that holds these runs."""
    fleet = Fleet()
    for rows in runs:
        fleet.load(rows)
    return fleet


@dataclass
class Desk:
    """An embedded fleet, the settings to reach it, and ways to work on it."""

    fleet: Fleet
    settings: Settings

    @asynccontextmanager
    async def casework(self, actor: str = "test") -> AsyncIterator[Casework]:
        async with open_casework(self.settings, actor=actor) as casework:
            yield casework

    @property
    def config(self) -> str:
        return str(self.settings.source)

    def stdio(self) -> object:
        arguments = ["-m", "operator_mcp", "serve", "--config", self.config]
        return stdio_client(StdioServerParameters(command=sys.executable, args=arguments))

    @asynccontextmanager
    async def http(self) -> AsyncIterator[str]:
        """Serve over HTTP inside this process, at a free port."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            app = http_app(self.settings, "127.0.0.1", port)
            server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(server.serve, [listener])
                yield f"http://127.0.0.1:{port}/mcp"
                server.should_exit = True

    def ledger(self) -> Ledger:
        return Ledger.open(self.settings.ledger_url)


@asynccontextmanager
async def desk_over(fleet: Fleet, folder: Path, more: str = "") -> AsyncIterator[Desk]:
    """Serve a fleet, and write the settings for it into a folder."""
    async with serve(fleet) as url:
        config = folder / "operator.toml"
        config.write_text(f'control_plane_url = "{url}"\nfleet = "demo"\nhome = "home"\n{more}', encoding="utf-8")
        yield Desk(fleet, load(config, environ={}))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A fleet of five runs: four fail alike, the last one otherwise."""
    runs = [*(failing(n) for n in range(4)), failing(4, SLOW, reasoner="read_stock")]
    async with desk_over(fleet_of(*runs), tmp_path) as desk:
        yield desk


def verdict(
    cause: str = "code_bug", engine: Engine = "rules", *, summary: str = "it fails", provisional: bool = False
) -> Diagnosis:
    """Give a diagnosis that memory takes."""
    return Diagnosis(
        root_cause=cause,
        confidence=0.9,
        summary=summary,
        suggested_fix="read the key with a default",
        code_level=True,
        evidence=(Evidence(quote="KeyError", source="execution/exec_child_000000/error", verified=True),),
        engine=engine,
        provisional=provisional,
    )
