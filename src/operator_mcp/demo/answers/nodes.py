"""Agent nodes: the node list, and what they can do (`/api/v1/nodes`, `/api/v1/discovery/capabilities`)."""

from collections.abc import Sequence

from pydantic import JsonValue

from operator_mcp.demo.answers import Answer, present
from operator_mcp.demo.rows import NodeRow
from operator_mcp.demo.times import exact


def node(row: NodeRow) -> Answer:
    """Render one node."""
    return {
        "id": row.node_id,
        "group_id": row.group_id or row.node_id,
        "team_id": row.team_id,
        "base_url": row.base_url,
        "version": row.version,
        "traffic_weight": 100,
        "deployment_type": row.deployment_type,
        "reasoners": list(row.reasoners),
        "skills": list(row.skills),
        "communication_config": {"protocols": None, "websocket_endpoint": "", "heartbeat_interval": ""},
        "health_status": row.health_status,
        "lifecycle_status": row.lifecycle_status,
        "last_heartbeat": exact(row.last_heartbeat),
        "registered_at": exact(row.registered_at),
        **present(instance_id=row.instance_id),
        "features": {
            "ab_testing": False,
            "advanced_metrics": False,
            "compliance": False,
            "audit_logging": False,
            "role_based_access": False,
        },
        "metadata": row.metadata,
    }


def nodes(rows: Sequence[NodeRow], show_all: bool) -> Answer:
    """Render the node list: only active ones unless all are asked for."""
    shown = [row for row in rows if show_all or row.health_status == "active"]
    return {
        "nodes": [node(row) for row in shown],
        "count": len(shown),
        "filters": {} if show_all else {"health_status": "active"},
    }


def capabilities(rows: Sequence[NodeRow], limit: int, offset: int, now: int) -> Answer:
    """Render what the active nodes can do; a node that never sent a heartbeat is not counted."""
    active = [row for row in rows if row.health_status == "active"]
    page = [_capability(row) for row in active[offset : offset + limit]]
    return {
        "discovered_at": exact(now),
        "total_agents": len(active),
        "total_reasoners": sum(len(row.reasoners) for row in active),
        "total_skills": sum(len(row.skills) for row in active),
        "pagination": {"limit": limit, "offset": offset, "has_more": offset + limit < len(active)},
        "capabilities": page or None,
    }


def _capability(row: NodeRow) -> Answer:
    return {
        "agent_id": row.node_id,
        "group_id": row.group_id or row.node_id,
        "base_url": row.base_url,
        "version": row.version,
        "health_status": row.health_status,
        "deployment_type": row.deployment_type,
        "last_heartbeat": exact(row.last_heartbeat),
        "reasoners": [_callable(row.node_id, item) for item in row.reasoners],
        "skills": [_callable(row.node_id, item) for item in row.skills],
    }


def _callable(node_id: str, item: dict[str, JsonValue]) -> Answer:
    return {
        "id": item.get("id"),
        **present(description=item.get("description"), tags=item.get("tags")),
        "invocation_target": f"{node_id}.{item.get('id')}",
    }
