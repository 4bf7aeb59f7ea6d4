"""The DAG of one run, full and lightweight (`GET /api/ui/v1/workflows/{run_id}/dag`)."""

from operator_mcp.demo.answers import Answer, present
from operator_mcp.demo.rows import ExecutionRow
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


def dag(tree: Tree) -> Answer:
    """Render the full answer: head, nested tree from the chosen root, flat timeline."""
    timeline = [_node(row, tree.depth(row)) for row in tree.rows]
    return {**_head(tree), "dag": _nested(tree), "timeline": timeline}


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


def _node(row: ExecutionRow, depth: int, children: list[Answer] | None = None) -> Answer:
    return {
        "workflow_id": row.run_id,
        **_light(row, depth),
        **present(status_reason=row.status_reason),
        "children": children,
        "notes": [],
        "notes_count": 0,
    }


def _nested(tree: Tree) -> Answer:
    # Not recursive: a chain of thousands of hops would pass the interpreter's depth.
    top = _node(tree.root, 0)
    seen = {tree.root.execution_id}
    open_nodes = [(tree.root, top, 0)]
    while open_nodes:
        row, node, depth = open_nodes.pop()
        children: list[Answer] = []
        for child in tree.children.get(row.execution_id, ()):
            if child.execution_id in seen:
                children.append(dict(_BLANK))
                continue
            seen.add(child.execution_id)
            children.append(_node(child, depth + 1))
            open_nodes.append((child, children[-1], depth + 1))
        node["children"] = children or None
    return top
