import signal
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from operator_mcp.errors import LedgerError, RuleRefusal, UsageError
from operator_mcp.ledger import Ledger
from tests.ledger.conftest import ROOT, Racers, open_case

CAP = Decimal(3)
AMOUNTS = st.decimals(0, 4, places=6)


def test_a_booking_counts_in_full_until_it_is_settled_with_the_actual(ledger: Ledger) -> None:
    case_id = open_case(ledger).case_id
    booking = ledger.book(case_id, "model", Decimal("2.5"), cap=CAP)
    assert ledger.spent(case_id) == Decimal("2.5")
    ledger.settle(booking, Decimal("0.0123456"))
    assert ledger.spent(case_id) == Decimal("0.012346")
    assert ledger.spent(open_case(ledger, "run-2").case_id) == 0


def test_a_booking_that_would_pass_the_cap_is_refused_and_leaves_no_trace(ledger: Ledger) -> None:
    case_id = open_case(ledger).case_id
    ledger.book(case_id, "model", Decimal("2.000001"), cap=CAP)
    with pytest.raises(RuleRefusal) as refused:
        ledger.book(case_id, "fix", Decimal(1), cap=CAP)
    assert refused.value.rule == 4
    assert ledger.spent(case_id) == Decimal("2.000001")
    ledger.book(case_id, "fix", Decimal("0.999999"), cap=CAP)
    assert ledger.spent(case_id) == CAP


def test_a_caller_lowers_the_cap_but_never_raises_it(ledger: Ledger) -> None:
    case_id = open_case(ledger).case_id
    for cap, usd in ((Decimal(100), Decimal("3.000001")), (Decimal("0.5"), Decimal("0.500001"))):
        with pytest.raises(RuleRefusal):
            ledger.book(case_id, "model", usd, cap=cap)
    assert ledger.spent(case_id) == 0


def test_less_than_a_micro_dollar_is_not_lost_and_does_not_pass_the_cap(ledger: Ledger) -> None:
    case_id = open_case(ledger).case_id
    with pytest.raises(RuleRefusal):
        ledger.book(case_id, "model", Decimal("0.0000001"), cap=Decimal("0.0000005"))
    ledger.book(case_id, "model", Decimal("0.0000001"), cap=CAP)
    assert ledger.spent(case_id) == Decimal("0.000001")


def test_settling_again_with_the_same_amount_changes_nothing_and_with_another_is_refused(ledger: Ledger) -> None:
    case_id = open_case(ledger).case_id
    booking = ledger.book(case_id, "model", Decimal(1), cap=CAP)
    ledger.settle(booking, Decimal("0.25"))
    ledger.settle(booking, Decimal("0.25"))
    with pytest.raises(LedgerError, match=r"settled with \$0.25, now \$0 is claimed"):
        ledger.settle(booking, Decimal(0))
    assert ledger.spent(case_id) == Decimal("0.25")
    with pytest.raises(LedgerError, match="no booking 1000000"):
        ledger.settle(1_000_000, Decimal(0))


def test_spending_more_than_was_booked_is_told_recorded_and_ends_the_case_s_money(ledger: Ledger) -> None:
    case_id = open_case(ledger).case_id
    booking = ledger.book(case_id, "model", Decimal(1), cap=CAP)
    with pytest.raises(LedgerError, match=r"\$3.5 was spent where \$1 was booked"):
        ledger.settle(booking, Decimal("3.5"))
    assert ledger.spent(case_id) == Decimal("3.5")
    assert [line.detail for line in ledger.audit("run-1") if line.action == "overspent"] == ["booked $1, spent $3.5"]
    with pytest.raises(RuleRefusal):
        ledger.book(case_id, "model", Decimal(0), cap=CAP)


