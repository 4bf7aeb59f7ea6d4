from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import JsonValue
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from operator_mcp.errors import LedgerError, RuleRefusal, UsageError
from operator_mcp.ledger import MOVES, Ledger, tables
from operator_mcp.ledger.store import connect
from operator_mcp.models import LIVE_FIX_STATES, ChangedFile, Checks, Fix, FixState
from tests.ledger.conftest import START, Clock, Racers, open_case

CAP = Decimal(3)
WAYS: dict[str, Sequence[FixState]] = {
    "booked": (),
    "drafting": ("drafting",),
    "checking": ("drafting", "checking"),
    "failed": ("drafting", "failed"),
    "over_budget": ("drafting", "over_budget"),
    "lost": ("lost",),
    "not_verified": ("drafting", "checking", "not_verified"),
    "awaiting_approval": ("drafting", "checking", "awaiting_approval"),
}


def book(ledger: Ledger, run_id: str = "run-1", *, fingerprint: str = "r:bug", usd: str = "1.5") -> Fix:
    fix, _ = ledger.book_fix(
        open_case(ledger, run_id).case_id,
        fingerprint=fingerprint,
        repository="/r",
        base_branch="main",
        patch_digest="p",
        usd=Decimal(usd),
        cap=CAP,
        actor="anna",
    )
    return fix


def in_state(ledger: Ledger, state: str, run_id: str = "run-1", *, fingerprint: str = "r:bug") -> Fix:
    """Give a fix that went to a state that needs no human."""
    fix = book(ledger, run_id, fingerprint=fingerprint)
    for target in WAYS[state]:
        if target == "checking":
            fix = ledger.move_fix(
                fix.fix_id, fix.state, target, actor="worker", base="b", head="h", tree="t", diff_digest="d"
            )
        else:
            fix = ledger.move_fix(fix.fix_id, fix.state, target, actor="worker")
    return fix


def ask(ledger: Ledger, fix: Fix) -> None:
    ledger.ask_approval(fix.fix_id, base="b", tree="t", diff_digest="d", lifetime=timedelta(hours=24))


def finish(ledger: Ledger, fix: Fix, last: FixState = "merged") -> Fix:
    """Lead a booked fix to approval by a human and beyond."""
    for target in WAYS["awaiting_approval"]:
        fix = ledger.move_fix(fix.fix_id, fix.state, target, actor="w", base="b", head="h", tree="t", diff_digest="d")
    ask(ledger, fix)
    ledger.decide(fix.fix_id, "approved", by="anna", diff_digest="d")
    return ledger.move_fix(fix.fix_id, "approved", last, actor="anna")


def test_a_booked_fix_is_found_by_its_id_its_case_and_its_fleet(ledger: Ledger) -> None:
    fix = book(ledger)
    assert fix.fix_id.startswith("fix-")
    assert len(fix.fix_id) == 12
    assert (fix.state, fix.run_id, fix.cost_usd, fix.created_at) == ("booked", "run-1", Decimal("1.5"), START)
    assert ledger.fix(fix.fix_id) == ledger.fix_of(fix.case_id) == fix
    assert ledger.fixes("fleet") == [fix]
    assert ledger.fixes("fleet", ["merged"]) == ledger.fixes("other fleet") == []
    assert ledger.fix("fix-none") is None
    case = ledger.case("fleet", "run-1")
    assert case is not None
    assert (case.state, case.fix_id, case.fix_state) == ("fixing", fix.fix_id, "booked")


def test_a_case_has_one_fix_whatever_became_of_it(ledger: Ledger) -> None:
    for n, state in enumerate(WAYS):
        fix = in_state(ledger, state, f"run-{n}", fingerprint=f"r:bug{n}")
        again, created = ledger.book_fix(
            fix.case_id,
            fingerprint="r:another",
            repository="/r",
            base_branch="main",
            patch_digest=None,
            usd=Decimal(0),
            cap=CAP,
            actor="anna",
        )
        assert (again, created) == (fix, False)
        assert ledger.spent(fix.case_id) == Decimal("1.5")


