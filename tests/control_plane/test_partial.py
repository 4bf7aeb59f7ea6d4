"""Control planes that can give a run or a list only in part: older, larger, half broken, or hostile."""

import json
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, urlsplit

import pytest

from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.errors import MissingResource, TooLarge, UnexpectedAnswer, Unreachable
from operator_mcp.models import Run, RunPage, Status
from tests.control_plane.scripted import NO_ROUTE, Reply, Scripted, answer, ok, refusal, scripted

RUN = "run_1"
EMPTY = Reply(answer(200, b""))


def node(n: int, status: str = "succeeded", **more: object) -> dict[str, object]:
    parent = {} if n == 0 else {"parent_execution_id": "exec_0"}
    ids = {"execution_id": f"exec_{n}", "run_id": RUN, "agent_node_id": "a", "reasoner_id": "r"}
    return {**ids, **parent, "status": status, "started_at": f"2026-01-01T00:{n // 60 % 60:02}:{n % 60:02}Z", **more}


def flat(rows: list[dict[str, object]], total: int | None = None) -> Reply:
    return ok({"run": {"total_steps": total or len(rows), "returned_steps": len(rows)}, "executions": rows})


async def _run(routes: Mapping[str, Reply], *, max_bytes: int = 2**20) -> tuple[Run, Scripted]:
    """Ask for the run of a server that has these routes (by a part of the path) and no others."""
    async with scripted(by_path(routes)) as server, ControlPlane(server.url, max_bytes=max_bytes) as control_plane:
        return await control_plane.run(RUN), server


def by_path(routes: Mapping[str, Reply]) -> Callable[[str, int], Reply]:
    return lambda path, n: next((reply for part, reply in routes.items() if part in path), NO_ROUTE)


@pytest.mark.parametrize(
    "first",
    [
        EMPTY,
        Reply(answer(200, b'{"ok": true, "data": {"executions": [{"exe')),
        Reply(answer(200, b'{"ok": true', length=500)),
        ok({"ok": True}),
        ok([]),
        refusal(500, {"ok": False, "error": {"code": "query_failed", "message": "x"}}),
        ok({"ok": True, "data": {"padding": "x" * 50_000}}),
        NO_ROUTE,
    ],
    ids=["empty", "unparsable", "cut", "no data", "no object", "crash", "too large", "no such route"],
)
async def test_whatever_is_wrong_with_the_one_call_answer_the_parts_are_asked_for(first: Reply) -> None:
    failed = {"exec_1": {"status": "failed", "error": "boom", "duration_ms": 7, "approval_status": "rejected"}}
    details = {"execution_id": "exec_1", "input_data": {"input": {"a": 1}}, "error_message": "boom"}
    run, _ = await _run(
        {
            "/agentic/run/": first,
            "/v2/workflow-runs/run_1": flat([node(0), node(1, "error", status_reason="agent_error")]),
            "/batch-status": ok(failed),
            "/exec_1/details": ok(details),
        },
        max_bytes=40_000,
    )
    hop = run.hops[1]
    assert (hop.status, hop.error, hop.duration_ms, hop.input) == (Status.FAILED, "boom", 7, {"a": 1})
    assert (hop.status_reason, hop.approval_status, hop.parent_id) == ("agent_error", "rejected", "exec_0")
    assert run.unavailable[0].startswith("the one-call answer of this run: ")
    assert run.unavailable[1].startswith("the inputs of 1 hops")


async def test_an_older_server_without_the_flat_detail_is_asked_for_the_dag() -> None:
    run, server = await _run(
        {"/agentic/run/": EMPTY, "/v1/workflows/run_1/dag": ok({"timeline": [node(0)]}), "/batch-status": ok({})}
    )
    assert [hop.execution_id for hop in run.hops] == ["exec_0"]
    assert "/api/ui/v1/workflows/run_1/dag?mode=lightweight" in server.paths


