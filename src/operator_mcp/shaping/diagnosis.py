"""The answer of `diagnose`."""

from functools import partial

from operator_mcp.answers import Diagnosed
from operator_mcp.errors import RuleRefusal
from operator_mcp.models import Case, Diagnosis, Finding, Memory
from operator_mcp.policy import already_fixed, tier
from operator_mcp.shaping.brief import recurrence, refusal
from operator_mcp.shaping.cutting import Cutter, Limits, fitted

BUDGET = 700
FIRST = Limits(text=1_200, items=8, logs=0)


def diagnosed(case: Case, memory: Memory | None, refused: RuleRefusal | None, *, fixable: bool) -> Diagnosed:
    """Shape the standing diagnosis of a case."""
    diagnosis = case.diagnosis
    if diagnosis is None:
        raise AssertionError(f"case {case.case_id} was concluded without a diagnosis")
    level = tier(diagnosis.root_cause, diagnosis.confidence, diagnosis.code_level)
    answer = _diagnosis(case.run_id, diagnosis)
    return answer.model_copy(
        update={
            "tier": level,
            "fingerprint": case.fingerprint,
            "recurrence": recurrence(memory, case.run_id),
            "refused": refusal(refused),
            "next": _next_step(case, memory, diagnosis, level, fixable),
        }
    )


def undecided(finding: Finding, diagnosis: Diagnosis) -> Diagnosed:
    """Shape the reading of a run that has not ended: told, not kept."""
    answer = _diagnosis(finding.run_id, diagnosis)
    return answer.model_copy(
        update={"provisional": True, "next": "The run has not ended; nothing was kept. Call diagnose again later."}
    )


def nothing_to_diagnose(finding: Finding) -> Diagnosed:
    """Shape the answer for a run in which nothing failed."""
    words = {"healthy": "The run succeeded; there is no failure to diagnose."}
    if finding.false_success:
        words = {"healthy": f"The run succeeded with a failure for its result: {finding.false_success.why}"}
    return Diagnosed(
        run_id=finding.run_id,
        root_cause=None,
        confidence=finding.confidence,
        summary=words.get(finding.verdict, f"The run is {finding.verdict} and nothing in it has failed so far."),
        suggested_fix="",
        code_level=False,
        evidence=(),
        open_points=(),
        engine="rules",
        cost_usd=0,
        tier="diagnosis",
        fingerprint=None,
        recurrence=None,
        provisional=finding.verdict == "unfinished",
        refused=None,
        cut=(),
        next="Nothing to do for this run; list_failures shows the runs that failed.",
    )


def _diagnosis(run_id: str, diagnosis: Diagnosis) -> Diagnosed:
    return fitted(partial(_shape, run_id, diagnosis), FIRST, tokens=BUDGET)


def _shape(run_id: str, diagnosis: Diagnosis, limits: Limits) -> Diagnosed:
    cut = Cutter(run_id, limits)
    quotes = cut.items("evidence", diagnosis.evidence)
    points = cut.items("open_points", diagnosis.open_points)
    return Diagnosed(
        run_id=run_id,
        root_cause=diagnosis.root_cause,
        confidence=diagnosis.confidence,
        summary=cut.text("summary", diagnosis.summary),
        suggested_fix=cut.text("suggested_fix", diagnosis.suggested_fix),
        code_level=diagnosis.code_level,
        evidence=tuple(e.model_copy(update={"quote": cut.text("quote", e.quote)}) for e in quotes),
        open_points=tuple(cut.text("open_points", point) for point in points),
        engine=diagnosis.engine,
        cost_usd=float(diagnosis.cost_usd),
        tier="diagnosis",
        fingerprint=None,
        recurrence=None,
        provisional=diagnosis.provisional,
        refused=None,
        cut=tuple(cut.cuts),
        next="",
    )


def _next_step(case: Case, memory: Memory | None, diagnosis: Diagnosis, level: str, fixable: bool) -> str:
    if memory and already_fixed(diagnosis, memory):
        return f"Fixed by {memory.fix_id}, which is merged: deploy it. This run failed before."
    if case.fix_state is not None:
        return f"This case has a fix: {case.fix_state}. draft_fix(id) tells where it stands."
    if level == "fix" and fixable:
        return "draft_fix(id, patch) drafts the one fix: hand in a unified diff with a regression test."
    if level == "fix":
        return f"A change in code would remedy it, but no repository is configured for {case.agent!r}."
    if diagnosis.root_cause == "unknown":
        return f"Look at operator://cases/{case.run_id}; a proposal with quotes from the record may decide it."
    return "Diagnosis only: act on suggested_fix."
