"""The run list where the UI routes are off: derived from the executions that the agentic query gives.

The query's own `runs` resource is of no use (AgentField 0.1.80 gives the 20 runs that were quiet the longest, whatever
is asked); its `executions` come oldest first, so they are read from the end backwards.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from operator_mcp.control_plane import routes
from operator_mcp.control_plane.connection import Connection
from operator_mcp.control_plane.statuses import normalise
from operator_mcp.control_plane.wire import ExecutionRow
from operator_mcp.errors import TooLarge
from operator_mcp.models import RunPage, RunRow, Status

MAX_SLICES = 100
"""Slices of 100 executions that one page of runs may take."""

PRECEDENCE = (Status.FAILED, Status.TIMEOUT, Status.CANCELLED, Status.PAUSED, Status.SUCCEEDED)
"""The run list's own order of words over the hops of a run that has ended (AgentField 0.1.80, v2 workflow-runs)."""

START = datetime.min.replace(tzinfo=UTC)


async def derived_runs(
    connection: Connection,
    filters: Mapping[str, str],
    *,
    page: int,
    page_size: int,
    sort_by: str,
    search: str | None,
) -> RunPage:
    """Give a page of runs, newest first, of the executions that `filters` (`since`, `run_id`) let through.

    `total` counts the runs seen so far.

    A run is known once its root is met, which started before its other hops. Sorting by `updated_at` therefore orders
    the runs that were met; one that started long before them and still moves is not among them.

    Raises:
        TooLarge: the page lies more than 10,000 executions back.
    """
    end = (await routes.query_executions(connection, filters, limit=1)).total or 0
    rows: dict[str, ExecutionRow] = {}
    for _ in range(MAX_SLICES):
        orphans = end == 0 and "since" not in filters  # what began before `since` has no root among its rows
        runs = [run for run in _grouped(rows.values(), orphans=orphans) if _matches(run, search)]
        if end == 0 or len(runs) > page * page_size:
            break
        start = max(0, end - routes.QUERY_LIMIT)
        data = await routes.query_executions(connection, filters, limit=end - start, offset=start)
        rows |= {row.execution_id: row for row in data.results if row.execution_id and row.run_id}
        end = start
    else:
        raise TooLarge(
            f"page {page} of the runs lies more than {MAX_SLICES * routes.QUERY_LIMIT} executions back",
            "Narrow it with `since`, or switch the control plane's UI routes on.",
            host=connection.host,
            asked="POST /api/v1/agentic/query",
        )
    runs.sort(key=lambda run: (run.started_at if sort_by == "started_at" else run.updated_at) or START, reverse=True)
    wanted = runs[(page - 1) * page_size : page * page_size]
    return RunPage(rows=tuple(wanted), total=len(runs), page=page, has_more=len(runs) > page * page_size)


def rfc3339(at: datetime) -> str:
    """Give a moment as the control plane reads it; one without a zone is taken as UTC."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).isoformat().replace("+00:00", "Z")


def _grouped(rows: Iterable[ExecutionRow], *, orphans: bool) -> list[RunRow]:
    """Give the runs whose root is among the rows, and with `orphans` those without a root too."""
    runs: dict[str, list[ExecutionRow]] = {}
    for row in rows:
        runs.setdefault(row.run_id, []).append(row)
    met = (members for members in runs.values() if orphans or any(not row.parent_execution_id for row in members))
    return [run_row(members) for members in met]


def run_row(rows: Iterable[ExecutionRow]) -> RunRow:
    """Give the list's line for the rows of one run: its root is the earliest row without a parent."""
    members = sorted(rows, key=lambda row: row.started_at or START)
    root = next((row for row in members if not row.parent_execution_id), members[0])
    statuses = [normalise(row.status) for row in members]
    terminal = all(status.terminal for status in statuses)
    updated = max((at for row in members for at in (row.started_at, row.completed_at) if at), default=None)
    return RunRow(
        run_id=root.run_id,
        root_execution_id=root.execution_id,
        root_status=normalise(root.status),
        root_error=root.error or None,
        root_reason=root.status_reason or None,
        status=next((word for word in PRECEDENCE if word in statuses), Status.UNKNOWN) if terminal else Status.RUNNING,
        agent=root.agent_node_id,
        reasoner=root.reasoner_id,
        started_at=members[0].started_at,
        updated_at=updated,
        ended_at=updated if terminal else None,
        total=len(members),
        failed=sum(status in (Status.FAILED, Status.TIMEOUT) for status in statuses),
        cancelled=sum(status is Status.CANCELLED for status in statuses),
        terminal=terminal,
    )


def _matches(run: RunRow, search: str | None) -> bool:
    return not search or any(search.lower() in text.lower() for text in (run.run_id, run.agent, run.reasoner))
