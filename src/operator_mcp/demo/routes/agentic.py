"""The agentic routes, which stay when the UI routes are off."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from operator_mcp.demo import writes
from operator_mcp.demo.answers import agentic, errors
from operator_mcp.demo.routes.asking import body_of, fleet_of

_FILTERS = ("status", "agent_id", "run_id", "session_id", "actor_id", "since", "until")


async def read_run(request: Request) -> Response:
    """GET everything about one run in one answer."""
    run_id = request.path_params["run_id"]
    tree = fleet_of(request).tree(run_id)
    if tree is None:
        return JSONResponse(errors.agentic("run_not_found", f"no executions found for run {run_id}"), 404)
    try:
        return JSONResponse(agentic.run(tree))
    except ValueError:
        return _broken()


async def query(request: Request) -> Response:
    """POST a query over runs, executions or agents."""
    body = await body_of(request)
    resource, filters = writes.text(body, "resource"), body.get("filters")
    if resource is None:
        message = "Key: 'QueryRequest.Resource' Error:Field validation for 'Resource' failed on the 'required' tag"
        return JSONResponse(errors.agentic("invalid_request", message), 400)
    if resource not in agentic.RESOURCES:
        message = f"resource must be one of: {', '.join(agentic.RESOURCES)}"
        return JSONResponse(errors.agentic("invalid_resource", message), 400)
    limit, offset = body.get("limit"), body.get("offset")
    asked = agentic.Query(
        resource=resource,
        limit=limit if isinstance(limit, int) and 1 <= limit <= 100 else 20,
        offset=max(0, offset) if isinstance(offset, int) else 0,
        **{name: writes.text(filters, name) or "" for name in _FILTERS} if isinstance(filters, dict) else {},
    )
    try:
        return JSONResponse(agentic.query(fleet_of(request), asked))
    except ValueError:
        return _broken()


def _broken() -> Response:
    # Seen live: a stored result that is not JSON breaks the encoding after the status line has been sent.
    return Response(b"", media_type="application/json; charset=utf-8")


ROUTES = [
    Route("/api/v1/agentic/run/{run_id}", read_run),
    Route("/api/v1/agentic/query", query, methods=["POST"]),
]
