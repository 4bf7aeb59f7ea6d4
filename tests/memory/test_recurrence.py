"""A failure that is known is recognised: once per run, at no cost, until it is back after its fix."""

import os
import signal
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median
from time import perf_counter

import anyio
import pytest
from mcp import Client
from pydantic import JsonValue

from operator_mcp.answers import Diagnosed
from operator_mcp.casework import Casework
from operator_mcp.ledger import Ledger
from operator_mcp.models import Memory, Proposal
from tests.faces.conftest import facts
from tests.ledger.test_fixes import finish
from tests.memory.conftest import KEY_ERROR, Desk, failing, run_id

pytestmark = pytest.mark.heavy

FINGERPRINT = "royalty_split:code_bug"
PROSE = "the ledger book does not balance"


def memory(ledger: Ledger, fingerprint: str = FINGERPRINT) -> Memory:
    found = ledger.memory("demo", fingerprint)
    assert found is not None
    return found


def proposal(quote: str = KEY_ERROR, cause: str = "code_bug", confidence: float = 0.9) -> Proposal:
    return Proposal(
        root_cause=cause,
        confidence=confidence,
        summary="royalty_split reads a key that is not there",
        suggested_fix="read advance_cents with a default",
        code_level=True,
        evidence=(quote,),
    )


def merge_fix(ledger: Ledger, number: int, fingerprint: str = FINGERPRINT) -> datetime:
    """Take a fix of a run's case to its merge, and give when that was."""
    case = ledger.case("demo", run_id(number))
    assert case is not None
    fix, created = ledger.book_fix(
        case.case_id,
        fingerprint=fingerprint,
        repository="/r",
        base_branch="main",
        patch_digest=None,
        usd=Decimal(1),
        cap=Decimal(3),
        actor="test",
    )
    assert created
    finish(ledger, fix)
    return datetime.now(UTC)


def after(moment: datetime, seconds: int = 1) -> datetime:
    return moment + timedelta(seconds=seconds)


async def test_a_known_failure_is_answered_from_memory_with_quotes_from_the_run_that_was_asked_for(desk: Desk) -> None:
    async with desk.casework() as casework:
        first = await casework.diagnose(run_id(0))
        known = await casework.diagnose(run_id(1))
    assert (first.engine, first.recurrence) == ("rules", None)
    assert (known.engine, known.root_cause, known.cost_usd, known.confidence) == (
        "memory",
        "code_bug",
        0,
        first.confidence,
    )
    assert [e.source for e in known.evidence] == ["execution/exec_child_000001/error"]
    assert known.recurrence is not None
    assert known.recurrence.count == 2
    assert known.recurrence.seen.startswith("seen 2 times since ")
    assert known.recurrence.runs == (run_id(1), run_id(0))
    assert any("recognised by its signature" in point for point in known.open_points)


async def test_asking_again_gives_the_same_answer_and_counts_nothing(desk: Desk) -> None:
    async with desk.casework() as casework:
        await casework.diagnose(run_id(0))
        once = await casework.diagnose(run_id(1))
        again = [await casework.diagnose(id) for id in (run_id(1), "exec_root_000001", "exec_child_000001")]
        requests = casework.control_plane.requests
        assert await casework.diagnose(run_id(1)) == once
        assert casework.control_plane.requests == requests
        assert memory(casework.ledger).count == 2
    assert again == [once] * 3


async def test_first_and_last_seen_are_when_the_runs_failed_not_when_someone_asked(desk: Desk) -> None:
    async with desk.casework() as casework:
        for n in (2, 0, 3):
            await casework.diagnose(run_id(n))
        known = memory(casework.ledger)
    rows = {n: desk.fleet.execution(f"exec_child_{n:06d}") for n in (0, 3)}
    first, last = rows[0], rows[3]
    assert first is not None
    assert last is not None
    assert int(known.first_seen.timestamp() * 1e3) == first.started_at // 10**6
    assert int(known.last_seen.timestamp() * 1e3) == last.started_at // 10**6


async def test_two_server_processes_asked_for_the_same_runs_at_once_count_each_run_once(desk: Desk) -> None:
    answers: list[dict[str, JsonValue]] = []

    async def ask(client: Client, n: int) -> None:
        answers.append(facts(await client.call_tool("diagnose", {"id": run_id(n)})))

    async with (
        Client(desk.stdio(), mode="legacy") as one,  # type: ignore[arg-type]
        Client(desk.stdio(), mode="2026-07-28") as two,  # type: ignore[arg-type]
        anyio.create_task_group() as tasks,
    ):
        for n in (0, 1, 2, 3, 0, 1):
            for client in (one, two):
                tasks.start_soon(ask, client, n)
    assert len(answers) == 12
    assert {a["root_cause"] for a in answers} == {"code_bug"}
    ledger = desk.ledger()
    assert memory(ledger).count == 4
    assert sorted(memory(ledger).runs) == [run_id(n) for n in range(4)]
    ledger.close()
    with sqlite3.connect(desk.settings.home / "ledger.db") as rows:
        assert rows.execute("select count(*), count(distinct case_id) from diagnoses").fetchone() == (4, 4)
        assert rows.execute("select count(*) from bookings").fetchone() == (0,)


