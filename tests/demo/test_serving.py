"""The embedded fleet on a real port: it comes up, goes away whole, and is fast on large runs."""

import re
import time

import anyio
import httpx2
import pytest

from operator_mcp.demo.fleet import Fleet, serve
from operator_mcp.demo.rows import ExecutionRow

NOBODY = re.compile(r"refused|failed")
WHOLE_RUN = (
    "/api/ui/v1/workflows/run_long/dag?mode=lightweight",
    "/api/ui/v2/workflow-runs/run_long",
    "/api/v1/agentic/run/run_long",
)


def chain(length: int) -> list[ExecutionRow]:
    return [
        ExecutionRow(
            execution_id=f"exec_{n}",
            run_id="run_long",
            parent_id=f"exec_{n - 1}" if n else None,
            agent="desk",
            reasoner="hop",
            status="failed",
            error="boom",
            input={"n": n},
            started_at=n,
        )
        for n in range(length)
    ]


async def test_the_port_is_free_again_when_the_block_ends() -> None:
    async with serve(Fleet()) as url:
        async with httpx2.AsyncClient(base_url=url) as client:
            assert (await client.get("/health")).status_code == 200
        port = int(url.rpartition(":")[2])
    with pytest.raises(OSError, match=NOBODY):
        await anyio.connect_tcp("127.0.0.1", port)
    async with serve(Fleet(), port=port) as again:
        assert again == url


async def test_an_error_inside_the_block_ends_the_server_too_and_comes_out_as_it_is() -> None:
    with pytest.raises(ValueError, match="mine"):
        async with serve(Fleet()) as url:
            raise ValueError("mine")
    with pytest.raises(OSError, match=NOBODY):
        await anyio.connect_tcp("127.0.0.1", int(url.rpartition(":")[2]))


async def test_a_cancelled_block_ends_the_server() -> None:
    with anyio.move_on_after(0.2) as scope:
        async with serve(Fleet()) as url:
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    with pytest.raises(OSError, match=NOBODY):
        await anyio.connect_tcp("127.0.0.1", int(url.rpartition(":")[2]))


async def test_a_port_in_use_is_an_error_of_the_caller() -> None:
    async with serve(Fleet()) as url:
        with pytest.raises(OSError, match="in use"):
            async with serve(Fleet(), port=int(url.rpartition(":")[2])):
                pass


async def test_two_fleets_do_not_share_anything() -> None:
    one, other = Fleet(), Fleet()
    one.load(chain(1))
    async with serve(one) as first, serve(other) as second, httpx2.AsyncClient() as client:
        assert (await client.get(f"{first}/api/v1/executions/exec_0")).status_code == 200
        assert (await client.get(f"{second}/api/v1/executions/exec_0")).status_code == 404


async def test_a_run_of_ten_thousand_hops_is_served_in_seconds() -> None:
    fleet = Fleet()
    fleet.load(chain(10_000))
    async with serve(fleet) as url, httpx2.AsyncClient(base_url=url, timeout=30) as client:
        began = time.perf_counter()
        light, flat, whole = [(await client.get(path)).json() for path in WHOLE_RUN]
        took = time.perf_counter() - began
    assert light["max_depth"] == 9999
    assert flat["run"]["returned_steps"] == 10_000
    assert whole["data"]["executions"][-1]["input"] == {"n": 9999}
    # Generous: some 0.5 s on a quiet machine.
    assert took < 10


async def test_the_full_dag_of_a_deep_chain_is_nested_all_the_way_down() -> None:
    fleet = Fleet()
    fleet.load(chain(10_000))
    async with serve(fleet) as url, httpx2.AsyncClient(base_url=url, timeout=30) as client:
        text = (await client.get("/api/ui/v1/workflows/run_long/dag")).text
    nested = text.partition(',"dag":')[2]
    assert nested.count('"children":[') == 9_999
    assert nested.endswith('"children":null}' + "]}" * 9_999 + "}")
