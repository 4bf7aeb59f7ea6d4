"""A failure that is back after its fix was merged starts its memory anew, once."""

from datetime import datetime, timedelta

from operator_mcp import policy
from operator_mcp.ledger import Ledger
from operator_mcp.models import Memory
from tests.ledger.conftest import START, Clock, diagnosis
from tests.ledger.test_fixes import book, finish

HOUR = timedelta(hours=1)


def merged(ledger: Ledger, clock: Clock) -> datetime:
    """Remember a failure, merge its fix an hour later, and give when that was."""
    ledger.remember("fleet", "run-1", "r:bug", diagnosis("bug", 0.95, "proposal"), "sig")
    fix = book(ledger, "run-1", fingerprint="r:bug")
    clock.forward(HOUR)
    finish(ledger, fix)
    at = clock.now
    clock.forward(HOUR)
    return at


def known(ledger: Ledger) -> Memory:
    memory = ledger.recall("fleet", "sig")
    assert memory is not None
    return memory


def test_first_and_last_seen_are_when_runs_failed_whatever_the_order_of_asking(ledger: Ledger, clock: Clock) -> None:
    ledger.remember("fleet", "run-2", "r:bug", diagnosis(), "sig", failed_at=START - 2 * HOUR)
    ledger.see_again("fleet", "run-1", "sig", failed_at=START - 5 * HOUR)
    ledger.see_again("fleet", "run-3", "sig", failed_at=START - HOUR)
    ledger.see_again("fleet", "run-4", "sig", failed_at=START - 3 * HOUR)
    assert (known(ledger).first_seen, known(ledger).last_seen) == (START - 5 * HOUR, START - HOUR)


def test_a_fleet_whose_clock_is_ahead_is_seen_now(ledger: Ledger) -> None:
    ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "sig", failed_at=START + 9 * HOUR)
    assert known(ledger).last_seen == START


def test_a_run_from_before_the_merge_is_no_regression(ledger: Ledger, clock: Clock) -> None:
    at = merged(ledger, clock)
    seen = ledger.see_again("fleet", "run-2", "sig", failed_at=at - timedelta(minutes=1))
    assert seen is not None
    assert not policy.is_regression(seen, at - timedelta(minutes=1))
    assert not policy.came_back(seen)


def test_the_first_run_after_the_merge_renews_the_memory_and_the_next_is_known(ledger: Ledger, clock: Clock) -> None:
    at = merged(ledger, clock)
    back = at + timedelta(minutes=1)
    seen = ledger.see_again("fleet", "run-2", "sig", failed_at=back)
    assert seen is not None
    assert policy.is_regression(seen, back)
    ledger.remember("fleet", "run-2", "r:bug", diagnosis("bug", 0.6, summary="fresh"), "sig", failed_at=back)
    assert known(ledger).diagnosis.summary == "fresh"
    assert known(ledger).renewed_at == clock.now
    assert policy.came_back(known(ledger))
    assert not policy.is_regression(known(ledger), back + HOUR)
    ledger.remember("fleet", "run-3", "r:bug", diagnosis("bug", 0.5, summary="late"), "sig", failed_at=back + HOUR)
    assert known(ledger).diagnosis.summary == "fresh"


def test_a_regression_of_another_cause_takes_the_signature_with_it(ledger: Ledger, clock: Clock) -> None:
    at = merged(ledger, clock)
    back = at + timedelta(minutes=1)
    ledger.see_again("fleet", "run-2", "sig", failed_at=back)
    fresh = ledger.remember("fleet", "run-2", "r:config", diagnosis("config", 0.6), "sig", failed_at=back)
    assert (fresh.fingerprint, fresh.count, fresh.fix_state) == ("r:config", 1, None)
    assert known(ledger) == fresh
    old = ledger.memory("fleet", "r:bug")
    assert old is not None
    assert (old.count, old.fix_state) == (1, "merged")
