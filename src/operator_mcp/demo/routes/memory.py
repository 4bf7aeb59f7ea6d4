"""The memory routes: set, get, delete, list."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from operator_mcp.demo.answers import Answer, errors
from operator_mcp.demo.memory import SCOPES, MemoryRow, scope_id
from operator_mcp.demo.routes.asking import body_of, fleet_of
from operator_mcp.demo.times import exact
from operator_mcp.demo.writes import text


async def set_memory(request: Request) -> Response:
    """POST a value for a key; without a scope it goes to the narrowest one that a header names."""
    body = await body_of(request)
    key, data = text(body, "key"), body.get("data")
    if key is None or data is None:
        return _error(400, "invalid_request", "key and data are required")
    scope = text(body, "scope") or next((s for s in SCOPES if scope_id(s, request.headers)), "global")
    fleet = fleet_of(request)
    return JSONResponse(_record(fleet.memory.set(scope, scope_id(scope, request.headers), key, data, fleet.clock())))


async def get_memory(request: Request) -> Response:
    """POST a key, get its record; without a scope all are searched, the narrowest first."""
    body = await body_of(request)
    key, scope = text(body, "key"), text(body, "scope")
    if key is None:
        return _error(400, "invalid_request", "key is required")
    for candidate in (scope,) if scope else SCOPES:
        owner = scope_id(candidate, request.headers)
        row = fleet_of(request).memory.get(candidate, owner, key)
        if row is not None:
            return JSONResponse(_record(row))
    where = scope or SCOPES[-1]
    owner = scope_id(where, request.headers)
    return _error(404, "not_found", f"memory with key '{key}' not found in scope '{where}' for ID '{owner}'")


async def delete_memory(request: Request) -> Response:
    """POST a key to forget; one that is not there is forgotten just as well."""
    body = await body_of(request)
    key, scope = text(body, "key"), text(body, "scope") or "global"
    if key is None:
        return _error(400, "invalid_request", "key is required")
    if scope not in SCOPES:
        return _error(404, "not_found", f"unknown scope '{scope}'")
    fleet_of(request).memory.delete(scope, scope_id(scope, request.headers), key)
    return Response(status_code=204)


async def list_memory(request: Request) -> Response:
    """GET every record of a scope."""
    scope = request.query_params.get("scope")
    if not scope:
        return _error(400, "missing_scope", "Scope parameter is required for listing memory")
    rows = fleet_of(request).memory.list(scope, scope_id(scope, request.headers))
    return JSONResponse([_record(row) for row in rows])


def _record(row: MemoryRow) -> Answer:
    return {
        "scope": row.scope,
        "scope_id": row.scope_id,
        "key": row.key,
        "data": row.data,
        "access_level": "",
        "created_at": exact(row.created_at),
        "updated_at": exact(row.updated_at),
        "metadata": {},
    }


def _error(code: int, word: str, details: str) -> Response:
    return JSONResponse(errors.memory(word, code, details), code)


ROUTES = [
    Route("/api/v1/memory/set", set_memory, methods=["POST"]),
    Route("/api/v1/memory/get", get_memory, methods=["POST"]),
    Route("/api/v1/memory/delete", delete_memory, methods=["POST"]),
    Route("/api/v1/memory/list", list_memory),
]
