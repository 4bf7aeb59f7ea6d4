"""The rules, as pure functions and constants. The ledger makes them hold across processes.

1. One investigation per failed run; at most one reasoned verdict.
2. A recurrence is recognised, not re-investigated.
3. One fix per case, one live fix per fingerprint; an ended fix is final.
4. $3.00 per case, everything included.
5. Only a human's approval merges, bound to bytes, once, within 24 hours.
6. Tiers: below 0.75, not code-level, or cause unknown means diagnosis only.
7. The operator never investigates itself.
8. Every refusal says which rule, what is there, and what a human can do.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from operator_mcp.errors import RuleRefusal
from operator_mcp.models import Case, Diagnosis, Memory

CAP_USD = Decimal("3.00")
"""Rule 4: the most one case may cost, diagnosis and fix together."""

FIX_CONFIDENCE = 0.75
"""Rule 6: the least confidence of a diagnosis that may be followed by a fix."""

APPROVAL_LIFETIME = timedelta(hours=24)
"""Rule 5: how long an approval may be waited for."""

OPERATOR_AGENT = "operator-mcp"
"""Rule 7: the agent node under which the operator itself would appear in a fleet."""

FORGET = "run `operator-mcp memory forget FINGERPRINT` if what is remembered is wrong"

RULES: dict[int, str] = {
    1: "One investigation per failed run: any id of the run is the same case; at most one reasoned verdict.",
    2: "A recurrence is recognised, not re-investigated: a known signature is answered from memory at no cost.",
    3: "One fix per case and one live fix per fingerprint: rejected, expired, failed and merged fixes are final.",
    4: "At most $3.00 per case, booked before it is spent; configuration can only lower it, callers cannot change it.",
    5: "Only a human's approval merges, bound to base, head and diff; single use; it expires 24 hours after asking.",
    6: "Below 0.75 confidence, not code-level, or cause unknown: diagnosis only. No repository: read-only.",
    7: "The operator never investigates itself.",
    8: "Every refusal says which rule, what is already there, and what a human can do.",
}


def cap_usd(configured: Decimal | None) -> Decimal:
    """Give the cap in force: the configured one where it is lower than rule 4's, never a higher one."""
    return CAP_USD if configured is None else max(Decimal(0), min(CAP_USD, configured))


def tier(root_cause: str, confidence: float, code_level: bool) -> str:
    """Give `"fix"` where rule 6 lets a fix be drafted after this diagnosis, else `"diagnosis"`."""
    return "fix" if code_level and confidence >= FIX_CONFIDENCE and root_cause != "unknown" else "diagnosis"


def require_fixable(root_cause: str, confidence: float, code_level: bool) -> None:
    """Raise the refusal of rule 6 unless a fix may follow this diagnosis."""
    if tier(root_cause, confidence, code_level) == "fix":
        return
    if root_cause == "unknown":
        why = "the cause is unknown"
    elif not code_level:
        why = f"the cause, {root_cause}, is not remedied by a change in the fleet's own code"
    else:
        why = f"the diagnosis is {confidence:.2f} sure; a fix needs {FIX_CONFIDENCE:.2f}"
    raise RuleRefusal(6, why, "act on suggested_fix by hand, or hand in a proposal with quotes that can be verified")


def is_own(agent: str) -> bool:
    """Tell whether an execution is the operator's own (rule 7)."""
    return agent == OPERATOR_AGENT


def worth_remembering(diagnosis: Diagnosis) -> bool:
    """Tell whether a diagnosis may enter memory: a named cause with at least one quote found in the record."""
    return diagnosis.root_cause != "unknown" and any(e.verified for e in diagnosis.evidence)


def came_back(memory: Memory) -> bool:
    """Tell whether a remembered failure was seen again after its fix was merged."""
    return memory.fix_state == "merged" and memory.fix_at is not None and memory.last_seen > memory.fix_at


def is_after_fix(memory: Memory, failed_at: datetime) -> bool:
    """Tell whether a run that failed at a time did so after the fix of what memory knows was merged."""
    return memory.fix_state == "merged" and memory.fix_at is not None and failed_at > memory.fix_at


def is_regression(memory: Memory, failed_at: datetime) -> bool:
    """Tell whether a run that failed at a time is a regression (rule 2): a fresh diagnosis is due, not memory's.

    That is the first one after the merge of the fix: its diagnosis renews the memory, which knows the next ones.
    """
    if memory.fix_at is None or not is_after_fix(memory, failed_at):
        return False
    return memory.renewed_at is None or memory.renewed_at <= memory.fix_at


def require_open_to_proposals(case: Case, remembered: Memory | None) -> None:
    """Raise the refusal of rule 1 or 2 where a reasoned verdict already stands for the case or for its look-alikes."""
    if case.reasoned:
        raise RuleRefusal(1, "this case already has its one reasoned verdict", "read the stored diagnosis")
    known = remembered.diagnosis if remembered else None
    if remembered and known and known.engine in ("model", "proposal") and not known.provisional:
        raise RuleRefusal(2, f"memory already knows this failure as {remembered.fingerprint}", FORGET)


def require_unfixed(diagnosis: Diagnosis, memory: Memory | None) -> None:
    """Raise the refusal of rule 2 for a run that failed before the fix of its failure was merged."""
    if memory and already_fixed(diagnosis, memory):
        why = f"{memory.fingerprint} is fixed by {memory.fix_id}, which is merged; this run failed before"
        raise RuleRefusal(2, why, "deploy the fix; the same failure after it is a case of its own")


def already_fixed(diagnosis: Diagnosis, memory: Memory) -> bool:
    """Tell whether a run was recognised as one that failed before its fix was merged: the code is mended already."""
    return diagnosis.engine == "memory" and memory.fix_state == "merged"
