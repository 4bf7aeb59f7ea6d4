"""A run in one question, where the control plane can answer in one."""

from collections.abc import Sequence

from operator_mcp.control_plane import routes
from operator_mcp.control_plane.connection import Connection
from operator_mcp.control_plane.ids import SAFE
from operator_mcp.control_plane.piecewise import HOPELESS, piecewise
from operator_mcp.control_plane.wire import AgenticData
from operator_mcp.errors import ControlPlaneError, MissingResource
from operator_mcp.models import Hop, Run


async def whole(connection: Connection, run_id: str) -> Run:
    """Give a run with all its hops: in one question, else put together from its parts.

    Raises:
        MissingResource: no run has that id.
        ControlPlaneError: it can be had neither way.
    """
    try:
        data = await routes.agentic_run(connection, run_id)
    except HOPELESS:
        raise
    except ControlPlaneError as e:
        run = await piecewise(connection, run_id, e)
    else:
        run = await _run(connection, run_id, data)
    if run.hops:
        return run
    asked = f"GET /api/v1/agentic/run/{run_id}"
    what = f"{connection.host} has no executions for the run {run_id}"
    raise MissingResource(what, "Check the id.", host=connection.host, asked=asked)


async def _run(connection: Connection, run_id: str, data: AgenticData) -> Run:
    rows = [row for row in data.executions if row.execution_id]
    unavailable: list[str] = []
    if nameless := len(data.executions) - len(rows):
        unavailable.append(f"{nameless} rows without an execution id")
    if apart := sum(row.stored_apart for row in rows):
        unavailable.append(f"payloads of {apart} hops: they stand in the payload store, not in the run's rows")
    hops = tuple(row.noun() for row in rows)
    awaited = [row.execution_id for row in rows if row.awaited_approval and SAFE.fullmatch(row.execution_id)]
    if awaited:
        hops = await _with_approvals(connection, hops, awaited, unavailable)
    return Run(run_id=run_id, hops=hops, unavailable=tuple(unavailable))


async def _with_approvals(
    connection: Connection, hops: tuple[Hop, ...], ids: Sequence[str], unavailable: list[str]
) -> tuple[Hop, ...]:
    """Add what was decided: the rows do not carry it, and the agent's callback erases it from `status_reason`."""
    try:
        found = await routes.batch_status(connection, ids)
    except ControlPlaneError as e:
        unavailable.append(f"what was decided on {len(ids)} approvals: {e.what}")
        return hops
    decided = {id: row.approval_status for id, row in found.items() if row.approval_status}
    return tuple(
        hop.model_copy(update={"approval_status": decided[hop.execution_id]}) if hop.execution_id in decided else hop
        for hop in hops
    )
