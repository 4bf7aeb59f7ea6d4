"""Writes change rows the way a control plane does, so any DAG can be seeded over HTTP."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx2
import pytest
from pydantic import JsonValue

from operator_mcp.demo.fleet import Fleet, app
from operator_mcp.demo.rows import ExecutionRow
from operator_mcp.demo.times import MILLISECOND, SECOND, exact, nanoseconds

START = nanoseconds("2027-03-01T06:00:00Z")


DESK = {"id": "desk", "base_url": "http://desk", "version": "1", "reasoners": [{"id": "root"}], "skills": []}


def ticking() -> Callable[[], int]:
    """Give a clock that is 10 ms later each time it is read."""
    moment = START

    def read() -> int:
        nonlocal moment
        moment += 10 * MILLISECOND
        return moment

    return read


@pytest.fixture
def fleet() -> Fleet:
    return Fleet(clock=ticking())


@pytest.fixture
async def client(fleet: Fleet) -> AsyncIterator[httpx2.AsyncClient]:
    async with _client(fleet) as client:
        yield client


@asynccontextmanager
async def _client(fleet: Fleet) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app(fleet)), base_url="http://fleet") as client:
        yield client


async def step(client: httpx2.AsyncClient, name: str, status: str, **more: JsonValue) -> dict[str, JsonValue]:
    body: dict[str, JsonValue] = {
        "execution_id": f"exec_{name}",
        "run_id": "run_1",
        "reasoner_id": name,
        "status": status,
    }
    answer = await client.post("/api/v1/workflow/executions/events", json={**body, "agent_node_id": "desk", **more})
    assert answer.status_code == 200
    read: dict[str, JsonValue] = answer.json()
    return read


async def test_a_dag_can_be_seeded_with_step_events(client: httpx2.AsyncClient) -> None:
    assert await step(client, "root", "running", input_data={"n": 1}) == {"success": True, "created": True}
    await step(client, "leaf", "running", parent_execution_id="exec_root")
    assert await step(client, "leaf", "failed", error="boom") == {"success": True, "updated": True}
    await step(client, "root", "failed", error="Execution failed: boom", duration_ms=1234)
    dag = (await client.get("/api/ui/v1/workflows/run_1/dag")).json()
    assert dag["workflow_status"] == "failed"
    assert [child["execution_id"] for child in dag["dag"]["children"]] == ["exec_leaf"]
    rows = (await client.get("/api/v1/agentic/run/run_1")).json()["data"]["executions"]
    assert [(row["reasoner_id"], row["error"], row["duration_ms"]) for row in rows] == [
        ("root", "Execution failed: boom", 1234),
        ("leaf", "boom", 10),
    ]
    assert rows[0]["input"] == {"n": 1}


async def test_an_event_leaves_a_terminal_row_as_it_is_but_for_its_update(
    fleet: Fleet, client: httpx2.AsyncClient
) -> None:
    await step(client, "root", "failed", error="boom")
    before = fleet.execution("exec_root")
    await step(client, "root", "succeeded", result={"ok": True})
    after = fleet.execution("exec_root")
    assert before is not None
    assert after is not None
    assert after == before.model_copy(update={"updated_at": after.updated_at})
    assert after.touched_at > before.touched_at


async def test_an_event_without_an_execution_id_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/api/v1/workflow/executions/events", json={"status": "running"})
    assert (answer.status_code, answer.json()) == (400, {"error": "execution_id is required"})


async def call_back(client: httpx2.AsyncClient, **body: JsonValue) -> httpx2.Response:
    return await client.post("/api/v1/executions/exec_root/status", json=body)


async def test_a_callback_without_a_reason_erases_the_reason_and_keeps_the_error(client: httpx2.AsyncClient) -> None:
    await step(client, "root", "running")
    first = (await call_back(client, status="failed", error="boom", status_reason="agent_error")).json()
    assert (first["status"], first["error"], first["status_reason"]) == ("failed", "boom", "agent_error")
    second = (await call_back(client, status="timed_out")).json()
    assert (second["status"], second["error"], "status_reason" in second) == ("timeout", "boom", False)
    third = (await call_back(client, status="done", result={"ok": True})).json()
    assert (third["status"], third["result"], "error" in third) == ("succeeded", {"ok": True}, False)


async def test_a_callback_may_tell_its_own_times(client: httpx2.AsyncClient) -> None:
    await step(client, "root", "running")
    ended = exact(START + 5 * SECOND)
    answer = (await call_back(client, status="failed", completed_at=ended, duration_ms=4900)).json()
    assert (answer["completed_at"], answer["duration_ms"]) == (ended, 4900)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 400),
        ({"status": "perhaps"}, 400),
        ({"status": "running"}, 500),
        ({"status": "failed", "completed_at": "x"}, 400),
    ],
)
async def test_a_callback_that_cannot_be_is_refused(
    fleet: Fleet, client: httpx2.AsyncClient, body: dict[str, JsonValue], code: int
) -> None:
    await step(client, "root", "succeeded")
    before = fleet.execution("exec_root")
    assert (await call_back(client, **body)).status_code == code
    assert fleet.execution("exec_root") == before


async def test_a_callback_for_an_unknown_execution_is_a_500(client: httpx2.AsyncClient) -> None:
    assert (await call_back(client, status="failed")).status_code == 500


async def test_cancelling_ends_one_row_without_an_end_time_and_only_once(
    fleet: Fleet, client: httpx2.AsyncClient
) -> None:
    await step(client, "root", "running")
    await step(client, "leaf", "running", parent_execution_id="exec_root")
    answer = await client.post("/api/v1/executions/exec_root/cancel", json={"reason": "wrong book"})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["previous_status"], told["status"], told["reason"]) == ("running", "cancelled", "wrong book")
    root, leaf = fleet.execution("exec_root"), fleet.execution("exec_leaf")
    assert root is not None
    assert leaf is not None
    assert (root.status, root.status_reason, root.completed_at, leaf.status) == (
        "cancelled",
        "wrong book",
        None,
        "running",
    )
    assert (await client.post("/api/v1/executions/exec_root/cancel")).status_code == 409


async def test_notes_are_kept_and_can_be_asked_for_by_tag(client: httpx2.AsyncClient) -> None:
    await step(client, "root", "running")
    for tag in ("Operator", "progress"):
        sent = {"message": f"a {tag} note", "tags": [tag]}
        answer = await client.post("/api/v1/executions/note", json=sent, headers={"X-Execution-ID": "exec_root"})
        assert answer.json()["success"] is True
    by_tag = (await client.get("/api/v1/executions/exec_root/notes", params={"tags": "operator,other"})).json()
    assert [note["message"] for note in by_tag["notes"]] == ["a Operator note"]
    unknown = {"message": "x"}
    lost = await client.post("/api/v1/executions/note", json=unknown, headers={"X-Execution-ID": "exec_no"})
    assert lost.status_code == 500


async def test_logs_are_numbered_by_arrival_and_filtered(client: httpx2.AsyncClient) -> None:
    path = "/api/v1/executions/exec_root/logs"
    entries = [
        {"message": f"line {n}", "agent_node_id": "desk", "level": "error" if n == 2 else "info"} for n in (1, 2, 3)
    ]
    answer = await client.post(path, json={"entries": entries})
    assert (answer.status_code, answer.json()["accepted"]) == (202, 3)
    await client.post(path, json={"message": "line 4", "agent_node_id": "desk", "attributes": {"isbn": "978"}})

    async def seqs(**params: str | int) -> list[int]:
        read = (await client.get("/api/ui/v1/executions/exec_root/logs", params=params)).json()
        return [entry["seq"] for entry in read["entries"]]

    assert await seqs() == [1, 2, 3, 4]
    assert await seqs(tail=2) == [3, 4]
    assert await seqs(after_seq=1, tail=2) == [2, 3]
    assert await seqs(levels="error,fatal") == [2]
    assert await seqs(levels="ERROR") == []
    assert await seqs(q="isbn") == [4]
    assert await seqs(sources="sdk.logger", node_ids="other") == []


@pytest.mark.parametrize(
    "body", [{"message": "x"}, {"agent_node_id": "a"}, {"message": "x", "agent_node_id": "a", "execution_id": "e"}]
)
async def test_a_log_entry_that_is_not_whole_is_refused_and_nothing_is_kept(
    fleet: Fleet, client: httpx2.AsyncClient, body: dict[str, JsonValue]
) -> None:
    good = {"message": "x", "agent_node_id": "a"}
    assert (await client.post("/api/v1/executions/exec_1/logs", json={"entries": [good, body]})).status_code == 400
    assert fleet.logs("exec_1") == []


async def test_a_node_that_comes_back_as_another_instance_orphans_its_open_rows(
    fleet: Fleet, client: httpx2.AsyncClient
) -> None:
    assert (await client.post("/api/v1/nodes/register", json={**DESK, "instance_id": "a"})).status_code == 201
    await step(client, "done", "succeeded")
    await step(client, "open", "running")
    await client.post("/api/v1/nodes/register", json={**DESK, "instance_id": "b"})
    done, orphan = fleet.execution("exec_done"), fleet.execution("exec_open")
    assert done is not None
    assert orphan is not None
    assert done.status == "succeeded"
    reason = "agent_restart_orphaned: desk re-registered with new instance b (was a)"
    assert (orphan.status, orphan.status_reason, orphan.error, orphan.duration_ms) == ("failed", reason, reason, None)


async def test_only_a_node_that_sent_a_heartbeat_is_listed_and_discovered(client: httpx2.AsyncClient) -> None:
    await client.post(
        "/api/v1/nodes/register", json={"id": "desk", "base_url": "http://d", "reasoners": [{"id": "root"}]}
    )
    assert (await client.get("/api/v1/nodes")).json()["count"] == 0
    assert (await client.post("/api/v1/nodes/desk/heartbeat", json={})).status_code == 200
    assert (await client.get("/api/v1/nodes")).json()["count"] == 1
    (found,) = (await client.get("/api/v1/discovery/capabilities")).json()["capabilities"]
    assert [reasoner["invocation_target"] for reasoner in found["reasoners"]] == ["desk.root"]


async def test_memory_keeps_the_first_time_and_the_last_value_by_scope(client: httpx2.AsyncClient) -> None:
    headers = {"X-Session-ID": "s1"}
    first = (await client.post("/api/v1/memory/set", json={"key": "k", "data": 1, "scope": "global"})).json()
    second = (await client.post("/api/v1/memory/set", json={"key": "k", "data": 2, "scope": "global"})).json()
    assert second["created_at"] == first["created_at"] < second["updated_at"]
    await client.post("/api/v1/memory/set", json={"key": "k", "data": 3, "scope": "session"}, headers=headers)
    assert (await client.post("/api/v1/memory/get", json={"key": "k"}, headers=headers)).json()["data"] == 3
    assert (await client.post("/api/v1/memory/get", json={"key": "k"})).json()["data"] == 2
    assert (await client.post("/api/v1/memory/set", json={"key": "k", "data": None})).status_code == 400


async def test_a_result_that_is_not_json_empties_the_agentic_answer_and_only_that(fleet: Fleet) -> None:
    fleet.load(
        [
            ExecutionRow(
                execution_id="e",
                run_id="r",
                agent="a",
                reasoner="x",
                status="succeeded",
                result="<p>",
                started_at=START,
            )
        ]
    )
    async with _client(fleet) as client:
        empty = await client.get("/api/v1/agentic/run/r")
        query = await client.post("/api/v1/agentic/query", json={"resource": "executions"})
        public = (await client.get("/api/v1/executions/e")).json()
    assert (empty.status_code, empty.content) == (200, b"")
    assert (query.status_code, query.content) == (200, b"")
    assert public["result"] == "<p>"


async def test_an_agentic_offset_past_the_end_gives_the_first_page_again(fleet: Fleet) -> None:
    fleet.load(
        ExecutionRow(execution_id=f"e{n}", run_id="r", agent="a", reasoner="x", status="failed", started_at=START + n)
        for n in range(3)
    )

    async def page(offset: int) -> list[str]:
        asked = {"resource": "executions", "limit": 2, "offset": offset}
        async with _client(fleet) as client:
            answer = (await client.post("/api/v1/agentic/query", json=asked)).json()
        return [row["execution_id"] for row in answer["data"]["results"]]

    assert await page(0) == ["e0", "e1"]
    assert await page(2) == ["e2"]
    assert await page(3) == ["e0", "e1"]


async def test_a_browser_is_turned_away(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/health", headers={"Origin": "http://evil.example"})).status_code == 403


async def test_a_body_that_is_no_object_is_refused(client: httpx2.AsyncClient) -> None:
    for content in (b"{", b"[1]"):
        assert (await client.post("/api/v1/memory/get", content=content)).status_code == 400


async def test_no_embedded_agent_is_ever_run(client: httpx2.AsyncClient) -> None:
    await client.post(
        "/api/v1/nodes/register", json={"id": "desk", "base_url": "http://d", "reasoners": [{"id": "root"}]}
    )
    missing = await client.post("/api/v1/execute/desk.other", json={"input": {}})
    assert (missing.status_code, missing.json()["error"]) == (400, "target 'other' not found")
    known = await client.post("/api/v1/execute/async/desk.root", json={"input": {}})
    assert (known.status_code, known.json()["error_category"]) == (502, "agent_unreachable")