async def test_a_missing_batch_status_leaves_the_tree_and_says_what_is_lacking() -> None:
    run, _ = await _run({"/agentic/run/": EMPTY, "/v2/workflow-runs/run_1": flat([node(0), node(1, "failed")])})
    assert len(run.hops) == 2
    assert "errors and results of 2 hops" in run.unavailable[1]
    assert "inputs of 2 hops" in run.unavailable[2]


async def test_a_tree_that_the_server_cut_off_says_how_many_hops_are_left() -> None:
    routes = {"/agentic/run/": EMPTY, "/v2/workflow-runs/run_1": flat([node(0)], total=12_001), "/batch": ok({})}
    run, _ = await _run(routes)
    assert run.unavailable[1].startswith("12000 later hops")


async def test_statuses_of_a_large_run_are_asked_for_in_slices_with_the_failed_hops_first() -> None:
    rows = [node(n, "failed" if n > 2600 else "succeeded") for n in range(2700)]
    asked: list[list[str]] = []

    def script(path: str, n: int) -> Reply:
        if path.endswith("batch-status"):
            asked.append(json.loads(server.heads[-1].partition("\r\n\r\n")[2])["execution_ids"])
            return ok({id: {"status": "failed", "error": "boom"} for id in asked[-1]})
        return by_path({"/agentic/run/": EMPTY, "/v2/workflow-runs/run_1": flat(rows)})(path, n)

    async with scripted(script) as server, ControlPlane(server.url) as control_plane:
        run = await control_plane.run(RUN)
    assert [len(ids) for ids in asked] == [500, 500, 500, 500]
    assert asked[0][0] == "exec_2601"
    assert all(hop.error == "boom" for hop in run.hops if hop.status is Status.FAILED)
    assert "errors and results of 700 hops: not asked for" in run.unavailable[1]
    assert sum("/details" in path for path in server.paths) == 12


async def test_a_run_without_rows_is_missing() -> None:
    with pytest.raises(MissingResource, match="no executions for the run run_1"):
        await _run({"/agentic/run/": ok({"ok": True, "data": {"executions": None}})})


async def test_an_unreachable_control_plane_is_not_asked_for_parts() -> None:
    async with scripted(lambda path, n: Reply(end="reset")) as server, ControlPlane(server.url) as control_plane:
        with pytest.raises(Unreachable):
            await control_plane.run(RUN)
    assert server.paths == ["/api/v1/agentic/run/run_1"] * 3


async def test_rows_with_hostile_ids_are_kept_and_never_asked_about() -> None:
    approval: dict[str, object] = {"notes": [{"message": "x", "tags": ["approval"]}]}
    rows = [node(0) | approval | {"execution_id": "../../etc"}, node(1) | approval | {"execution_id": ""}]
    run, server = await _run({"/agentic/run/": ok({"ok": True, "data": {"executions": rows}})})
    assert [hop.execution_id for hop in run.hops] == ["../../etc"]
    assert run.unavailable == ("1 rows without an execution id",)
    assert len(server.heads) == 1


async def test_an_approval_that_cannot_be_asked_for_is_said_so() -> None:
    rows = [node(0, notes=[{"message": "waiting", "tags": ["approval"]}])]
    run, _ = await _run({"/agentic/run/": ok({"ok": True, "data": {"executions": rows}})})
    assert run.unavailable[0].startswith("what was decided on 1 approvals: ")


async def test_payloads_that_stand_elsewhere_are_said_so() -> None:
    rows = [node(0, input_uri="payload://1"), node(1, result_uri="payload://2", input={"a": 1})]
    run, _ = await _run({"/agentic/run/": ok({"ok": True, "data": {"executions": rows}})})
    assert run.unavailable == ("payloads of 2 hops: they stand in the payload store, not in the run's rows",)


async def test_an_execution_without_a_run_id_is_not_located() -> None:
    script = by_path({"/executions/exec_1": ok({"status": "failed"})})
    async with scripted(script) as server, ControlPlane(server.url) as control_plane:
        with pytest.raises(UnexpectedAnswer, match="does not say which run"):
            await control_plane.locate("exec_1")


