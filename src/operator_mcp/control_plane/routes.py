"""The reading routes that more than one part needs: one function a route, wire models out."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import JsonValue, ValidationError

from operator_mcp.control_plane.answers import Answer, parse, read
from operator_mcp.control_plane.connection import Connection
from operator_mcp.control_plane.lenient import Wire
from operator_mcp.control_plane.wire import AgenticAnswer, AgenticData, Dag, DetailsRow, ExecutionRow, FlatDetail
from operator_mcp.errors import UnexpectedAnswer

W = TypeVar("W", bound=Wire)
QUERY_LIMIT = 100
"""The largest slice of a query; above it the server falls back to 20 (AgentField 0.1.80, seen live)."""
BATCH_LIMIT = 500
"""Ids per batch-status question: newer servers refuse more."""


def loaded(shape: type[W], answer: Answer) -> W:
    """Give a successful answer as the wire model it should be.

    Raises:
        ControlPlaneError: it is a refusal, no JSON, or JSON of another shape.
    """
    body = read(answer)
    try:
        return shape.model_validate(body)
    except ValidationError:
        what = f"{answer.host} answered {answer.asked} with JSON of another shape than {shape.__name__}"
        then = "Check that the URL is the control plane's; operator-mcp was built against AgentField 0.1.80."
        raise UnexpectedAnswer(what, then, host=answer.host, asked=answer.asked) from None


def refusal(shape: type[W], answer: Answer) -> W:
    """Give the body of a refusal as the wire model it should be, or an empty one where it is something else."""
    try:
        return shape.model_validate(parse(answer.content))
    except ValueError:
        return shape()


async def get(connection: Connection, shape: type[W], path: str, params: Mapping[str, str | int] | None = None) -> W:
    """Ask a GET route and give its answer as `shape`."""
    return loaded(shape, await connection.ask("GET", path, params=params))


async def agentic_run(connection: Connection, run_id: str) -> AgenticData:
    """Give every row of a run in one answer, with payloads; works with the UI off.

    Raises:
        UnexpectedAnswer: among others the empty body after a result that is not JSON (AgentField 0.1.80, seen live).
    """
    answer = await connection.ask("GET", f"/api/v1/agentic/run/{run_id}")
    data = loaded(AgenticAnswer, answer).data
    if data is None:
        what = f"{answer.host} answered {answer.asked} without data"
        raise UnexpectedAnswer(what, "Ask for the run's parts instead.", host=answer.host, asked=answer.asked)
    return data


async def query_executions(
    connection: Connection, filters: Mapping[str, str], *, limit: int, offset: int = 0
) -> AgenticData:
    """Give a slice of the executions, oldest first; `total` counts all. Works with the UI off.

    `offset` must be below the total: otherwise the first slice comes again (AgentField 0.1.80, handlers/agentic).
    """
    body: dict[str, JsonValue] = {"resource": "executions", "limit": limit, "offset": offset}
    if filters:
        body["filters"] = dict(filters)
    answer = await connection.ask("POST", "/api/v1/agentic/query", body=body)
    return loaded(AgenticAnswer, answer).data or AgenticData()


async def flat_detail(connection: Connection, run_id: str) -> FlatDetail:
    """Give a run's tree with status reasons, at most its first 10,000 rows; needs the UI routes."""
    return await get(connection, FlatDetail, f"/api/ui/v2/workflow-runs/{run_id}")


async def dag(connection: Connection, run_id: str) -> Dag:
    """Give a run's tree from the older route; needs the UI routes."""
    return await get(connection, Dag, f"/api/ui/v1/workflows/{run_id}/dag", {"mode": "lightweight"})


async def public_execution(connection: Connection, execution_id: str) -> ExecutionRow:
    """Give one execution without input, agent, reasoner and parent; works with the UI off."""
    return await get(connection, ExecutionRow, f"/api/v1/executions/{execution_id}")


async def details(connection: Connection, execution_id: str) -> DetailsRow:
    """Give the rich view of one execution; needs the UI routes."""
    return await get(connection, DetailsRow, f"/api/ui/v1/executions/{execution_id}/details")


async def batch_status(connection: Connection, execution_ids: Sequence[str]) -> dict[str, ExecutionRow]:
    """Give the public view of up to `BATCH_LIMIT` executions in one question, by id; unknown ones are left out."""
    body: dict[str, JsonValue] = {"execution_ids": list(execution_ids[:BATCH_LIMIT])}
    answer = await connection.ask("POST", "/api/v1/executions/batch-status", body=body)
    found = read(answer)
    if not isinstance(found, dict):
        what = f"{answer.host} answered {answer.asked} with JSON that is no object"
        raise UnexpectedAnswer(what, "Check that the URL is the control plane's.", host=answer.host, asked=answer.asked)
    rows = {id: ExecutionRow.model_validate(row) for id, row in found.items() if isinstance(row, dict)}
    return {id: row for id, row in rows.items() if row.status not in ("not_found", "error") or row.started_at}