async def test_runs_failing_alike_cost_one_verdict_and_the_same_few_milliseconds_each(desk: Desk) -> None:
    for n in range(100, 160):
        desk.fleet.load(failing(n))
    took: list[float] = []
    async with desk.casework() as casework:
        engines = []
        for n in range(100, 160):
            began, asked = perf_counter(), casework.control_plane.requests
            engines.append((await casework.diagnose(run_id(n))).engine)
            took.append(perf_counter() - began)
            assert casework.control_plane.requests - asked <= 4
        assert memory(casework.ledger).count == 60
    assert engines == ["rules"] + ["memory"] * 59
    assert median(took[1:]) < 0.3


async def test_a_run_whose_own_record_decides_another_cause_is_not_taken_for_a_look_alike(desk: Desk) -> None:
    desk.fleet.load(failing(30, "server said: 'invalid api key'"))
    desk.fleet.load(failing(31, "server said: 'rate limit exceeded'"))
    async with desk.casework() as casework:
        first, second = await casework.diagnose(run_id(30)), await casework.diagnose(run_id(31))
        assert (first.root_cause, second.root_cause, second.engine) == ("auth", "rate_limit", "rules")
        assert memory(casework.ledger, "royalty_split:auth").count == 1
        assert memory(casework.ledger, "royalty_split:rate_limit").count == 1


async def test_another_failure_under_the_same_fingerprint_is_told_from_its_own_record(desk: Desk) -> None:
    desk.fleet.load(failing(40, KEY_ERROR))
    desk.fleet.load(failing(41, "unsupported operand type(s) for *: 'NoneType' and 'float'"))
    desk.fleet.load(failing(42, KEY_ERROR))
    async with desk.casework() as casework:
        told = [await casework.diagnose(run_id(n)) for n in (40, 41, 42)]
    assert told[2].engine == "memory"
    assert told[2].suggested_fix == told[0].suggested_fix.replace("40", "42")
    assert told[2].evidence[0].quote == told[0].evidence[0].quote


async def test_what_no_evidence_tells_does_not_enter_memory(desk: Desk) -> None:
    desk.fleet.load(failing(9, PROSE))
    async with desk.casework() as casework:
        assert (await casework.diagnose(run_id(9))).root_cause == "unknown"
        refused = await casework.diagnose(run_id(9), proposal("words that stand nowhere in the record"))
        assert refused.refused is not None
        assert casework.ledger.memories("demo").memories == ()


async def test_a_caller_whose_quotes_decide_nothing_does_not_replace_what_decisive_evidence_told(desk: Desk) -> None:
    async with desk.casework() as casework:
        await casework.diagnose(run_id(0))
        for quote, cause in (('"order": 1', "config"), (KEY_ERROR, "auth")):
            n = 1 if cause == "config" else 2
            await casework.diagnose(run_id(n), proposal(quote, cause))
            known = await casework.diagnose(run_id(3 if cause == "config" else 0))
            assert (known.root_cause, known.fingerprint) == ("code_bug", FINGERPRINT)
            recalled = casework.ledger.recall("demo", memory(casework.ledger).signatures[0])
            assert recalled is not None
            assert recalled.fingerprint == FINGERPRINT


async def test_a_provisional_memory_is_marked_replaced_by_a_better_verdict_and_never_the_reverse(desk: Desk) -> None:
    for n in range(20, 25):
        desk.fleet.load(failing(n, PROSE))
    async with desk.casework() as casework:
        guess = await casework.diagnose(run_id(20), proposal('"order": 20', "config"))
        assert (guess.engine, guess.root_cause, guess.provisional, guess.confidence) == (
            "proposal",
            "config",
            True,
            0.5,
        )
        known = await casework.diagnose(run_id(21))
        assert (known.engine, known.root_cause, known.provisional) == ("memory", "config", True)
        verdict = await casework.diagnose(run_id(22), proposal(PROSE))
        assert (verdict.engine, verdict.provisional, verdict.refused) == ("proposal", False, None)
        late = await casework.diagnose(run_id(23), proposal('"order": 23', "config"))
        assert late.refused is not None
        assert (late.refused.rule, late.root_cause) == (2, "code_bug")
        known = await casework.diagnose(run_id(24))
        assert (known.engine, known.root_cause, known.provisional) == ("memory", "code_bug", False)
        assert memory(casework.ledger).runs == (run_id(24), run_id(23), run_id(22))
        assert memory(casework.ledger, "royalty_split:config").count == 2


