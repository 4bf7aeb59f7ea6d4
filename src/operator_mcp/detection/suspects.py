"""Runs that succeeded with a failure envelope for their result: failures that nobody sees."""

from collections.abc import Sequence

from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.investigation.false_success import false_success
from operator_mcp.investigation.tree import Tree
from operator_mcp.models import FalseSuccess, Hop, RunRow, Status

MOST = 100
"""Roots whose results one answer looks at."""


def may_deceive(row: RunRow) -> bool:
    """Tell whether a run that succeeded has a hop that did not: only then can an envelope have become its result."""
    return row.root_status is Status.SUCCEEDED and not row.root_error and row.failed + row.cancelled > 0


async def deceivers(control_plane: ControlPlane, rows: Sequence[RunRow]) -> dict[str, FalseSuccess]:
    """Give, by run id, the rows whose root has a failure envelope for its result. One request, for the newest rows."""
    roots = {row.root_execution_id: row for row in rows[:MOST]}
    results = await control_plane.results(tuple(roots))
    found: dict[str, FalseSuccess] = {}
    for execution_id, row in roots.items():
        root = Hop(
            execution_id=execution_id,
            agent=row.agent,
            reasoner=row.reasoner,
            status=row.root_status,
            result=results.get(execution_id),
        )
        if suspect := false_success(Tree((root,))):
            found[row.run_id] = suspect
    return found
