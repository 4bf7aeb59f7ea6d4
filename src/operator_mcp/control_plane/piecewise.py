"""A run put together from its parts, where the one-call answer cannot be had.

AgentField 0.1.80 answers the one-call question with an empty body once any result of the run is not JSON (seen live);
the tree, the batch status and the details still work.
"""

from collections.abc import Sequence

import anyio

from operator_mcp.control_plane import routes
from operator_mcp.control_plane.connection import Connection
from operator_mcp.control_plane.ids import SAFE
from operator_mcp.errors import ControlPlaneError, MissingResource, MissingRoute, Unauthorized, Unreachable
from operator_mcp.models import Details, Hop, Run

MAX_BATCHES = 4
"""Batch-status questions for one run: 2,000 hops have their errors and results, the failed ones first."""
MAX_DETAILS = 12
"""Details fetched for one run, for the inputs of its failed hops."""
AT_ONCE = 4

HOPELESS = (Unreachable, Unauthorized, MissingResource)
"""Errors that another route would meet again."""


async def piecewise(connection: Connection, run_id: str, why: ControlPlaneError) -> Run:
    """Give the run from its tree, batch status and details; `unavailable` begins with why.

    Raises:
        ControlPlaneError: `why` itself where the routes of the tree are missing too, else what the tree's route said.
    """
    unavailable = [f"the one-call answer of this run: {why.what}"]
    try:
        hops = await _tree(connection, run_id, unavailable)
    except MissingRoute:
        raise why from None
    hops = await _with_statuses(connection, hops, unavailable)
    hops = await _with_inputs(connection, hops, unavailable)
    return Run(run_id=run_id, hops=tuple(hops), unavailable=tuple(unavailable))


async def _tree(connection: Connection, run_id: str, unavailable: list[str]) -> list[Hop]:
    try:
        flat = await routes.flat_detail(connection, run_id)
    except HOPELESS:
        raise
    except ControlPlaneError:
        rows = (await routes.dag(connection, run_id)).timeline
    else:
        rows = flat.executions
        left = (flat.run.total_steps or 0) - (flat.run.returned_steps or 0)
        if left > 0:
            unavailable.append(f"{left} later hops: the control plane gives the first {len(rows)} only")
    return [row.noun() for row in rows if row.execution_id]


async def _with_statuses(connection: Connection, hops: list[Hop], unavailable: list[str]) -> list[Hop]:
    """Add error, result, duration and approval; the failed hops are asked for first."""
    ids = [hop.execution_id for hop in sorted(hops, key=lambda hop: not hop.status.failure_like)]
    asked = ids[: MAX_BATCHES * routes.BATCH_LIMIT]
    found: dict[str, Hop] = {}
    try:
        for start in range(0, len(asked), routes.BATCH_LIMIT):
            batch = await routes.batch_status(connection, asked[start : start + routes.BATCH_LIMIT])
            found |= {id: row.noun() for id, row in batch.items()}
    except ControlPlaneError as e:
        unavailable.append(f"errors and results of {len(ids) - len(found)} hops: {e.what}")
    else:
        if len(ids) > len(asked):
            unavailable.append(f"errors and results of {len(ids) - len(asked)} hops: not asked for, the run is large")
    return [_merged(hop, found[hop.execution_id]) if hop.execution_id in found else hop for hop in hops]


def _merged(hop: Hop, status: Hop) -> Hop:
    return hop.model_copy(
        update={
            "error": status.error or hop.error,
            "result": status.result,
            "status_reason": hop.status_reason or status.status_reason,
            "duration_ms": hop.duration_ms if hop.duration_ms is not None else status.duration_ms,
            "approval_status": status.approval_status or hop.approval_status,
        }
    )


async def _with_inputs(connection: Connection, hops: list[Hop], unavailable: list[str]) -> list[Hop]:
    failed = [hop.execution_id for hop in hops if hop.status.failure_like and SAFE.fullmatch(hop.execution_id)]
    found = await _details(connection, failed[:MAX_DETAILS])
    left = len(hops) - len(found)
    if left:
        unavailable.append(f"the inputs of {left} hops: this run's answers carry them one hop at a time only")
    return [_completed(hop, found[hop.execution_id]) if hop.execution_id in found else hop for hop in hops]


def _completed(hop: Hop, details: Details) -> Hop:
    return hop.model_copy(
        update={
            "input": details.input,
            "result": hop.result if hop.result is not None else details.result,
            "error": hop.error or details.error,
            "approval_status": hop.approval_status or details.approval_status,
        }
    )


async def _details(connection: Connection, ids: Sequence[str]) -> dict[str, Details]:
    """Fetch details side by side; one that cannot be had is left out, and the caller states what is missing."""
    found: dict[str, Details] = {}
    limiter = anyio.CapacityLimiter(AT_ONCE)

    async def fetch(id: str) -> None:
        async with limiter:
            try:
                found[id] = (await routes.details(connection, id)).noun()
            except ControlPlaneError:
                return

    async with anyio.create_task_group() as tasks:
        for id in ids:
            tasks.start_soon(fetch, id)
    return found