async def test_one_reasoned_verdict_serves_all_that_fail_alike_the_newest_run_too(desk: Desk) -> None:
    async with desk.casework() as casework:
        verdict = await casework.diagnose(run_id(0), proposal())
        assert (verdict.engine, verdict.refused) == ("proposal", None)
        for n in (1, 2, 3):
            other = await casework.diagnose(run_id(n), proposal())
            assert other.refused is not None
            assert (other.refused.rule, other.engine) == (2, "memory")
        assert memory(casework.ledger).count == 4


async def test_a_refused_proposal_shows_the_verdict_that_stands_also_where_another_process_was_faster(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk.casework("one") as one, desk.casework("two") as two:
        await one.diagnose(run_id(0))
        accept = Ledger.conclude
        ran: list[Diagnosed] = []

        def late(ledger: Ledger, case_id: int, *arguments: object, **more: object) -> object:
            if ledger is two.ledger and not ran:
                ran.append(anyio.from_thread.run(one.diagnose, run_id(0), proposal()))
            return accept(ledger, case_id, *arguments, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(Ledger, "conclude", late)
        told = await two.diagnose(run_id(0), proposal())
    assert ran[0].refused is None
    assert told.refused is not None
    assert (told.refused.rule, told.engine) == (1, "proposal")


async def known_and_fixed(casework: Casework) -> datetime:
    await casework.diagnose(run_id(0), proposal())
    return merge_fix(casework.ledger, 0)


async def test_a_run_from_before_the_merge_is_no_regression_and_is_told_that_it_is_fixed(desk: Desk) -> None:
    async with desk.casework() as casework:
        await known_and_fixed(casework)
        old = await casework.diagnose(run_id(1))
    assert old.engine == "memory"
    assert not any(point.startswith("regression") for point in old.open_points)
    assert old.recurrence is not None
    assert "fix merged" in old.recurrence.seen
    assert "back after it" not in old.recurrence.seen


async def test_a_failure_that_is_back_after_its_fix_is_a_case_of_its_own_diagnosed_afresh_and_said_to_be_so(
    desk: Desk,
) -> None:
    async with desk.casework() as casework:
        merged = await known_and_fixed(casework)
        desk.fleet.load(failing(30, at=after(merged)))
        back = await casework.diagnose(run_id(30))
        assert back.engine == "rules"
        assert back.open_points[0].startswith(f"regression: {FINGERPRINT} is back after its fix fix-")
        assert back.recurrence is not None
        assert "back after it" in back.recurrence.seen
        assert await casework.diagnose(run_id(30)) == back
        case = casework.ledger.case("demo", run_id(30))
        assert case is not None
        assert (case.fix_id, case.reasoned) == (None, False)
        merge_fix(casework.ledger, 30)  # its own attempt is not held up by the merged one


async def test_a_regression_may_have_a_verdict_of_its_own_and_the_next_runs_are_known_by_it(desk: Desk) -> None:
    async with desk.casework() as casework:
        merged = await known_and_fixed(casework)
        for n in (30, 31, 32):
            desk.fleet.load(failing(n, at=after(merged, n)))
        verdict = await casework.diagnose(run_id(30), proposal(confidence=0.8))
        assert (verdict.engine, verdict.refused, verdict.confidence) == ("proposal", None, 0.8)
        assert verdict.open_points[0].startswith("regression: ")
        known = await casework.diagnose(run_id(31))
        assert (known.engine, known.confidence) == ("memory", 0.8)
        refused = await casework.diagnose(run_id(32), proposal())
        assert refused.refused is not None
        assert refused.refused.rule == 2
        assert memory(casework.ledger).count == 4


async def test_a_thousandfold_regression_is_read_afresh_once(desk: Desk) -> None:
    async with desk.casework() as casework:
        merged = await known_and_fixed(casework)
        for n in range(30, 40):
            desk.fleet.load(failing(n, at=after(merged, n)))
        engines = [(await casework.diagnose(run_id(n))).engine for n in range(30, 40)]
    assert engines == ["rules"] + ["memory"] * 9


KILLED = """
import os, signal, sys
import anyio
from operator_mcp.casework import open_casework
from operator_mcp.ledger import memories
from operator_mcp.settings import load

memories.mirror_later = lambda *given: os.kill(os.getpid(), signal.SIGKILL)

async def main():
    async with open_casework(load(), actor="doomed") as casework:
        await casework.diagnose(sys.argv[1])

anyio.run(main)
"""


@pytest.mark.parametrize("number", [0, 1])
async def test_a_process_killed_while_it_keeps_a_verdict_leaves_nothing_half_kept(desk: Desk, number: int) -> None:
    async with desk.casework() as casework:
        if number:
            await casework.diagnose(run_id(0))
        killed = await anyio.run_process(
            [sys.executable, "-c", KILLED, run_id(number)],
            check=False,
            env={**os.environ, "OPERATOR_CONFIG": desk.config},
        )
        assert killed.returncode == -signal.SIGKILL
        case = casework.ledger.case("demo", run_id(number))
        assert case is None or case.diagnosis is None
        answer = await casework.diagnose(run_id(number))
        assert answer.engine == ("memory" if number else "rules")
        assert memory(casework.ledger).count == number + 1
