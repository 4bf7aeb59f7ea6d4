"""The agentic answers: everything about one run, and queries; usable where the UI routes are off."""

from collections import Counter
from collections.abc import Iterable, Sequence

from operator_mcp.demo.answers import Answer
from operator_mcp.demo.answers.executions import agentic_row, note
from operator_mcp.demo.answers.nodes import node
from operator_mcp.demo.answers.runs import RunSums, agentic_line
from operator_mcp.demo.rows import ExecutionRow, Row
from operator_mcp.demo.store import Fleet
from operator_mcp.demo.times import nanoseconds
from operator_mcp.demo.tree import Tree

RUNS_LIMIT = 20
"""A query for runs gives this many, those with the oldest latest activity, whatever it was asked."""

RESOURCES = ("runs", "executions", "agents", "workflows", "sessions")


class Query(Row):
    """The body of `POST /api/v1/agentic/query`, its filters flattened; `limit` and `offset` already in range."""

    resource: str
    status: str = ""
    agent_id: str = ""
    run_id: str = ""
    session_id: str = ""
    actor_id: str = ""
    since: str = ""
    until: str = ""
    limit: int = 20
    offset: int = 0


def run(tree: Tree) -> Answer:
    """Render `GET /api/v1/agentic/run/{run_id}`.

    Raises:
        ValueError: a payload of the run is not JSON; the real server then answers 200 with an empty body.
    """
    rows = tree.rows
    agents = list(dict.fromkeys(row.agent for row in rows))
    return {
        "ok": True,
        "data": {
            "run_id": rows[0].run_id,
            "executions": [agentic_row(row) for row in rows],
            "agents": agents,
            "summary": {
                "total_executions": len(rows),
                "status_counts": dict(Counter(row.status for row in rows)),
                "unique_agents": len(agents),
            },
            "notes": [note(n) for row in rows for n in row.notes],
        },
    }


def query(fleet: Fleet, asked: Query) -> Answer:
    """Render the answer to one query.

    Raises:
        ValueError: a payload among the results is not JSON (see `run`).
    """
    if asked.resource == "executions":
        found = _filtered(fleet.executions(), asked)
        # An offset past the end is ignored and gives the first page again (0.1.80; later versions differ).
        start = asked.offset if asked.offset < len(found) else 0
        page = [agentic_row(row) for row in found[start : start + asked.limit]]
        return _answer(asked, page, len(found))
    if asked.resource == "agents":
        nodes = [node(row) for row in fleet.nodes.values()]
        return _answer(asked, nodes[asked.offset : asked.offset + asked.limit], len(nodes))
    if asked.resource == "runs":
        sums = _sums(fleet, asked)
        return _answer(asked, [agentic_line(run) for run in sums[:RUNS_LIMIT]], len(sums))
    return _answer(asked, [], 0)


def _sums(fleet: Fleet, asked: Query) -> list[RunSums]:
    # Only the status and `since` reach this query in 0.1.80.
    kept = Query(resource="runs", status=asked.status, since=asked.since)
    grouped: dict[str, list[ExecutionRow]] = {}
    for row in _filtered(fleet.executions(), kept):
        grouped.setdefault(row.run_id, []).append(row)
    trees = {run_id: fleet.tree(run_id) for run_id in grouped}
    sums = [RunSums(run_id, grouped[run_id], tree) for run_id, tree in trees.items() if tree is not None]
    return sorted(sums, key=lambda run: run.updated_at)


def _filtered(rows: Iterable[ExecutionRow], asked: Query) -> list[ExecutionRow]:
    since, until = _moment(asked.since), _moment(asked.until)
    return [
        row
        for row in rows
        if (not asked.status or row.status == asked.status)
        and (not asked.agent_id or row.agent == asked.agent_id)
        and (not asked.run_id or row.run_id == asked.run_id)
        and (not asked.session_id or row.session_id == asked.session_id)
        and (not asked.actor_id or row.actor_id == asked.actor_id)
        and (since is None or row.started_at >= since)
        and (until is None or row.started_at <= until)
    ]


def _moment(text: str) -> int | None:
    # What cannot be read as a time is ignored, not refused.
    try:
        return nanoseconds(text)
    except ValueError:
        return None


def _answer(asked: Query, results: Sequence[Answer], total: int) -> Answer:
    return {
        "ok": True,
        "data": {
            "resource": asked.resource,
            "results": list(results) or None,
            "total": total,
            "limit": asked.limit,
            "offset": asked.offset,
        },
    }
