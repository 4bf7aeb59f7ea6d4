"""A generated run comes back from the embedded control plane, over real HTTP, as it was generated."""

import pytest

from benchmarks.hopbench import Generated, generate
from benchmarks.hopbench.loader import into_fleet
from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.demo.fleet import Fleet, serve
from operator_mcp.models import Hop


def comparable(hop: Hop) -> tuple[object, ...]:
    return (
        hop.parent_id,
        hop.agent,
        hop.reasoner,
        hop.status,
        hop.status_reason,
        hop.error,
        hop.started_at,
        hop.ended_at,
        hop.duration_ms,
        hop.input,
        hop.result,
    )


async def fetched(run: Generated) -> tuple[dict[str, Hop], int]:
    truth = run.truth
    async with serve(into_fleet(run, Fleet())) as url, ControlPlane(url) as control_plane:
        hops = (await control_plane.run(run.run.run_id)).hops
        asked = truth.origin or hops[0].execution_id
        assert await control_plane.locate(asked) == run.run.run_id
        logs = await control_plane.logs(asked)
    assert [entry.message for entry in logs] == [entry.message for entry in run.logs.get(asked, ())]
    return {hop.execution_id: hop for hop in hops}, len(hops)


@pytest.mark.parametrize(
    "family", ["composed", "hang-wait", "approval", "parent-cycle", "missing-parent", "orphan-restart", "false-success"]
)
async def test_the_rows_and_logs_of_a_generated_run_survive_the_way_through_a_control_plane(family: str) -> None:
    run = generate(family, 6)
    rows, count = await fetched(run)
    assert count == len(run.run.hops)
    for hop in run.run.hops:
        assert comparable(rows[hop.execution_id]) == comparable(hop)


async def test_a_gates_answer_is_told_in_the_details_of_its_hop() -> None:
    run = generate("approval", 6)
    origin = str(run.truth.origin)
    async with serve(into_fleet(run, Fleet())) as url, ControlPlane(url) as control_plane:
        details = await control_plane.details(origin)
    assert details.approval_status in ("rejected", "expired")