@pytest.mark.parametrize("usd", ["-0.01", "NaN", "Infinity"])
def test_what_is_no_amount_is_refused(ledger: Ledger, usd: str) -> None:
    case_id = open_case(ledger).case_id
    with pytest.raises(UsageError, match="not an amount of dollars"):
        ledger.book(case_id, "model", Decimal(usd), cap=CAP)
    booking = ledger.book(case_id, "model", Decimal(1), cap=CAP)
    with pytest.raises(UsageError, match="not an amount of dollars"):
        ledger.settle(booking, Decimal(usd))
    assert ledger.spent(case_id) == 1


def test_a_case_that_does_not_exist_books_nothing(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="no case 1000000"):
        ledger.book(1_000_000, "model", Decimal(1), cap=CAP)


def test_a_purpose_booked_once_is_refused_ever_after(ledger: Ledger) -> None:
    case_id, other = open_case(ledger).case_id, open_case(ledger, "run-2").case_id
    ledger.settle(ledger.book(case_id, "model", Decimal("0.1"), cap=CAP, once=True), Decimal(0))
    with pytest.raises(RuleRefusal) as refused:
        ledger.book(case_id, "model", Decimal("0.1"), cap=CAP, once=True)
    assert refused.value.rule == 1
    ledger.book(case_id, "other", Decimal("0.1"), cap=CAP, once=True)
    ledger.book(other, "model", Decimal("0.1"), cap=CAP, once=True)


def test_processes_that_book_at_once_never_pass_the_cap(url: str, ledger: Ledger, racers: Racers) -> None:
    case_id = open_case(ledger).case_id
    results = racers.race(url, "book", [{"case_id": case_id, "usd": "0.4"}] * 5)
    outcomes = [outcome for result in results for outcome in result]
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 7
    assert outcomes.count("rule 4") == 13
    assert ledger.spent(case_id) == Decimal("2.8")


def test_of_processes_that_would_make_the_one_model_call_one_does(url: str, ledger: Ledger, racers: Racers) -> None:
    ids = [open_case(ledger, f"run-{n}").case_id for n in range(8)]
    results = racers.race(url, "book_once", [{"case_id": id} for id in ids])
    for outcomes in zip(*results, strict=True):
        assert sorted(isinstance(outcome, int) for outcome in outcomes) == [False, False, False, True]


def test_a_process_killed_between_booking_and_settling_leaves_the_whole_booking_spent(url: str, ledger: Ledger) -> None:
    case_id = open_case(ledger).case_id
    code = (
        "import sys, os, signal; from decimal import Decimal; from operator_mcp.ledger import Ledger\n"
        "ledger = Ledger.open(sys.argv[1])\n"
        "ledger.book(int(sys.argv[2]), 'model', Decimal('2.75'), cap=Decimal(3))\n"
        "with ledger._change() as connection:\n"
        "    connection.exec_driver_sql('UPDATE bookings SET settled = 0')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, url, str(case_id)], cwd=ROOT, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert ledger.spent(case_id) == Decimal("2.75")
    with pytest.raises(RuleRefusal):
        ledger.book(case_id, "fix", Decimal("0.26"), cap=CAP)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.booleans(), AMOUNTS, st.integers(0, 9)), max_size=12), cap=AMOUNTS)
def test_no_interleaving_of_bookings_and_settlements_passes_the_cap(
    ledger: Ledger, steps: list[tuple[bool, Decimal, int]], cap: Decimal
) -> None:
    number = len(ledger.cases("fleet", limit=1000))
    case_id = open_case(ledger, f"run-{number}").case_id
    open_: dict[int, Decimal] = {}
    settled = Decimal(0)
    for books, usd, which in steps:
        if books:
            fits = settled + sum(open_.values(), Decimal(0)) + usd <= min(cap, CAP)
            try:
                open_[ledger.book(case_id, "model", usd, cap=cap)] = usd
                assert fits
            except RuleRefusal:
                assert not fits
        elif open_:
            booking = sorted(open_)[which % len(open_)]
            actual = min(usd, open_.pop(booking))
            ledger.settle(booking, actual)
            settled += actual
        assert ledger.spent(case_id) == settled + sum(open_.values(), Decimal(0)) <= min(cap, CAP)
