"""The lists over the whole fleet: runs (`/api/ui/v2/workflow-runs`) and steps (`/api/ui/v1/executions/summary`)."""

import re
from collections.abc import Callable

from operator_mcp.demo.answers import Answer
from operator_mcp.demo.answers.executions import summary_line
from operator_mcp.demo.answers.runs import RunSums, run_line
from operator_mcp.demo.rows import ExecutionRow, Row
from operator_mcp.demo.store import Fleet
from operator_mcp.demo.words import FAILED

_SORTS: dict[str, Callable[[RunSums], int]] = {
    "updated_at": lambda run: run.updated_at,
    "started_at": lambda run: run.started_at,
    # Not the word: whether the run has any step that failed.
    "status": lambda run: int(any(run.counts[word] for word in FAILED)),
    "total_steps": lambda run: run.total,
    "failed_steps": lambda run: run.failed,
    "active_executions": lambda run: run.active,
}


class ListQuery(Row):
    """What a list was asked; page and page size already in range, times in nanoseconds."""

    page: int = 1
    page_size: int = 20
    sort_by: str = "updated_at"
    ascending: bool = False
    run_id: str = ""
    status: str = ""
    agent: str = ""
    session_id: str = ""
    actor_id: str = ""
    since: int | None = None
    until: int | None = None
    search: str = ""

    @property
    def page_slice(self) -> slice:
        """The rows of the page that was asked for."""
        return slice((self.page - 1) * self.page_size, self.page * self.page_size)


def run_list(fleet: Fleet, asked: ListQuery) -> Answer:
    """Render the run list. The filters act on the steps before they are grouped, so they change a run's sums."""
    sums: list[RunSums] = []
    for run_id in sorted(fleet.run_ids()):
        tree = fleet.tree(run_id)
        rows = [row for row in tree.rows if _matches(row, asked)] if tree else []
        if tree and rows:
            sums.append(RunSums(run_id, rows, tree))
    # Ties stay in the order of run ids, in both directions: reverse keeps the sort stable.
    sums.sort(key=_SORTS.get(asked.sort_by, _SORTS["updated_at"]), reverse=not asked.ascending)
    return {
        "runs": [run_line(run) for run in sums[asked.page_slice]],
        "total_count": len(sums),
        "page": asked.page,
        "page_size": asked.page_size,
        "has_more": asked.page * asked.page_size < len(sums),
    }


def summary(fleet: Fleet, asked: ListQuery) -> Answer:
    """Render the steps, newest start first. `total` is the length of the page, as in 0.1.80."""
    rows = [row for row in reversed(fleet.executions()) if _matches(row, asked)]
    page = [summary_line(row) for row in rows[asked.page_slice]]
    return {
        "executions": page,
        "total": len(page),
        "page": asked.page,
        "page_size": asked.page_size,
        "total_pages": 1,
    }


def _matches(row: ExecutionRow, asked: ListQuery) -> bool:
    return (
        (not asked.run_id or row.run_id == asked.run_id)
        and (not asked.status or row.status == asked.status)
        and (not asked.agent or row.agent == asked.agent)
        and (not asked.session_id or row.session_id == asked.session_id)
        and (not asked.actor_id or row.actor_id == asked.actor_id)
        and (asked.since is None or row.started_at >= asked.since)
        and (asked.until is None or row.started_at <= asked.until)
        and (not asked.search or any(_like(asked.search, text) for text in (row.run_id, row.agent, row.reasoner)))
    )


def _like(part: str, text: str) -> bool:
    # SQL's LIKE: `%` and `_` of the search are wild, letters match in either case.
    pattern = "".join({"%": ".*", "_": "."}.get(char, re.escape(char)) for char in part)
    return re.search(pattern, text, re.IGNORECASE | re.DOTALL) is not None
