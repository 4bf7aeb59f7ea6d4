"""The routes of agent nodes, of health, and of executing (which the embedded fleet refuses: it runs no agents)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from operator_mcp.demo import writes
from operator_mcp.demo.answers import errors, nodes
from operator_mcp.demo.routes.asking import answer, body_of, fleet_of, number
from operator_mcp.demo.times import second


async def read_nodes(request: Request) -> Response:
    """GET the nodes; only active ones unless `show_all=true`."""
    rows = list(fleet_of(request).nodes.values())
    return JSONResponse(nodes.nodes(rows, request.query_params.get("show_all") == "true"))


async def read_node(request: Request) -> Response:
    """GET one node."""
    row = fleet_of(request).nodes.get(request.path_params["node_id"])
    return answer(None if row is None else nodes.node(row), "node not found")


async def register(request: Request) -> Response:
    """POST a node's registration."""
    row = writes.register(fleet_of(request), await body_of(request))
    made = {"success": True, "node_id": row.node_id, "resolved_base_url": row.base_url, "callback_discovery": None}
    return JSONResponse(made, 201)


async def heartbeat(request: Request) -> Response:
    """POST a heartbeat; it makes a node active and ready."""
    fleet = fleet_of(request)
    row = fleet.nodes.get(request.path_params["node_id"])
    if row is None:
        return JSONResponse(errors.plain("node not found"), 404)
    state = writes.text(await body_of(request), "status") or "ready"
    change = {"health_status": "active", "lifecycle_status": state, "last_heartbeat": fleet.clock()}
    fleet.nodes[row.node_id] = row.model_copy(update=change)
    return JSONResponse({"success": True})


async def capabilities(request: Request) -> Response:
    """GET what the active nodes can do."""
    fleet = fleet_of(request)
    limit, offset = number(request, "limit", 100), number(request, "offset", 0)
    return JSONResponse(nodes.capabilities(list(fleet.nodes.values()), limit, offset, fleet.clock()))


async def health(request: Request) -> Response:
    """GET the health; its version is a constant, not the server's."""
    checks = {
        name: {"status": "healthy", "message": f"{name} is responsive", "response_time": 0}
        for name in ("storage", "cache")
    }
    now = second(fleet_of(request).clock())
    return JSONResponse({"status": "healthy", "timestamp": now, "version": "1.0.0", "checks": checks})


async def execute(request: Request) -> Response:
    """POST a call: an unknown agent or reasoner is refused as always, a known one cannot be reached."""
    agent, _, reasoner = request.path_params["target"].partition(".")
    node = fleet_of(request).nodes.get(agent)
    if node is None:
        return JSONResponse(errors.execute(f"agent '{agent}' not found"), 400)
    if reasoner not in {item.get("id") for item in (*node.reasoners, *node.skills)}:
        return JSONResponse(errors.execute(f"target '{reasoner}' not found"), 400)
    unreachable = f'agent call failed: Post "{node.base_url}/reasoners/{reasoner}": the embedded fleet runs no agents'
    return JSONResponse({**errors.execute(unreachable, "agent_unreachable"), "status": "failed"}, 502)


ROUTES = [
    Route("/health", health),
    Route("/api/v1/health", health),
    Route("/api/v1/nodes", read_nodes),
    Route("/api/v1/nodes", register, methods=["POST"]),
    Route("/api/v1/nodes/register", register, methods=["POST"]),
    Route("/api/v1/nodes/{node_id}", read_node),
    Route("/api/v1/nodes/{node_id}/heartbeat", heartbeat, methods=["POST"]),
    Route("/api/v1/discovery/capabilities", capabilities),
    Route("/api/v1/execute/async/{target}", execute, methods=["POST"]),
    Route("/api/v1/execute/{target}", execute, methods=["POST"]),
]
