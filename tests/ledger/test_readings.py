"""The claim of a case's one paid reading by a model."""

from datetime import timedelta
from decimal import Decimal

import pytest

from operator_mcp.errors import LedgerError, RuleRefusal
from operator_mcp.ledger import Ledger
from tests.ledger.conftest import Clock, Racers, diagnosis, open_case

CENT = Decimal("0.01")
CAP = Decimal(3)
WITHIN = timedelta(minutes=1)


def test_a_reading_is_claimed_once_and_booked(ledger: Ledger) -> None:
    case = open_case(ledger)
    assert not ledger.reading_claimed(case.case_id)
    assert ledger.claim_reading(case.case_id, CENT, cap=CAP) is not None
    assert ledger.reading_claimed(case.case_id)
    assert ledger.claim_reading(case.case_id, CENT, cap=CAP) is None
    assert ledger.spent(case.case_id) == CENT


def test_processes_that_claim_at_once_get_one_claim(ledger: Ledger, url: str, racers: Racers) -> None:
    case = open_case(ledger)
    results = racers.race(url, "claim_reading", [{"case_id": case.case_id}] * 10)
    assert len([one for process in results for one in process if one is not None]) == 1
    assert ledger.spent(case.case_id) == CENT


def test_processes_that_claim_for_look_alikes_at_once_get_one_claim(ledger: Ledger, url: str, racers: Racers) -> None:
    cases = [open_case(ledger, f"run-{n}") for n in range(4)]
    results = racers.race(url, "claim_reading", *[[{"case_id": case.case_id}] for case in cases])
    assert len([one for process in results for one in process if one is not None]) == 1


def test_without_room_under_the_cap_nothing_is_claimed(ledger: Ledger) -> None:
    case = open_case(ledger)
    with pytest.raises(RuleRefusal) as refused:
        ledger.claim_reading(case.case_id, CENT, cap=Decimal("0.005"))
    assert refused.value.rule == 4
    assert not ledger.reading_claimed(case.case_id)


def test_a_case_with_its_reasoned_verdict_has_no_reading(ledger: Ledger) -> None:
    case = open_case(ledger)
    ledger.accept_diagnosis(case.case_id, diagnosis(engine="proposal"), fingerprint="r:bug", actor="a")
    assert ledger.claim_reading(case.case_id, CENT, cap=CAP) is None
    assert ledger.spent(case.case_id) == 0


def test_a_look_alike_rests_for_a_day_after_a_reading_without_a_verdict(ledger: Ledger, clock: Clock) -> None:
    first, second = open_case(ledger, "run-1"), open_case(ledger, "run-2")
    assert ledger.claim_reading(first.case_id, CENT, cap=CAP) is not None
    clock.forward(timedelta(hours=23))
    assert ledger.claim_reading(second.case_id, CENT, cap=CAP) is None
    clock.forward(timedelta(hours=2))
    assert ledger.claim_reading(first.case_id, CENT, cap=CAP) is None, "a case never has a second one"
    assert ledger.claim_reading(second.case_id, CENT, cap=CAP) is not None


def test_a_look_alike_never_reads_again_what_has_a_verdict_unless_a_fix_was_merged_since(
    ledger: Ledger, clock: Clock
) -> None:
    first, second = open_case(ledger, "run-1"), open_case(ledger, "run-2")
    ledger.claim_reading(first.case_id, CENT, cap=CAP)
    ledger.accept_diagnosis(first.case_id, diagnosis(engine="model"), fingerprint="r:bug", actor="a")
    clock.forward(timedelta(days=30))
    assert ledger.claim_reading(second.case_id, CENT, cap=CAP) is None
    merged = clock.now
    clock.forward(timedelta(days=1))
    third, fourth = open_case(ledger, "run-3"), open_case(ledger, "run-4")
    assert ledger.claim_reading(third.case_id, CENT, cap=CAP, since=merged) is not None
    assert ledger.claim_reading(fourth.case_id, CENT, cap=CAP, since=merged) is None


def test_what_a_human_forgot_may_be_read_again_by_the_next_run_but_not_by_the_same(ledger: Ledger) -> None:
    first, other = open_case(ledger, "run-1"), open_case(ledger, "run-2", "another fleet")
    for case in (first, other):
        ledger.claim_reading(case.case_id, CENT, cap=CAP)
        read = diagnosis(engine="model")
        ledger.accept_diagnosis(case.case_id, read, fingerprint="r:bug", actor="a")
        ledger.remember(case.fleet, case.run_id, "r:bug", read, "s")
    assert ledger.claim_reading(open_case(ledger, "run-3").case_id, CENT, cap=CAP) is None
    assert ledger.forget("fleet", "r:bug", actor="anna")
    assert ledger.claim_reading(open_case(ledger, "run-4").case_id, CENT, cap=CAP) is not None
    assert ledger.claim_reading(first.case_id, CENT, cap=CAP) is None
    assert ledger.claim_reading(open_case(ledger, "run-5", "another fleet").case_id, CENT, cap=CAP) is None


def test_other_fleets_and_other_signatures_are_no_look_alikes(ledger: Ledger) -> None:
    ledger.claim_reading(open_case(ledger).case_id, CENT, cap=CAP)
    elsewhere = open_case(ledger, "run-1", "another fleet")
    assert ledger.claim_reading(elsewhere.case_id, CENT, cap=CAP) is not None
    other = ledger.open_case("fleet", "run-9", origin="hop", agent="a", reasoner="r", signature="other")
    assert ledger.claim_reading(other.case_id, CENT, cap=CAP) is not None


def test_runs_without_a_signature_are_no_look_alikes(ledger: Ledger) -> None:
    for run_id in ("run-1", "run-2"):
        case = ledger.open_case("fleet", run_id, origin="hop", agent="a", reasoner="r", signature="")
        assert ledger.claim_reading(case.case_id, CENT, cap=CAP) is not None


def test_a_reading_is_under_way_until_it_is_settled_or_its_time_is_over(ledger: Ledger, clock: Clock) -> None:
    case, alike = open_case(ledger, "run-1"), open_case(ledger, "run-2")
    assert not ledger.reading_under_way(case.case_id, WITHIN)
    booking = ledger.claim_reading(case.case_id, CENT, cap=CAP)
    assert booking is not None
    assert ledger.reading_under_way(case.case_id, WITHIN)
    assert ledger.reading_under_way(alike.case_id, WITHIN)
    clock.forward(timedelta(seconds=61))
    assert not ledger.reading_under_way(case.case_id, WITHIN)
    clock.forward(-timedelta(seconds=30))
    assert ledger.reading_under_way(case.case_id, WITHIN)
    ledger.settle(booking, Decimal("0.002"))
    assert not ledger.reading_under_way(case.case_id, WITHIN)


def test_there_is_no_reading_of_a_case_that_does_not_exist(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="no case 77"):
        ledger.claim_reading(77, CENT, cap=CAP)
