"""The DAG of one run, full and lightweight (`GET /api/ui/v1/workflows/{run_id}/dag`)."""

from collections.abc import Iterator

from operator_mcp.demo.answers import Answer, present
from operator_mcp.demo.rows import ExecutionRow, as_json
from operator_mcp.demo.times import second
from operator_mcp.demo.tree import Tree
from operator_mcp.demo.words import dag_status, normalised

_BLANK: Answer = {
    "workflow_id": "",
    "execution_id": "",
    "agent_node_id": "",
    "reasoner_id": "",
    "status": "",
    "started_at": "",
    "workflow_depth": 0,
    "children": None,
    "notes": None,
    "notes_count": 0,
}
"""What stands where a parent link closes a cycle."""


def dag(tree: Tree) -> str:
    """Render the full answer as JSON text: head, nested tree from the chosen root, flat timeline.

    Text, because a chain of thousands of hops nests deeper than Python's own encoder goes.
    """
    timeline = [_node(row, tree.depth(row)) for row in tree.rows]
    head = as_json({**_head(tree), "timeline": timeline})
    return f'{head[:-1]},"dag":{"".join(_nested(tree))}}}'


def lightweight(tree: Tree) -> Answer:
    """Render the lightweight answer: no nested tree, no reasons."""
    return {
        **_head(tree),
        "timeline": [_light(row, tree.depth(row)) for row in tree.rows],
        "mode": "lightweight",
        "unique_agent_node_ids": list(dict.fromkeys(row.agent for row in tree.rows)),
        "webhook_summary": {"steps_with_webhook": 0, "total_deliveries": 0, "failed_deliveries": 0},
    }


def _head(tree: Tree) -> Answer:
    root = tree.root
    return {
        "root_workflow_id": root.run_id,
        "workflow_status": dag_status(row.status for row in tree.rows),
        "workflow_name": root.reasoner,
        **present(session_id=root.session_id, actor_id=root.actor_id),
        "total_nodes": len(tree.rows),
        "max_depth": max(tree.depths.values()),
    }


def _light(row: ExecutionRow, depth: int) -> Answer:
    return {
        "execution_id": row.execution_id,
        **present(parent_execution_id=row.parent_id),
        "agent_node_id": row.agent,
        "reasoner_id": row.reasoner,
        "status": normalised(row.status),
        "started_at": second(row.started_at),
        **present(completed_at=row.completed_at and second(row.completed_at), duration_ms=row.duration_ms),
        "workflow_depth": depth,
    }


def _node(row: ExecutionRow, depth: int) -> Answer:
    return {
        "workflow_id": row.run_id,
        **_light(row, depth),
        **present(status_reason=row.status_reason),
        "notes": [],
        "notes_count": 0,
        "children": None,
    }


def _nested(tree: Tree) -> Iterator[str]:
    seen: set[str] = set()
    pending: list[str | tuple[ExecutionRow, int]] = [(tree.root, 0)]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield item
            continue
        row, depth = item
        if row.execution_id in seen:
            yield as_json(_BLANK)
            continue
        seen.add(row.execution_id)
        node = as_json(_node(row, depth))
        children = tree.children.get(row.execution_id, ())
        if not children:
            yield node
            continue
        yield f"{node.removesuffix('null}')}["
        pending.append("]}")
        for child in reversed(children):
            pending += [(child, depth + 1), ","]
        pending.pop()
