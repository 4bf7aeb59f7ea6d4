"""The run list and the flat detail of one run (`/api/ui/v2/workflow-runs`)."""

from collections.abc import Sequence

from operator_mcp.demo.answers import Answer, present
from operator_mcp.demo.rows import ExecutionRow
from operator_mcp.demo.times import MILLISECOND, exact, second
from operator_mcp.demo.tree import Tree
from operator_mcp.demo.words import ACTIVE, FAILED, counts, dag_status, list_status, normalised

DEPTH_LIMIT = 1000
"""Above this many rows the run list does not compute a depth and says -1."""

DETAIL_LIMIT = 10_000
"""The most rows that the flat detail gives."""


def detail(tree: Tree) -> Answer:
    """Render `GET /api/ui/v2/workflow-runs/{run_id}`; `updated_at` is the last *start*, as in 0.1.80."""
    rows = tree.rows[:DETAIL_LIMIT]
    root = tree.root
    tally = counts(row.status for row in tree.rows)
    return {
        "run": {
            "run_id": root.run_id,
            "root_workflow_id": root.run_id,
            "root_execution_id": root.execution_id,
            "status": dag_status(row.status for row in tree.rows),
            "total_steps": len(tree.rows),
            "completed_steps": tally["succeeded"],
            "failed_steps": sum(tally[word] for word in FAILED),
            "returned_steps": len(rows),
            "status_counts": tally,
            "created_at": second(tree.rows[0].started_at),
            "updated_at": second(tree.rows[-1].started_at),
            **present(completed_at=root.completed_at and second(root.completed_at)),
        },
        "executions": [_step(row, tree) for row in rows],
    }


def _step(row: ExecutionRow, tree: Tree) -> Answer:
    below = [normalised(child.status) for child in tree.children.get(row.execution_id, ())]
    asked = row.approval if normalised(row.status) == "waiting" else None
    return {
        "workflow_id": row.run_id,
        "execution_id": row.execution_id,
        **present(parent_execution_id=row.parent_id, parent_workflow_id=row.run_id if row.parent_id else None),
        "agent_node_id": row.agent,
        "reasoner_id": row.reasoner,
        "status": normalised(row.status),
        **present(status_reason=row.status_reason),
        "started_at": second(row.started_at),
        **present(completed_at=row.completed_at and second(row.completed_at)),
        "workflow_depth": tree.depth(row),
        "active_children": sum(word in ACTIVE for word in below),
        "pending_children": sum(word in ("pending", "queued") for word in below),
        **(
            present(approval_request_id=asked.request_id, approval_request_url=asked.url, approval_status=asked.status)
            if asked
            else {}
        ),
    }


class RunSums:
    """The sums over the rows of one run that passed the filters; root fields are each a maximum of their own."""

    def __init__(self, run_id: str, rows: Sequence[ExecutionRow], tree: Tree) -> None:
        roots = [row for row in rows if not row.parent_id]
        self.run_id = run_id
        self.counts = counts(row.status for row in rows)
        self.status = list_status(row.status for row in rows)
        self.total = len(rows)
        self.started_at = min(row.started_at for row in rows)
        self.updated_at = max(row.touched_at for row in rows)
        self.active = sum(self.counts[word] for word in ACTIVE)
        self.depth = -1 if len(tree.rows) > DEPTH_LIMIT else tree.reached_depth()
        self.root_id = max((row.execution_id for row in roots), default="")
        self.root_status = max((row.status for row in roots), default=None)
        self.root_reason = max((row.status_reason for row in roots if row.status_reason), default=None)
        self.root_error = max((row.error for row in roots if row.error), default=None)
        self.agent = max((row.agent for row in roots), default=None)
        self.reasoner = max((row.reasoner for row in roots), default=None)
        self.session_id = max((row.session_id for row in rows if row.session_id), default=None)
        self.actor_id = max((row.actor_id for row in rows if row.actor_id), default=None)

    @property
    def failed(self) -> int:
        """Rows that count as failed where the list is sorted by failed steps."""
        return self.counts["failed"]


def run_line(run: RunSums) -> Answer:
    """Render one line of the run list."""
    name = run.reasoner or run.run_id
    ended = run.updated_at if run.active == 0 else None
    return {
        "workflow_id": run.run_id,
        "run_id": run.run_id,
        "root_execution_id": run.root_id,
        **present(
            root_execution_status=run.root_status,
            root_error_category=run.root_reason,
            root_error_message=run.root_error,
        ),
        "status": run.status,
        "display_name": name,
        "current_task": name,
        "root_reasoner": name,
        **present(agent_id=run.agent, session_id=run.session_id, actor_id=run.actor_id),
        "total_executions": run.total,
        "max_depth": run.depth,
        "active_executions": run.active,
        "status_counts": run.counts,
        "started_at": exact(run.started_at),
        "updated_at": exact(run.updated_at),
        **(
            {}
            if ended is None
            else {"completed_at": exact(ended), "duration_ms": (ended - run.started_at) // MILLISECOND}
        ),
        "latest_activity": exact(run.updated_at),
        "terminal": ended is not None,
    }


def agentic_line(run: RunSums) -> Answer:
    """Render one result of an agentic query for runs: Go's own field names, `LatestStarted` the latest activity."""
    return {
        "RunID": run.run_id,
        "TotalExecutions": run.total,
        "StatusCounts": run.counts,
        "EarliestStarted": exact(run.started_at),
        "LatestStarted": exact(run.updated_at),
        "RootExecutionID": run.root_id or None,
        "RootStatus": run.root_status,
        "RootErrorCategory": run.root_reason,
        "RootErrorMessage": run.root_error,
        "RootAgentNodeID": run.agent,
        "RootReasonerID": run.reasoner,
        "SessionID": run.session_id,
        "ActorID": run.actor_id,
        "MaxDepth": run.depth,
        "ActiveExecutions": run.active,
    }
