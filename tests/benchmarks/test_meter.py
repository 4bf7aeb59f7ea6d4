"""The meters count what really goes over the wire, and change nothing of what the client gives."""

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.hopbench import generate
from benchmarks.hopbench.loader import into_fleet
from benchmarks.meter import MeteredControlPlane, MeteredTransport, percentile
from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.demo.fleet import Fleet, serve


async def test_a_metered_client_gives_what_the_real_one_gives_and_counts_its_requests_and_bytes() -> None:
    run = generate("chain", 3)
    async with serve(into_fleet(run, Fleet())) as url:
        async with ControlPlane(url) as plain:
            expected = await plain.run(run.run.run_id)
        transport = MeteredTransport()
        async with MeteredControlPlane(url, transport) as metered:
            assert await metered.run(run.run.run_id) == expected
            assert metered.waited > 0
            assert metered.worked > 0
        path = transport.requests[0].partition(" ")[2]
        async with httpx2.AsyncClient(base_url=url) as client:
            body = (await client.get(path)).content
    assert path.endswith(run.run.run_id)
    assert len(transport.requests) >= 1
    assert transport.bytes >= len(body) > 0
    assert (transport.bytes == len(body)) == (len(transport.requests) == 1)


@given(st.lists(st.integers(0, 1000), min_size=1), st.sampled_from([0.5, 0.95, 1.0]))
def test_a_percentile_is_one_of_the_values_and_its_share_does_not_pass_it(values: list[int], share: float) -> None:
    chosen = percentile(values, share)
    assert chosen in values
    assert sum(value <= chosen for value in values) >= share * len(values) - 1e-9


def test_the_whole_share_is_the_greatest_value_and_none_has_no_percentile() -> None:
    assert percentile([3, 1, 2], 1.0) == 3
    with pytest.raises(IndexError):
        percentile([], 0.5)
