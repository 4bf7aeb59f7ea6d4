"""The UI routes: DAG, run list, details, logs. A control plane started with `--backend-only` has none of them."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from operator_mcp.demo.answers import dag, errors, executions, lists, logs, runs
from operator_mcp.demo.routes.asking import answer, fleet_of, number, page_of
from operator_mcp.demo.routes.executions import leave_note, read_notes
from operator_mcp.demo.times import nanoseconds

_FLAGS = ("true", "1")


async def read_dag(request: Request) -> Response:
    """GET the DAG of a run; `mode=lightweight` leaves out the nested tree."""
    tree = fleet_of(request).tree(request.path_params["run_id"])
    asked = request.query_params
    if tree is None or asked.get("mode") == "lightweight" or asked.get("lightweight") in _FLAGS:
        return answer(None if tree is None else dag.lightweight(tree), "workflow not found")
    return Response(dag.dag(tree), media_type="application/json")


async def read_run(request: Request) -> Response:
    """GET the flat detail of a run."""
    tree = fleet_of(request).tree(request.path_params["run_id"])
    return answer(None if tree is None else runs.detail(tree), "workflow run not found")


async def read_runs(request: Request) -> Response:
    """GET the run list; what cannot be read of the question is ignored."""
    page, page_size = page_of(request, largest=200)
    given = request.query_params
    query = lists.ListQuery(
        page=page,
        page_size=page_size,
        sort_by=given.get("sort_by", "updated_at"),
        ascending=given.get("sort_order") == "asc",
        since=_moment(given.get("since", "")),
        **{name: given.get(name, "") for name in ("run_id", "status", "session_id", "actor_id", "search")},
    )
    return JSONResponse(lists.run_list(fleet_of(request), query))


async def read_summary(request: Request) -> Response:
    """GET the steps of the whole fleet, newest first; here a time that cannot be read is refused."""
    page, page_size = page_of(request, largest=100)
    given = request.query_params
    bounds: dict[str, int | None] = {}
    for name in ("start_time", "end_time"):
        bounds[name] = _moment(given.get(name, ""))
        if given.get(name) and bounds[name] is None:
            return JSONResponse(errors.plain(f"invalid {name} format, expected RFC3339"), 400)
    query = lists.ListQuery(
        page=page,
        page_size=page_size,
        status=given.get("status", ""),
        run_id=given.get("workflow_id", ""),
        agent=given.get("agent_node_id", ""),
        session_id=given.get("session_id", ""),
        since=bounds["start_time"],
        until=bounds["end_time"],
    )
    return JSONResponse(lists.summary(fleet_of(request), query))


async def read_details(request: Request) -> Response:
    """GET the rich view of one execution."""
    row = fleet_of(request).execution(request.path_params["execution_id"])
    return answer(None if row is None else executions.details(row), "execution not found")


async def read_logs(request: Request) -> Response:
    """GET the log entries of one execution; an unknown execution has none."""
    given = request.query_params
    tail = number(request, "tail", -1) if given.get("tail") else logs.MAX_TAIL
    after = number(request, "after_seq", -1) if given.get("after_seq") else None
    if tail < 0:
        return JSONResponse(errors.plain("invalid_tail"), 400)
    if tail > logs.MAX_TAIL:
        return JSONResponse(errors.plain("tail_too_large", max_allowed=logs.MAX_TAIL), 400)
    if after is not None and after < 0:
        return JSONResponse(errors.plain("invalid_after_seq"), 400)
    query = logs.LogQuery(
        tail=tail,
        after_seq=after,
        q=given.get("q", ""),
        **{name: frozenset(filter(None, given.get(name, "").split(","))) for name in ("levels", "node_ids", "sources")},
    )
    return JSONResponse(logs.logs(fleet_of(request).logs(request.path_params["execution_id"]), query))


def _moment(text: str) -> int | None:
    try:
        return nanoseconds(text)
    except ValueError:
        return None


ROUTES = [
    Route("/api/ui/v1/workflows/{run_id}/dag", read_dag),
    Route("/api/ui/v2/workflow-runs", read_runs),
    Route("/api/ui/v2/workflow-runs/{run_id}", read_run),
    Route("/api/ui/v1/executions/summary", read_summary),
    Route("/api/ui/v1/executions/note", leave_note, methods=["POST"]),
    Route("/api/ui/v1/executions/{execution_id}/details", read_details),
    Route("/api/ui/v1/executions/{execution_id}/logs", read_logs),
    Route("/api/ui/v1/executions/{execution_id}/notes", read_notes),
]
