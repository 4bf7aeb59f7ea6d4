"""The evidence about an origin: complete, bounded, redacted, and honest about what could not be had."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from pydantic import JsonValue

from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.demo.app import app
from operator_mcp.demo.fleet import Fleet
from operator_mcp.demo.recorded import recorded_rows
from operator_mcp.demo.serving import serve
from operator_mcp.investigation.trace import assemble
from operator_mcp.models import Finding, Hop, Kind, LogEntry, Run, Status, Trace
from tests.conftest import RECORDINGS, answers, recorded_runs
from tests.control_plane.scripted import NO_ROUTE, Reply, ok, scripted

AGENTS = [
    folder
    for folder in recorded_runs()
    if folder.name.startswith(("flow-", "cause-")) and json.loads((folder / "truth.json").read_text())["origin"]
]
START = datetime(2026, 1, 1, tzinfo=UTC)


def truth_of(folder: Path) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = json.loads((folder / "truth.json").read_text())
    return found


def fleet_of(folder: Path) -> Fleet:
    return recorded_rows(answers(folder)).into(Fleet())


def finding(run: Run, origin: Hop | None, kind: Kind = "error") -> Finding:
    verdict = "failed" if origin else "healthy"
    return Finding(
        run_id=run.run_id, verdict=verdict, origin=origin, kind=kind, confidence=1, why=("told by the test",)
    )


async def trace_of(control_plane: ControlPlane, folder: Path) -> Trace:
    """Give the trace about the origin that the truth names, independent of any finder."""
    truth = truth_of(folder)
    run = await control_plane.run(str(truth["run_id"]))
    origin = next(hop for hop in run.hops if hop.execution_id == truth["origin"])
    before = control_plane.requests
    trace = await assemble(control_plane, run, finding(run, origin, truth["kind"]))  # type: ignore[arg-type]
    assert control_plane.requests <= before + 2
    assert trace is not None
    return trace


@contextmanager
def texts(trace: Trace) -> Iterator[str]:
    yield json.dumps(trace.model_dump(mode="json"), ensure_ascii=False)


@pytest.mark.parametrize("folder", AGENTS, ids=lambda folder: folder.name)
async def test_the_decisive_words_are_in_the_trace_and_no_secret_is(folder: Path) -> None:
    truth = truth_of(folder)
    transport = httpx2.ASGITransport(app(fleet_of(folder)))
    async with ControlPlane("http://fleet", transport=transport) as control_plane:
        trace = await trace_of(control_plane, folder)
    quotes, secrets, path = truth["must_quote"], truth["secrets"], truth["path"]
    assert isinstance(quotes, list)
    assert isinstance(secrets, list)
    assert isinstance(path, list)
    with texts(trace) as text:
        assert [q for q in quotes if str(q) not in text and json.dumps(q, ensure_ascii=False)[1:-1] not in text] == []
        assert [secret for secret in secrets if str(secret) in text] == []
    assert [entry.message for entry in trace.logs if entry.message.startswith(("Cross-agent", "Submitted"))] == []
    assert (trace.caller.execution_id if trace.caller else None) == (path[-2] if len(path) > 1 else None)


@pytest.mark.parametrize("ui", [True, False], ids=["ui", "headless"])
async def test_over_a_real_socket_the_trace_carries_error_input_approval_and_notes(ui: bool) -> None:
    folder = RECORDINGS / "flow-16-approval-rejected"
    async with serve(fleet_of(folder), ui=ui) as url, ControlPlane(url) as control_plane:
        truth = truth_of(folder)
        run = await control_plane.run(str(truth["run_id"]))
        origin = next(hop for hop in run.hops if hop.execution_id == truth["origin"])
        trace = await assemble(control_plane, run, finding(run, origin, "human"))
    assert trace is not None
    assert trace.error == trace.raw_error == origin.error
    assert trace.input == origin.input
    assert trace.approval_status == "rejected"
    assert [note.tags for note in trace.notes] == [("approval", "waiting")]
    assert [line for line in trace.unavailable if "UI routes are off" in line] == ([] if ui else [trace.unavailable[0]])
    assert bool(trace.logs) == ui


async def test_a_healthy_run_has_no_trace_and_costs_nothing() -> None:
    async with ControlPlane("http://127.0.0.1:9") as control_plane:
        run = Run(run_id="run_1", hops=(hop("exec_0"),))
        assert await assemble(control_plane, run, finding(run, None)) is None
        assert control_plane.requests == 0


def hop(id: str, parent: str | None = None, status: Status = Status.FAILED, **more: object) -> Hop:
    at = START + timedelta(seconds=int(id.rpartition("_")[2]))
    row = {"execution_id": id, "parent_id": parent, "agent": "a", "reasoner": f"r{id[-1]}", "status": status}
    times = {"started_at": at, "ended_at": at + timedelta(milliseconds=500)}
    return Hop.model_validate(row | times | more)


def entry(seq: int, message: str, level: str = "info", **more: object) -> dict[str, object]:
    return {"seq": seq, "level": level, "message": message, "source": "sdk.python.logger"} | more


async def _trace(
    run: Run, origin: Hop, *, logs: Reply = NO_ROUTE, details: Reply = NO_ROUTE, kind: Kind = "error"
) -> Trace:
    def script(path: str, n: int) -> Reply:
        return logs if "/logs" in path else details if "/details" in path else NO_ROUTE

    async with scripted(script) as server, ControlPlane(server.url) as control_plane:
        trace = await assemble(control_plane, run, finding(run, origin, kind))
    assert trace is not None
    return trace


def run_of(*hops: Hop, unavailable: tuple[str, ...] = ()) -> Run:
    return Run(run_id="run_1", hops=hops, unavailable=unavailable)


async def test_error_entries_come_first_then_the_last_forty_others_and_chatter_is_gone() -> None:
    chatter = [
        "Cross-agent call to: a.b",
        "Submitted execution exec_1... for target a.b in 0.005s",
        "Execution exec_1... status: queued -> failed",
        "Starting polling loop",
    ]
    entries = [entry(n, line, "debug") for n, line in enumerate(chatter)]
    entries += [entry(10 + n, f"step {n}") for n in range(60)]
    entries += [entry(80, "it broke", "ERROR"), entry(81, "and went on", "warning"), entry(82, "gave up", "critical")]
    origin = hop("exec_1")
    trace = await _trace(run_of(origin), origin, logs=ok({"entries": entries}))
    assert [e.message for e in trace.logs] == [
        "it broke",
        "gave up",
        *(f"step {n}" for n in range(21, 60)),
        "and went on",
    ]
    assert trace.logs_left_out == 21


@pytest.mark.parametrize(
    "line",
    [
        entry(1, "Cross-agent call to: a.b", "info"),
        entry(1, "Cross-agent call to: a.b", "debug", source="my.logger"),
        entry(1, "Cross-agent call to: a.b", "debug", system_generated=True),
        entry(1, "Cross-agent call to: a.b gave 3 pages", "debug"),
        entry(1, "Submitted the form", "debug"),
    ],
    ids=["level", "source", "system", "longer", "other words"],
)
async def test_a_line_that_is_like_chatter_by_one_sign_only_stays(line: dict[str, object]) -> None:
    origin = hop("exec_1")
    trace = await _trace(run_of(origin), origin, logs=ok({"entries": [line]}))
    assert [e.message for e in trace.logs] == [line["message"]]


async def test_a_storm_of_errors_keeps_its_beginning_and_its_end() -> None:
    origin = hop("exec_1")
    entries = [entry(n, f"error {n}", "error") for n in range(500)]
    trace = await _trace(run_of(origin), origin, logs=ok({"entries": entries}))
    assert [e.seq for e in trace.logs] == [*range(10), *range(480, 500)]
    assert trace.logs_left_out == 470


async def test_a_hop_without_error_text_takes_it_from_its_failed_event() -> None:
    failed = entry(7, "Reasoner r failed", "error", event_type="reasoner.failed", system_generated=True)
    origin = hop("exec_1", error=" ")
    told = failed | {"attributes": {"error": "Execution failed: disk full"}}
    trace = await _trace(run_of(origin), origin, logs=ok({"entries": [entry(3, "other", "error"), told]}))
    assert (trace.error, trace.raw_error) == ("disk full", " ")
    assert "error text: the execution has none; taken from log entry 7" in trace.unavailable


async def test_a_failure_without_words_takes_the_last_error_that_the_agent_logged() -> None:
    failed = entry(9, "Reasoner r failed", "error", event_type="reasoner.failed", system_generated=True)
    entries = [entry(3, "first", "error"), entry(4, "second", "error"), entry(5, "fine"), failed]
    origin = hop("exec_1")
    trace = await _trace(run_of(origin), origin, logs=ok({"entries": entries}))
    assert trace.error == "second"
    assert "error text: the execution has none; taken from log entry 4" in trace.unavailable


async def test_what_an_error_was_wrapped_in_is_stripped_and_kept_raw_beside_it() -> None:
    origin = hop("exec_1", error="Execution failed: Execution failed: boom")
    trace = await _trace(run_of(origin), origin)
    assert (trace.error, trace.raw_error) == ("boom", "Execution failed: Execution failed: boom")


async def test_everything_that_could_not_be_had_is_stated_and_nothing_else_is_lost() -> None:
    origin = hop("exec_1", "exec_0", error="boom")
    broken = Reply(b"HTTP/1.1 500 X\r\nContent-Length: 2\r\n\r\n{}")
    trace = await _trace(run_of(origin, unavailable=("3 later hops",)), origin, logs=broken, details=broken)
    assert trace.error == "boom"
    stated = " | ".join(trace.unavailable)
    for words in (
        "3 later hops",
        "logs: ",
        "details (notes, approval): ",
        "answered 500",
        "caller: exec_0",
        "input: none",
    ):
        assert words in stated


async def test_empty_logs_are_stated_where_the_agent_ran_and_not_where_it_never_did() -> None:
    origin = hop("exec_1", error="boom", input={"a": 1})
    empty = ok({"entries": []})
    details = ok({"execution_id": "exec_1"})
    ran = await _trace(run_of(origin), origin, logs=empty, details=details)
    assert [line.partition(":")[0] for line in ran.unavailable] == ["logs"]
    never = await _trace(run_of(origin), origin, logs=empty, details=details, kind="unreachable")
    assert never.unavailable == ()


async def test_a_payload_from_the_payload_store_is_taken_from_the_details() -> None:
    origin = hop("exec_1", error="boom")
    details = ok({"execution_id": "exec_1", "input_data": {"input": {"big": "x" * 50}}, "status_reason": "agent_error"})
    trace = await _trace(run_of(origin), origin, details=details)
    assert trace.input == {"big": "x" * 50}
    assert trace.status_reason == "agent_error"


async def test_an_input_that_only_the_log_has_is_taken_from_there_once() -> None:
    origin = hop("exec_1", error="boom")
    started = entry(1, "started", event_type="reasoner.started", system_generated=True)
    logs = ok({"entries": [started | {"attributes": {"input_data": {"page": 6}, "depth": 0}}]})
    trace = await _trace(run_of(origin), origin, logs=logs)
    assert trace.input == {"page": 6}
    assert trace.logs[0].attributes == {"depth": 0}


async def test_a_huge_input_is_cut_and_says_how_much_is_left() -> None:
    pages: JsonValue = {"title": "x", "pages": [f"page {n} of the volume" for n in range(50_000)]}
    origin = hop("exec_1", "exec_0", error="boom", input=pages)
    trace = await _trace(run_of(hop("exec_0", input=pages, error="boom"), origin), origin)
    for value, limit in ((trace.input, 16_000), (trace.caller.input if trace.caller else None, 4_000)):
        assert isinstance(value, dict)
        kept = value["pages"]
        assert isinstance(kept, list)
        assert kept[-1] == f"[cut: {50_000 - len(kept) + 1} more items]"
        assert limit / 8 < len(json.dumps(value)) < limit * 1.1


async def test_an_id_that_cannot_be_asked_about_still_gives_a_trace() -> None:
    origin = hop("exec_1", error="boom").model_copy(update={"execution_id": "../../x"})
    trace = await _trace(run_of(origin), origin)
    assert trace.error == "boom"
    assert "cannot be an id" in " ".join(trace.unavailable)


async def test_credentials_in_any_part_are_gone_from_all_of_them() -> None:
    secret = "sk-proj-7HfQz2LmXw94TbRkVn3sYpDe8uJc"
    origin = hop("exec_1", "exec_0", error=f"refused {secret}", input={"key": secret}, result=[secret])
    caller = hop("exec_0", input={"x": secret}, error=f"Execution failed: refused {secret}")
    logs = ok({"entries": [entry(1, f"calling with {secret}", attributes={"h": secret})]})
    notes = [{"message": f"try {secret}", "tags": [secret]}]
    details = ok({"execution_id": "exec_1", "notes": notes, "status_reason": secret})
    trace = await _trace(run_of(caller, origin), origin, logs=logs, details=details)
    with texts(trace) as text:
        assert secret not in text
        assert text.count("redacted") >= 8


async def test_logs_that_were_read_before_are_not_asked_for_again() -> None:
    origin = hop("exec_1", error="boom", input={"a": 1})
    read = {"exec_1": (LogEntry(seq=3, level="error", message="seen before"),)}
    async with scripted(lambda path, n: ok({"execution_id": "exec_1"})) as server, ControlPlane(server.url) as plane:
        trace = await assemble(plane, run_of(origin), finding(run_of(origin), origin), read)
    assert trace is not None
    assert [e.message for e in trace.logs] == ["seen before"]
    assert server.paths == ["/api/ui/v1/executions/exec_1/details"]