def test_one_live_fix_of_a_fingerprint_keeps_all_other_cases_waiting(ledger: Ledger) -> None:
    fix = in_state(ledger, "awaiting_approval", "run-1")
    with pytest.raises(RuleRefusal, match=f"{fix.fix_id} of run run-1, awaiting_approval") as refused:
        book(ledger, "run-2")
    assert refused.value.rule == 3
    second = ledger.case("fleet", "run-2")
    assert second is not None
    assert (second.state, second.fix_state) == ("open", None)
    assert ledger.spent(second.case_id) == 0
    assert book(ledger, "run-3", fingerprint="r:other").state == "booked"
    assert open_case(ledger, "run-2", fleet="other fleet").case_id
    ask(ledger, fix)
    ledger.decide(fix.fix_id, "rejected", by="anna", diff_digest="d")
    assert book(ledger, "run-2").state == "booked"


def test_a_fix_that_would_pass_the_cap_is_not_booked(ledger: Ledger) -> None:
    case_id = open_case(ledger).case_id
    ledger.book(case_id, "model", Decimal("2"), cap=CAP)
    with pytest.raises(RuleRefusal) as refused:
        book(ledger, usd="1.01")
    assert refused.value.rule == 4
    assert ledger.fix_of(case_id) is None
    assert book(ledger, usd="1").state == "booked"


def test_of_processes_that_draft_the_same_fixes_at_once_one_starts_each(
    url: str, ledger: Ledger, racers: Racers
) -> None:
    ids = [open_case(ledger, f"run-{n}").case_id for n in range(8)]
    results = racers.race(url, "book_fix", [{"case_id": id, "fingerprint": f"r:{id}"} for id in ids])
    for outcomes in zip(*results, strict=True):
        pairs = [outcome for outcome in outcomes if isinstance(outcome, list)]
        assert sorted(created is True for _, created in pairs) == [False, False, False, True]
        assert len({fix_id for fix_id, _ in pairs}) == 1


def test_two_hundred_calls_from_threads_of_one_process_start_one_fix(ledger: Ledger) -> None:
    open_case(ledger)
    with ThreadPoolExecutor(40) as threads:
        fixes = set(threads.map(lambda _: book(ledger).fix_id, range(200)))
    assert len(fixes) == 1
    assert [line.action for line in ledger.audit()] == ["fix booked", "case opened"]


def test_of_processes_with_cases_that_fail_alike_one_starts_a_fix(url: str, ledger: Ledger, racers: Racers) -> None:
    shares: list[list[dict[str, JsonValue]]] = [
        [{"case_id": open_case(ledger, f"run-{n}-{r}").case_id, "fingerprint": f"r:{n}"} for n in range(8)]
        for r in range(4)
    ]
    results = racers.race(url, "book_fix", *shares)
    for outcomes in zip(*results, strict=True):
        assert sorted(outcome == "rule 3" for outcome in outcomes) == [False, True, True, True]


def test_of_processes_that_move_the_same_fix_at_once_one_does(url: str, ledger: Ledger, racers: Racers) -> None:
    ids = [book(ledger, f"run-{n}", fingerprint=f"r:{n}").fix_id for n in range(8)]
    results = racers.race(url, "move", [{"fix_id": id} for id in ids])
    for outcomes in zip(*results, strict=True):
        assert sorted(outcome == "drafting" for outcome in outcomes) == [False, False, False, True]
        assert sum("is drafting, no longer booked" in str(outcome) for outcome in outcomes) == 3
    assert all(len(ledger.audit(id)) == 2 for id in ids)


def test_of_processes_that_bury_the_dead_at_once_one_does(url: str, ledger: Ledger, racers: Racers) -> None:
    ids = {book(ledger, f"run-{n}", fingerprint=f"r:{n}").fix_id for n in range(8)}
    results = racers.race(url, "lose", [{}])
    buried = [fix_id for (result,) in results if isinstance(result, list) for fix_id in result]
    assert sorted(map(str, buried)) == sorted(ids)


