"""The fix, tried by a machine: any sequence of calls, in any order, keeps rules 3, 4 and 5."""

from datetime import timedelta
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from operator_mcp.errors import LedgerError, RuleRefusal
from operator_mcp.ledger import MOVES
from operator_mcp.models import LIVE_FIX_STATES, FixState
from tests.ledger.conftest import Databases, open_case

STATES = st.sampled_from(get_args(FixState))
RUNS = st.integers(0, 2)
DAY = timedelta(days=1)


class Machine(RuleBasedStateMachine):
    databases: Databases
    fixes: Bundle[str] = Bundle("fixes")

    @initialize()
    def begin(self) -> None:
        self.databases.clear()
        self.clock, self.ledger = self.databases.clock, self.databases.ledger
        self.cases = [open_case(self.ledger, f"run-{n}") for n in range(3)]
        self.seen: dict[str, FixState] = {}
        self.asked: set[str] = set()
        self.approved: set[str] = set()

    @rule(target=fixes, run=RUNS, alike=st.booleans(), usd=st.sampled_from(["0", "1", "2.5"]))
    def book(self, run: int, alike: bool, usd: str) -> str:
        case = self.cases[run]
        fingerprint = "r:bug" if alike else f"r:{run}"
        try:
            fix, created = self.ledger.book_fix(
                case.case_id,
                fingerprint=fingerprint,
                repository="/r",
                base_branch="main",
                patch_digest=None,
                usd=Decimal(usd),
                cap=Decimal(3),
                actor="machine",
            )
        except RuleRefusal:
            return "fix-none"
        assert created == (fix.fix_id not in self.seen)
        return fix.fix_id

    @rule(fix_id=fixes, source=STATES, aim=STATES)
    def move_anyhow(self, fix_id: str, source: FixState, aim: FixState) -> None:
        self._move(fix_id, source, aim)

    @rule(fix_id=fixes, pick=st.integers(0, 9))
    def move_on(self, fix_id: str, pick: int) -> None:
        fix = self.ledger.fix(fix_id)
        if fix is not None and fix.state in MOVES:
            targets = sorted(MOVES[fix.state])
            self._move(fix_id, fix.state, targets[pick % len(targets)])

    def _move(self, fix_id: str, source: FixState, target: FixState) -> None:
        before = self.ledger.fix(fix_id)
        try:
            self.ledger.move_fix(fix_id, source, target, actor="machine", base="b", tree="t", diff_digest="d")
        except (LedgerError, RuleRefusal):
            assert self.ledger.fix(fix_id) == before
        else:
            assert before is not None
            assert before.state == source != "awaiting_approval"
            assert target in MOVES[source]

    @rule(fix_id=fixes)
    def ask(self, fix_id: str) -> None:
        try:
            self.ledger.ask_approval(fix_id, base="b", tree="t", diff_digest="d", lifetime=DAY)
        except (LedgerError, RuleRefusal):
            return
        self.asked.add(fix_id)

    @rule(fix_id=fixes, decision=st.sampled_from(["approved", "rejected"]), digest=st.sampled_from(["d", "x"]))
    def decide(self, fix_id: str, decision: str, digest: str) -> None:
        before = self.ledger.fix(fix_id)
        try:
            fix = self.ledger.decide(
                fix_id, "approved" if decision == "approved" else "rejected", by="a", diff_digest=digest
            )
        except (LedgerError, RuleRefusal):
            return
        assert before is not None
        assert before.state == "awaiting_approval"
        assert digest == "d"
        assert fix_id in self.asked
        assert fix.state == decision
        if decision == "approved":
            self.approved.add(fix_id)

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.clock.forward(timedelta(hours=hours))
        self.ledger.expire_approvals()

    @rule()
    def bury(self) -> None:
        self.ledger.lose_dead_fixes(timedelta(hours=20))

    @rule(fix_id=fixes)
    def reopen(self, fix_id: str) -> None:
        try:
            self.ledger.reopen(fix_id, actor="anna", reason="because")
        except (LedgerError, RuleRefusal):
            return
        assert self.seen[fix_id] not in LIVE_FIX_STATES | {"merged"}

    @invariant()
    def the_rules_hold(self) -> None:
        fixes = self.ledger.fixes("fleet", limit=500)
        live = [fix.fingerprint for fix in fixes if fix.state in LIVE_FIX_STATES]
        assert len(live) == len(set(live))
        for fix in fixes:
            before = self.seen.get(fix.fix_id, fix.state)
            assert fix.state == before or before in LIVE_FIX_STATES, "what has ended has moved"
            if fix.state in ("approved", "merged", "conflict"):
                assert fix.fix_id in self.approved
            self.seen[fix.fix_id] = fix.state
        for case in self.cases:
            assert self.ledger.spent(case.case_id) <= 3
            now, fix_now = self.ledger.case("fleet", case.run_id), self.ledger.fix_of(case.case_id)
            assert now is not None
            assert now.fix_state == (fix_now.state if fix_now else None)
            assert (now.state == "fixing") == (fix_now is not None and fix_now.state in LIVE_FIX_STATES)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_no_sequence_of_calls_breaks_the_rules_of_a_fix(databases: Databases) -> None:
    machine = type("MachineOverSqlite", (Machine,), {"databases": databases})
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        machine, settings=settings(max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=checks)
    )
