"""The small parts that several answers share."""

from operator_mcp.answers import CaseBrief, Recurrence, Refusal
from operator_mcp.errors import RuleRefusal
from operator_mcp.memory.telling import seen
from operator_mcp.models import Case, Memory


def case_brief(case: Case | None) -> CaseBrief | None:
    """Give where a case stands, or None where there is none."""
    if case is None:
        return None
    cause = case.diagnosis.root_cause if case.diagnosis else None
    return CaseBrief(state=case.state, root_cause=cause, fix_state=case.fix_state)


def recurrence(memory: Memory | None, run_id: str) -> Recurrence | None:
    """Give what memory knows of this failure from other runs, or None where this run is the first."""
    if memory is None or (memory.count <= 1 and run_id in memory.runs):
        return None
    return Recurrence(
        fingerprint=memory.fingerprint,
        count=memory.count,
        first_seen=memory.first_seen,
        last_seen=memory.last_seen,
        runs=memory.runs[:10],
        fix_state=memory.fix_state,
        seen=seen(memory),
    )


def refusal(refused: RuleRefusal | None) -> Refusal | None:
    """Give a refusal as it goes on the wire."""
    return Refusal(rule=refused.rule, why=refused.why, human_can=refused.human_can) if refused else None