def test_the_rows_are_unique_whatever_the_code_does(url: str, ledger: Ledger) -> None:
    first, second = book(ledger, "run-1"), book(ledger, "run-2", fingerprint="r:other")
    t = tables.fixes
    engine = connect(url)
    for values in ({"case_key": first.case_id}, {"live_key": "r:bug"}, {"fix_id": first.fix_id}):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(update(t).where(t.c.fix_id == second.fix_id).values(**values))
    engine.dispose()


def test_a_move_sets_what_it_is_given_and_is_audited(ledger: Ledger, clock: Clock) -> None:
    fix = in_state(ledger, "drafting")
    clock.forward(timedelta(minutes=1))
    files = (ChangedFile(path="a.py", added=3, removed=1), ChangedFile(path="b.bin", added=None, removed=None))
    fix = ledger.move_fix(
        fix.fix_id, "drafting", "checking", actor="worker", files=files, tree="t", diff="+x\n", detail="drafted"
    )
    assert (fix.files, fix.tree, fix.diff, fix.detail) == (files, "t", "+x\n", "drafted")
    assert fix.heartbeat_at == START + timedelta(minutes=1)
    fix = ledger.move_fix(fix.fix_id, "checking", "not_verified", actor="worker", checks=Checks(suite_before="passed"))
    assert (fix.files, fix.checks.suite_before, fix.diff) == (files, "passed", "+x\n")
    assert [(line.action, line.detail) for line in ledger.audit(fix.fix_id)] == [
        ("checking -> not_verified", ""),
        ("drafting -> checking", "drafted"),
        ("booked -> drafting", ""),
        ("fix booked", "r:bug, at most $1.5"),
    ]
    assert ledger.audit(fix.fix_id)[0] == ledger.audit("run-1")[0]


def test_a_move_from_a_state_that_has_passed_is_refused_and_changes_nothing(ledger: Ledger) -> None:
    fix = in_state(ledger, "checking")
    with pytest.raises(LedgerError, match="is checking, no longer booked"):
        ledger.move_fix(fix.fix_id, "booked", "drafting", actor="worker", detail="late")
    assert ledger.fix(fix.fix_id) == fix
    with pytest.raises(LedgerError, match="no fix 'fix-none'"):
        ledger.move_fix("fix-none", "booked", "drafting", actor="worker")


def test_no_way_leads_out_of_an_ended_state_and_none_past_the_human(ledger: Ledger) -> None:
    states: set[FixState] = {state for targets in MOVES.values() for state in targets} | set(MOVES)
    assert set(MOVES) == LIVE_FIX_STATES
    fix = in_state(ledger, "checking")
    for source in states:
        for target in states - MOVES.get(source, frozenset()):
            with pytest.raises(LedgerError, match="does not go from"):
                ledger.move_fix(fix.fix_id, source, target, actor="worker")
    assert ledger.fix(fix.fix_id) == fix
    ways_to_merged = {source for source, targets in MOVES.items() if "merged" in targets}
    ways_to_approved = {source for source, targets in MOVES.items() if "approved" in targets}
    assert (ways_to_merged, ways_to_approved) == ({"approved"}, {"awaiting_approval"})


@pytest.mark.parametrize("target", ["approved", "rejected", "expired"])
def test_a_fix_that_waits_for_a_human_is_not_moved_by_anything_else(ledger: Ledger, target: FixState) -> None:
    fix = in_state(ledger, "awaiting_approval")
    with pytest.raises(RuleRefusal) as refused:
        ledger.move_fix(fix.fix_id, "awaiting_approval", target, actor="worker")
    assert refused.value.rule == 5
    assert ledger.fix(fix.fix_id) == fix


