"""A case has one call ever: asked again, from several tasks and processes, after a crash, and for look-alikes."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import anyio
import pytest
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream

from operator_mcp.diagnosis.conclusion import Concluded, conclude
from operator_mcp.diagnosis.model.reader import Reader
from operator_mcp.diagnosis.readers import read
from operator_mcp.ledger import Ledger
from operator_mcp.models import Diagnosis, Proposal
from tests.control_plane.scripted import Reply, scripted
from tests.diagnosis_model.conftest import COST, ERROR, LOG, Desk, Open, investigation, settings_for, trace, verdict
from tests.diagnosis_model.endpoint import Endpoint, Told

pytestmark = pytest.mark.heavy

PROPOSAL = Proposal(
    root_cause="code_bug",
    confidence=0.8,
    summary="the sum is taken too early",
    suggested_fix="sum later",
    code_level=True,
    evidence=(LOG,),
)


async def seen(endpoint: Endpoint, count: int) -> None:
    with anyio.fail_after(30):
        while True:
            if len(endpoint.seen) >= count:
                return
            await anyio.sleep(0.02)


async def test_asking_again_gives_the_stored_verdict_without_a_call(open_desk: Open) -> None:
    async with open_desk(Told(verdict())) as desk:
        first = await desk.conclude(investigation(trace()))
        again = await desk.conclude(investigation(trace()))
        assert again.case.diagnosis == first.case.diagnosis
        assert desk.requests == 1
        assert desk.spent() == COST


async def test_after_a_failed_call_asking_again_makes_no_other(open_desk: Open) -> None:
    async with open_desk(Told("", status=500)) as desk:
        await desk.conclude(investigation(trace()))
        spent = desk.spent()
        desk.endpoint.told = Told(verdict())
        again = await desk.conclude(investigation(trace()))
        assert again.case.diagnosis is not None
        assert again.case.diagnosis.engine == "rules"
        assert desk.requests == 1
        assert desk.spent() == spent


async def test_twenty_tasks_at_once_make_one_call_and_get_one_verdict(open_desk: Open) -> None:
    async with open_desk(Told(verdict(), hold=anyio.Event())) as desk:
        got: list[Concluded] = []

        async def ask() -> None:
            got.append(await desk.conclude(investigation(trace())))

        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(ask)
            await seen(desk.endpoint, 1)
            assert desk.endpoint.told.hold is not None
            desk.endpoint.told.hold.set()
        assert desk.requests == 1
        assert {one.case.diagnosis.model_dump_json() for one in got if one.case.diagnosis} == {
            got[0].case.diagnosis.model_dump_json() if got[0].case.diagnosis else ""
        }
        assert got[0].case.diagnosis is not None
        assert got[0].case.diagnosis.engine == "model"
        assert desk.spent() == COST


@asynccontextmanager
async def asker(desk: Desk, home: Path, run_id: str) -> AsyncIterator[Process]:
    """Start a process that is ready to conclude a case, and end it."""
    command = [sys.executable, "-m", "tests.diagnosis_model.asker", str(home), desk.endpoint.url, run_id]
    async with await anyio.open_process(command, cwd=Path(__file__).parents[2], stderr=None) as process:
        try:
            assert process.stdout is not None
            with anyio.fail_after(60):
                assert (await TextReceiveStream(process.stdout).receive()).strip() == "ready"
            yield process
        finally:
            if process.returncode is None:
                process.kill()


async def go(process: Process) -> None:
    assert process.stdin is not None
    await process.stdin.send(b"go\n")


async def said(process: Process) -> Diagnosis:
    assert process.stdout is not None
    with anyio.fail_after(60):
        text = "".join([part async for part in TextReceiveStream(process.stdout)])
    return Diagnosis.model_validate_json(text)


async def test_two_processes_at_once_make_one_call_and_get_one_verdict(open_desk: Open, home: Path) -> None:
    async with (
        open_desk(Told(verdict(), hold=anyio.Event())) as desk,
        asker(desk, home, "run-1") as one,
        asker(desk, home, "run-1") as other,
    ):
        await go(one)
        await go(other)
        await seen(desk.endpoint, 1)
        assert desk.endpoint.told.hold is not None
        desk.endpoint.told.hold.set()
        verdicts = [await said(one), await said(other)]
        assert verdicts[0] == verdicts[1]
        assert verdicts[0].engine == "model"
        assert desk.requests == 1
        assert desk.spent() == COST


async def test_a_process_killed_during_the_call_leaves_the_booking_spent_and_the_case_without_another(
    open_desk: Open, home: Path
) -> None:
    async with open_desk(Told(verdict(), hold=anyio.Event())) as desk:
        async with asker(desk, home, "run-1") as process:
            await go(process)
            await seen(desk.endpoint, 1)
            booked = desk.spent()
            process.kill()
        assert booked > Decimal("0.06")
        later = Ledger.open(desk.settings.ledger_url, clock=lambda: datetime.now(UTC) + timedelta(minutes=2))
        survivor = Desk(later, desk.settings, desk.endpoint)
        concluded = await survivor.conclude(investigation(trace()))
        assert concluded.case.diagnosis is not None
        assert concluded.case.diagnosis.engine == "rules"
        assert desk.requests == 1
        assert survivor.spent() == booked
        later.close()


async def test_a_client_that_hangs_up_does_not_lose_the_verdict(open_desk: Open) -> None:
    async with open_desk(Told(verdict(), hold=anyio.Event())) as desk:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(desk.conclude, investigation(trace()))
            await seen(desk.endpoint, 1)
            tasks.cancel_scope.cancel()
            assert desk.endpoint.told.hold is not None
            desk.endpoint.told.hold.set()
        case = desk.ledger.case("fleet", "run-1")
        assert case is not None
        assert case.diagnosis is not None
        assert case.diagnosis.engine == "model"
        assert desk.spent() == COST


async def test_a_hundred_runs_failing_alike_make_one_call(open_desk: Open) -> None:
    async with open_desk(Told(verdict())) as desk:
        for n in range(100):
            concluded = await desk.conclude(investigation(trace(f"run-{n}")))
            assert concluded.case.diagnosis is not None
            assert concluded.case.diagnosis.root_cause == "code_bug"
            assert concluded.case.diagnosis.engine == ("model" if n == 0 else "memory")
        assert desk.requests == 1
        assert desk.spent("run-0") == COST
        assert desk.spent("run-99") == 0


async def test_runs_failing_alike_make_one_call_even_where_it_fails(open_desk: Open) -> None:
    async with open_desk(Told("", status=500)) as desk:
        for n in range(5):
            concluded = await desk.conclude(investigation(trace(f"run-{n}")))
            assert concluded.case.diagnosis is not None
            assert concluded.case.diagnosis.engine == "rules"
        assert desk.requests == 1


async def test_look_alikes_asked_for_at_once_wait_for_the_one_call_and_recognise_its_verdict(open_desk: Open) -> None:
    async with open_desk(Told(verdict(), hold=anyio.Event())) as desk:
        got: list[Concluded] = []

        async def ask(run_id: str) -> None:
            got.append(await desk.conclude(investigation(trace(run_id))))

        async with anyio.create_task_group() as tasks:
            for n in range(8):
                tasks.start_soon(ask, f"run-{n}")
            await seen(desk.endpoint, 1)
            assert desk.endpoint.told.hold is not None
            desk.endpoint.told.hold.set()
        assert desk.requests == 1
        engines = sorted(one.case.diagnosis.engine for one in got if one.case.diagnosis)
        assert engines == ["memory"] * 7 + ["model"]


async def test_a_decisive_reading_by_the_rules_needs_no_call(open_desk: Open) -> None:
    error = "TypeError: unsupported operand type(s) for +: 'int' and 'NoneType'"
    async with open_desk(Told(verdict())) as desk:
        concluded = await desk.conclude(investigation(trace(error=error, raw_error=error)))
        assert concluded.case.diagnosis is not None
        assert concluded.case.diagnosis.engine == "rules"
        assert concluded.case.diagnosis.root_cause == "code_bug"
        assert desk.requests == 0
        assert desk.spent() == 0


async def test_a_proposal_takes_the_place_of_the_call(open_desk: Open) -> None:
    async with open_desk(Told(verdict())) as desk:
        found = investigation(trace())
        case = desk.case(found)
        concluded = await conclude(desk.ledger, desk.settings, case, found, PROPOSAL, actor="tests")
        assert concluded.case.diagnosis is not None
        assert concluded.case.diagnosis.engine == "proposal"
        await desk.conclude(found)
        assert desk.requests == 0


async def test_a_proposal_that_is_accepted_during_the_call_stays_the_one_verdict(open_desk: Open) -> None:
    async with open_desk(Told(verdict(), hold=anyio.Event())) as desk:
        found = investigation(trace())
        got: list[Concluded] = []

        async def ask() -> None:
            got.append(await desk.conclude(found))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
            await seen(desk.endpoint, 1)
            proposed = await conclude(desk.ledger, desk.settings, desk.case(found), found, PROPOSAL, actor="tests")
            assert desk.endpoint.told.hold is not None
            desk.endpoint.told.hold.set()
        assert got[0].case.diagnosis == proposed.case.diagnosis
        assert got[0].note is not None
        assert "came too late" in got[0].note
        assert desk.spent() == COST


async def test_after_a_models_verdict_no_proposal_is_taken(open_desk: Open) -> None:
    async with open_desk(Told(verdict())) as desk:
        found = investigation(trace())
        first = await desk.conclude(found)
        concluded = await conclude(desk.ledger, desk.settings, first.case, found, PROPOSAL, actor="tests")
        assert concluded.refused is not None
        assert concluded.refused.rule == 1
        assert concluded.case.diagnosis == first.case.diagnosis


async def test_a_refused_proposal_leaves_a_fresh_case_with_the_rules_reading(open_desk: Open) -> None:
    async with open_desk(Told(verdict())) as desk:
        found = investigation(trace())
        invented = PROPOSAL.model_copy(update={"evidence": ("nobody ever wrote this",)})
        concluded = await conclude(desk.ledger, desk.settings, desk.case(found), found, invented, actor="tests")
        assert concluded.refused is not None
        assert concluded.case.diagnosis is not None
        assert concluded.case.diagnosis.engine == "rules"


async def test_a_provisional_reading_from_before_the_model_was_configured_gets_its_one_call(open_desk: Open) -> None:
    async with open_desk(Told(verdict())) as desk:
        found = investigation(trace())
        without = desk.settings.model_copy(update={"model": None})
        first = await conclude(desk.ledger, without, desk.case(found), found, None, actor="tests")
        assert first.case.diagnosis is not None
        assert first.case.diagnosis.engine == "rules"
        concluded = await desk.conclude(found)
        assert concluded.case.diagnosis is not None
        assert concluded.case.diagnosis.engine == "model"
        assert desk.requests == 1


async def test_a_slow_answer_is_given_up_at_the_deadline(open_desk: Open) -> None:
    async with open_desk(Told(verdict(), hold=anyio.Event())) as desk:
        found = investigation(trace())
        assert found.trace is not None
        rules = read(found.trace, found.finding)
        reader = Reader(desk.ledger, desk.settings, "tests", deadline_s=0.3)
        paid = await reader.read(desk.case(found), found.finding, found.trace, rules, since=None)
        assert paid is not None
        assert paid.diagnosis.engine == "rules"
        assert any("no answer within 0.3 s" in point for point in paid.diagnosis.open_points)
        assert paid.diagnosis.cost_usd == paid.most == desk.spent()
        assert desk.requests == 1


async def test_a_connection_reset_is_not_tried_again(ledger: Ledger, home: Path) -> None:
    async with scripted(lambda path, count: Reply(end="reset")) as server:
        settings = settings_for(server.url, "chat", home)
        found = investigation(trace())
        desk = Desk(ledger, settings, Endpoint(Told("")))
        concluded = await desk.conclude(found)
        assert concluded.case.diagnosis is not None
        assert (concluded.case.diagnosis.engine, concluded.case.diagnosis.provisional) == ("rules", True)
        assert server.paths == ["/v1/chat/completions"]
        assert desk.spent() == concluded.case.diagnosis.cost_usd > Decimal("0.06")


async def test_an_address_where_nobody_answers_costs_the_booking_and_says_so(ledger: Ledger, home: Path) -> None:
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
    desk = Desk(ledger, settings_for(f"http://127.0.0.1:{port}", "chat", home), Endpoint(Told("")))
    concluded = await desk.conclude(investigation(trace()))
    assert concluded.case.diagnosis is not None
    assert any("onnection" in point for point in concluded.case.diagnosis.open_points)
    assert ERROR not in str(desk.told("model failed"))
