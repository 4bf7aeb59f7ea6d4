"""A process of its own that does what it is told to a ledger, at the moment it is told to.

Lines on stdin: {"url": ..., "action": ..., "given": {...}} makes it ready; any further line lets it go. One line of
JSON answers each. `python -m tests.ledger.racer`.
"""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from pydantic import JsonValue

from operator_mcp.errors import LedgerError, RuleRefusal
from operator_mcp.ledger import Ledger
from operator_mcp.models import Diagnosis, Fix

CAP = Decimal(3)


def open_case(ledger: Ledger, run_id: str) -> JsonValue:
    case = ledger.open_case("fleet", run_id, origin=f"{run_id}-hop", agent="a", reasoner="r", signature="s")
    return case.case_id


def book_fix(ledger: Ledger, case_id: int, fingerprint: str) -> JsonValue:
    fix, created = ledger.book_fix(
        case_id,
        fingerprint=fingerprint,
        repository="/r",
        base_branch="main",
        patch_digest=None,
        usd=Decimal("1.5"),
        cap=CAP,
        actor="racer",
    )
    return [fix.fix_id, created]


def accept(ledger: Ledger, case_id: int, cause: str) -> JsonValue:
    verdict = Diagnosis(
        root_cause=cause, confidence=0.9, summary="s", suggested_fix="f", code_level=True, engine="proposal"
    )
    return ledger.accept_diagnosis(case_id, verdict, fingerprint=f"r:{cause}", actor="racer").case_id


def remember(ledger: Ledger, run_id: str) -> JsonValue:
    verdict = Diagnosis(
        root_cause="bug", confidence=0.9, summary="s", suggested_fix="f", code_level=True, engine="rules"
    )
    return ledger.remember("fleet", run_id, "r:bug", verdict, "s").count


def see_again(ledger: Ledger, run_id: str) -> JsonValue:
    memory = ledger.see_again("fleet", run_id, "s")
    return None if memory is None else memory.count


def book(ledger: Ledger, case_id: int, usd: str) -> JsonValue:
    return ledger.book(case_id, "model", Decimal(usd), cap=CAP)


def book_once(ledger: Ledger, case_id: int) -> JsonValue:
    return ledger.book(case_id, "model", Decimal("0.01"), cap=CAP, once=True)


def claim_reading(ledger: Ledger, case_id: int) -> JsonValue:
    return ledger.claim_reading(case_id, Decimal("0.01"), cap=CAP)


def move(ledger: Ledger, fix_id: str) -> JsonValue:
    return ledger.move_fix(fix_id, "booked", "drafting", actor="racer").state


def decide(ledger: Ledger, fix_id: str, digest: str) -> JsonValue:
    return ledger.decide(fix_id, "approved", by="anna", diff_digest=digest).state


def lose(ledger: Ledger) -> JsonValue:
    lost: list[Fix] = ledger.lose_dead_fixes(timedelta(0))
    return [fix.fix_id for fix in lost]


def count_cases(ledger: Ledger) -> JsonValue:
    return len(ledger.cases("fleet"))


ACTIONS: dict[str, Callable[..., JsonValue]] = {
    action.__name__: action
    for action in (
        open_case, book_fix, accept, remember, see_again, book, book_once, claim_reading,
        move, decide, lose, count_cases
    )
}  # fmt: skip


def attempt(ledger: Ledger, action: str, given: dict[str, JsonValue]) -> JsonValue:
    """Give what the action gave, or the rule or error that stopped it."""
    try:
        return ACTIONS[action](ledger, **given)
    except RuleRefusal as refused:
        return f"rule {refused.rule}"
    except LedgerError as error:
        return f"ledger: {error}"


def answer(value: JsonValue) -> None:
    print(json.dumps(value), flush=True)


def main() -> None:
    """Serve until stdin ends. The ledger is opened before the start signal, except where opening is the race."""
    for line in sys.stdin:
        task = json.loads(line)
        first = task["action"] == "first_open"
        ledger = None if first else Ledger.open(task["url"])
        answer("ready")
        next(sys.stdin)
        ledger = ledger or Ledger.open(task["url"])
        answer([attempt(ledger, "count_cases" if first else task["action"], given) for given in task["given"]])
        ledger.close()


if __name__ == "__main__":
    main()