def test_a_silent_worker_s_fix_is_lost_and_its_booking_stays_spent(ledger: Ledger, clock: Clock) -> None:
    dead, alive = in_state(ledger, "drafting", "run-1"), in_state(ledger, "checking", "run-2", fingerprint="r:other")
    waiting = in_state(ledger, "awaiting_approval", "run-3", fingerprint="r:third")
    clock.forward(timedelta(seconds=50))
    ledger.beat(alive.fix_id)
    assert ledger.lose_dead_fixes(timedelta(seconds=60)) == []
    clock.forward(timedelta(seconds=11))
    (lost,) = ledger.lose_dead_fixes(timedelta(seconds=60))
    assert (lost.fix_id, lost.state) == (dead.fix_id, "lost")
    assert "silent" in lost.detail
    assert ledger.spent(dead.case_id) == Decimal("1.5")
    assert [fix.fix_id for fix in ledger.fixes("fleet", LIVE_FIX_STATES)] == [waiting.fix_id, alive.fix_id]
    case = ledger.case("fleet", "run-1")
    assert case is not None
    assert (case.state, case.fix_state) == ("closed", "lost")
    with pytest.raises(LedgerError, match="is lost"):
        ledger.beat(dead.fix_id)
    with pytest.raises(LedgerError, match="is lost, no longer drafting"):
        ledger.move_fix(dead.fix_id, "drafting", "checking", actor="a worker that only slept")


def test_a_settled_booking_is_the_cost_of_the_fix(ledger: Ledger) -> None:
    fix = in_state(ledger, "drafting")
    assert fix.booking_id is not None
    ledger.settle(fix.booking_id, Decimal("0.42"))
    settled = ledger.fix(fix.fix_id)
    assert settled is not None
    assert settled.cost_usd == ledger.spent(fix.case_id) == Decimal("0.42")


@pytest.mark.parametrize("state", ["failed", "over_budget", "lost", "not_verified"])
def test_a_human_reopens_an_ended_fix_with_a_reason_and_within_the_same_money(ledger: Ledger, state: str) -> None:
    fix = in_state(ledger, state)
    case = ledger.reopen(fix.fix_id, actor="anna", reason="the suite was broken")
    assert (case.state, case.fix_state) == ("diagnosed", None)
    assert ledger.fix_of(fix.case_id) is None
    assert ledger.fix(fix.fix_id) == fix
    assert (ledger.audit(fix.fix_id)[0].actor, ledger.audit(fix.fix_id)[0].detail) == ("anna", "the suite was broken")
    with pytest.raises(RuleRefusal, match="reopened before"):
        ledger.reopen(fix.fix_id, actor="anna", reason="again")
    with pytest.raises(RuleRefusal) as refused:
        book(ledger, usd="1.51")
    assert refused.value.rule == 4
    second = book(ledger)
    assert second.fix_id != fix.fix_id
    assert ledger.fix_of(fix.case_id) == second


@pytest.mark.parametrize("state", ["booked", "drafting", "checking", "awaiting_approval"])
def test_a_live_fix_is_not_reopened(ledger: Ledger, state: str) -> None:
    fix = in_state(ledger, state)
    with pytest.raises(RuleRefusal) as refused:
        ledger.reopen(fix.fix_id, actor="anna", reason="why not")
    assert refused.value.rule == 3
    assert ledger.fix_of(fix.case_id) == fix


def test_a_merged_fix_is_not_reopened_but_one_in_conflict_is(ledger: Ledger) -> None:
    merged = finish(ledger, book(ledger, "run-1"))
    with pytest.raises(RuleRefusal, match="is merged"):
        ledger.reopen(merged.fix_id, actor="anna", reason="it came back")
    conflict = finish(ledger, book(ledger, "run-2"), "conflict")
    assert ledger.reopen(conflict.fix_id, actor="anna", reason="rebased").state == "diagnosed"


def test_reopening_needs_a_reason(ledger: Ledger) -> None:
    fix = in_state(ledger, "failed")
    with pytest.raises(UsageError, match="reason"):
        ledger.reopen(fix.fix_id, actor="anna", reason="  ")
    assert ledger.fix_of(fix.case_id) == fix
