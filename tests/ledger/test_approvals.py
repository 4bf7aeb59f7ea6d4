from datetime import timedelta

import pytest

from operator_mcp.errors import LedgerError, RuleRefusal, UsageError
from operator_mcp.ledger import Decision, Ledger
from tests.ledger.conftest import START, Clock, Racers
from tests.ledger.test_fixes import ask, finish, in_state

DAY = timedelta(hours=24)


def refused(ledger: Ledger, fix_id: str, decision: Decision = "approved", digest: str = "d") -> str:
    """Give why a decision is refused; it is by rule 5."""
    with pytest.raises(RuleRefusal) as caught:
        ledger.decide(fix_id, decision, by="anna", diff_digest=digest)
    assert caught.value.rule == 5
    return caught.value.why


def test_a_question_is_put_once_about_the_bytes_of_the_fix(ledger: Ledger, clock: Clock) -> None:
    fix = in_state(ledger, "awaiting_approval")
    assert ledger.approval(fix.fix_id) is None
    approval = ledger.ask_approval(fix.fix_id, base="b", tree="t", diff_digest="d", lifetime=timedelta(hours=1))
    assert (approval.state, approval.asked_at, approval.expires_at) == ("waiting", START, START + timedelta(hours=1))
    clock.forward(timedelta(minutes=30))
    assert ledger.ask_approval(fix.fix_id, base="b", tree="t", diff_digest="d", lifetime=DAY) == approval
    assert ledger.approval(fix.fix_id) == approval


@pytest.mark.parametrize("other", [{"base": "x"}, {"tree": "x"}, {"diff_digest": "x"}])
def test_a_question_about_other_bytes_is_refused(ledger: Ledger, other: dict[str, str]) -> None:
    fix = in_state(ledger, "awaiting_approval")
    bytes_ = {"base": "b", "tree": "t", "diff_digest": "d"} | other
    with pytest.raises(RuleRefusal, match="not the bytes"):
        ledger.ask_approval(fix.fix_id, lifetime=DAY, **bytes_)
    assert ledger.approval(fix.fix_id) is None


def test_no_question_is_put_about_a_fix_that_is_not_ready_or_not_there(ledger: Ledger) -> None:
    fix = in_state(ledger, "checking")
    with pytest.raises(RuleRefusal, match="is checking"):
        ask(ledger, fix)
    with pytest.raises(LedgerError, match="no fix"):
        ledger.ask_approval("fix-none", base="b", tree="t", diff_digest="d", lifetime=DAY)


def test_no_approval_is_waited_for_longer_than_the_rule_allows(ledger: Ledger) -> None:
    fix = in_state(ledger, "awaiting_approval")
    approval = ledger.ask_approval(fix.fix_id, base="b", tree="t", diff_digest="d", lifetime=timedelta(days=365))
    assert approval.expires_at == START + DAY


@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_a_decision_reaches_approval_fix_case_and_audit_together(ledger: Ledger, decision: Decision) -> None:
    fix = in_state(ledger, "awaiting_approval")
    ask(ledger, fix)
    assert ledger.decide(fix.fix_id, decision, by="anna", diff_digest="d").state == decision
    approval, case = ledger.approval(fix.fix_id), ledger.case("fleet", "run-1")
    assert approval is not None
    assert (approval.state, approval.decided_by, approval.decided_at) == (decision, "anna", START)
    assert case is not None
    assert (case.state, case.fix_state) == ("fixing" if decision == "approved" else "closed", decision)
    newest = ledger.audit(fix.fix_id)[0]
    assert (newest.actor, newest.action) == ("anna", f"awaiting_approval -> {decision}")


@pytest.mark.parametrize("first", ["approved", "rejected"])
@pytest.mark.parametrize("second", ["approved", "rejected"])
def test_a_decision_is_final(ledger: Ledger, first: Decision, second: Decision) -> None:
    fix = in_state(ledger, "awaiting_approval")
    ask(ledger, fix)
    decided = ledger.decide(fix.fix_id, first, by="anna", diff_digest="d")
    assert f"is {first} already" in refused(ledger, fix.fix_id, second)
    assert ledger.fix(fix.fix_id) == decided


def test_a_decision_about_other_bytes_leaves_the_question_waiting(ledger: Ledger) -> None:
    fix = in_state(ledger, "awaiting_approval")
    ask(ledger, fix)
    assert "other bytes" in refused(ledger, fix.fix_id, digest="swapped")
    assert ledger.fix(fix.fix_id) == fix
    assert ledger.decide(fix.fix_id, "approved", by="anna", diff_digest="d").state == "approved"


def test_a_decision_without_a_question_or_a_name_is_refused(ledger: Ledger) -> None:
    fix = in_state(ledger, "awaiting_approval")
    assert "nobody was asked" in refused(ledger, fix.fix_id)
    ask(ledger, fix)
    with pytest.raises(UsageError, match="Name the human"):
        ledger.decide(fix.fix_id, "approved", by=" ", diff_digest="d")
    with pytest.raises(LedgerError, match="no fix"):
        ledger.decide("fix-none", "approved", by="anna", diff_digest="d")
    assert ledger.fix(fix.fix_id) == fix


def test_a_decision_a_moment_too_late_expires_the_fix(ledger: Ledger, clock: Clock) -> None:
    fix = in_state(ledger, "awaiting_approval")
    ask(ledger, fix)
    clock.forward(DAY)
    assert "expired at 2026-03-02 02:00 UTC" in refused(ledger, fix.fix_id)
    late = ledger.fix(fix.fix_id)
    assert late is not None
    assert late.state == "expired"
    assert "is expired already" in refused(ledger, fix.fix_id, "rejected")


def test_questions_whose_time_is_over_expire_with_their_fixes_and_no_others(ledger: Ledger, clock: Clock) -> None:
    early = in_state(ledger, "awaiting_approval", "run-1")
    ask(ledger, early)
    clock.forward(timedelta(hours=1))
    later = in_state(ledger, "awaiting_approval", "run-2", fingerprint="r:other")
    ask(ledger, later)
    assert ledger.expire_approvals() == []
    clock.forward(timedelta(hours=23))
    (expired,) = ledger.expire_approvals()
    assert (expired.fix_id, expired.state) == (early.fix_id, "expired")
    assert ledger.expire_approvals() == []
    assert [fix.fix_id for fix in ledger.fixes("fleet", ["awaiting_approval"])] == [later.fix_id]


def test_an_approval_is_used_once(ledger: Ledger) -> None:
    merged = finish(ledger, in_state(ledger, "booked"))
    with pytest.raises(LedgerError, match="is merged, no longer approved"):
        ledger.move_fix(merged.fix_id, "approved", "merged", actor="anna")
    assert "approved already" in refused(ledger, merged.fix_id)


def test_of_processes_that_decide_at_once_one_does(url: str, racers: Racers) -> None:
    ledger = Ledger.open(url)  # on the wall clock, as the racers are
    fixes = [in_state(ledger, "awaiting_approval", f"run-{n}", fingerprint=f"r:{n}") for n in range(8)]
    for fix in fixes:
        ask(ledger, fix)
    results = racers.race(url, "decide", [{"fix_id": fix.fix_id, "digest": "d"} for fix in fixes])
    for outcomes in zip(*results, strict=True):
        assert sorted(map(str, outcomes)) == ["approved", "rule 5", "rule 5", "rule 5"]
    ledger.close()