async def test_a_run_whose_id_has_no_known_prefix_is_found() -> None:
    routes = {
        "/executions/nightly-7": refusal(404, {"error": "execution not found"}),
        "run_id=nightly-7": ok({"runs": [{"run_id": "nightly-7"}]}),
    }
    async with scripted(by_path(routes)) as server, ControlPlane(server.url) as control_plane:
        assert await control_plane.locate("nightly-7") == "nightly-7"


async def test_a_large_tail_is_asked_for_again_with_the_allowed_one() -> None:
    def script(path: str, n: int) -> Reply:
        tail = parse_qs(urlsplit(path).query)["tail"][0]
        return ok({"entries": None}) if tail == "250" else refusal(400, {"error": "tail_too_large", "max_allowed": 250})

    async with scripted(script) as server, ControlPlane(server.url) as control_plane:
        assert await control_plane.logs("exec_1") == ()
        assert len(server.heads) == 2


async def test_another_refusal_of_logs_is_an_error() -> None:
    script = by_path({"/logs": refusal(400, {"error": "tail_too_large"})})
    async with scripted(script) as server, ControlPlane(server.url) as control_plane:
        with pytest.raises(UnexpectedAnswer, match="tail_too_large"):
            await control_plane.logs("exec_1")
        assert len(server.heads) == 1


async def test_an_ill_control_plane_tells_its_state() -> None:
    body = {"status": "unhealthy", "checks": {"storage": {"status": "unhealthy", "response_time": 3}}}
    async with scripted(lambda path, n: refusal(503, body)) as server, ControlPlane(server.url) as control_plane:
        health = await control_plane.health()
    assert not health.healthy
    assert health.checks["storage"].status == "unhealthy"


async def _headless(script: Callable[[dict[str, int]], object], page: int = 1) -> tuple[RunPage, list[dict[str, int]]]:
    """Ask for runs of a server without UI routes whose query answers as `script` says."""
    asked: list[dict[str, int]] = []

    def reply(path: str, n: int) -> Reply:
        if not path.endswith("/agentic/query"):
            return NO_ROUTE
        asked.append(json.loads(server.heads[-1].partition("\r\n\r\n")[2]))
        return ok({"ok": True, "data": script(asked[-1])})

    async with scripted(reply) as server, ControlPlane(server.url) as control_plane:
        return await control_plane.runs(page=page, page_size=3), asked


def root(n: int) -> dict[str, object]:
    return node(n, "failed") | {"run_id": f"run_{n}", "parent_execution_id": None}


async def test_the_derived_list_never_asks_beyond_the_end_and_starts_with_the_newest() -> None:
    rows = [root(n) for n in range(150)]

    def query(body: dict[str, int]) -> object:
        offset, limit = body["offset"], body["limit"]
        assert 1 <= limit <= 100
        assert offset < len(rows)  # beyond it the first slice would come again
        return {"results": rows[offset : offset + limit], "total": len(rows)}

    page, asked = await _headless(query)
    assert [row.run_id for row in page.rows] == ["run_149", "run_148", "run_147"]
    assert page.has_more
    assert len(asked) == 2
    last, asked = await _headless(query, page=50)
    assert [row.run_id for row in last.rows] == ["run_2", "run_1", "run_0"]
    assert not last.has_more
    assert len(asked) == 3


async def test_an_empty_fleet_without_ui_routes_is_an_empty_page() -> None:
    page, asked = await _headless(lambda body: {"results": None, "total": 0})
    assert (page.rows, page.has_more, len(asked)) == ((), False, 1)


async def test_a_list_without_end_is_given_up_with_a_reason() -> None:
    with pytest.raises(TooLarge, match="10000 executions back"):
        await _headless(lambda body: {"results": [node(1)], "total": 10**12})
