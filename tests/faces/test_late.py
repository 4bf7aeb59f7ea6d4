"""What a control plane says later is heard: logs that come after the first look, a status that changes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from operator_mcp.casework import Casework, open_casework
from operator_mcp.demo.rows import ExecutionRow, LogRow
from operator_mcp.demo.serving import serve
from operator_mcp.demo.store import Fleet
from operator_mcp.settings import Settings


def row(status: str, *, error: str | None = None) -> ExecutionRow:
    began = datetime.now(UTC) - timedelta(seconds=5)
    return ExecutionRow(
        execution_id="exec_late",
        run_id="run_late",
        agent="desk",
        reasoner="work",
        status=status,
        error=error,
        started_at=began,
        completed_at=began + timedelta(seconds=1),
        duration_ms=1000,
    )


def traceback() -> LogRow:
    now = datetime.now(UTC)
    return LogRow(
        execution_id="exec_late",
        agent_node_id="desk",
        reasoner_id="work",
        level="error",
        message="Traceback (most recent call last):\n  File \"/app/desk.py\", line 3, in work\nKeyError: 'salt'",
        ts=now,
        recorded_at=now,
    )


@asynccontextmanager
async def desk(fleet: Fleet, home: Path) -> AsyncIterator[Casework]:
    async with serve(fleet) as url, open_casework(Settings(control_plane_url=url, home=home), actor="test") as opened:
        yield opened


async def test_logs_that_come_after_the_first_look_are_read(tmp_path: Path) -> None:
    fleet = Fleet()
    fleet.load([row("failed", error="'salt'")])
    async with desk(fleet, tmp_path) as casework:
        first = await casework.diagnose("run_late")
        fleet.append(traceback())
        hop = await casework.get_failed_hop("run_late")
        second = await casework.diagnose("run_late")
    assert first.root_cause == "unknown"
    assert f"operator://cases/{first.run_id};" in first.next
    assert "Traceback" in hop.logs[0].message
    assert second.root_cause == "code_bug"


async def test_a_run_called_healthy_that_is_listed_as_failed_later_is_looked_into_again(tmp_path: Path) -> None:
    fleet = Fleet()
    fleet.load([row("succeeded")])
    async with desk(fleet, tmp_path) as casework:
        before = await casework.get_failed_hop("run_late")
        fleet.put(row("failed", error="boom"))
        listed = await casework.list_failures()
        after = await casework.get_failed_hop("run_late")
    assert [f.run_id for f in listed.failures] == ["run_late"]
    assert (before.verdict, after.verdict) == ("healthy", "failed")
