"""A model's verdict beside the rules' reading: quotes are checked, facts win, and contradictions are told."""

from decimal import Decimal

from operator_mcp.diagnosis.facts import fact_of
from operator_mcp.diagnosis.model.verdict import Verdict
from operator_mcp.diagnosis.proposal import CONTESTED, judge
from operator_mcp.diagnosis.taxonomy import UNKNOWN
from operator_mcp.diagnosis.weighing import weigh
from operator_mcp.errors import RuleRefusal
from operator_mcp.models import Diagnosis, Finding, Proposal, Trace
from operator_mcp.untrusted import clean

POINT_CHARS = 400


def reconcile(verdict: Verdict, trace: Trace, finding: Finding, rules: Diagnosis, usd: Decimal) -> Diagnosis:
    """Give the diagnosis that a model's verdict and the rules' reading make together.

    A verdict is held to what a caller's proposal is held to, and to two things more, because whoever writes into a log
    speaks to the model. A person's decision must be recorded as such. A class to which no sign of the rules points
    (likeness is none: a stranger's words make it) stays below the bar of rule 6: the model's word alone starts no fix.
    Where nothing of a verdict can be verified, the rules' reading stands, provisional.
    """
    if verdict.root_cause == UNKNOWN:
        return fallen_back(rules, "it could not tell the cause", usd)
    if fact_of(trace) is None and verdict.root_cause == "human":
        return fallen_back(rules, "it read a person's decision, and the control plane recorded none", usd)
    try:
        judged = judge(_as_proposal(verdict), trace, finding, rules)
    except RuleRefusal as refused:
        quotes = ", ".join(repr(clean(quote, 80)) for quote in verdict.quotes)
        return fallen_back(rules, f"it read {verdict.root_cause}, and {refused.why} ({quotes})", usd)
    points = [point.replace("the proposal claimed", "the model read") for point in judged.open_points]
    if judged.root_cause == verdict.root_cause != rules.root_cause and rules.root_cause != UNKNOWN:
        points.append(f"the rules read {rules.root_cause}, {rules.confidence:.2f} sure")
    capped = judged.confidence
    if capped > CONTESTED and not _corroborated(judged.root_cause, rules, trace):
        capped = CONTESTED
        points.append(f"only the model reads {judged.root_cause} out of these words: confidence is capped")
    told = (clean(point, POINT_CHARS) for point in verdict.open_points)
    return judged.model_copy(
        update={
            "confidence": capped,
            "open_points": tuple(dict.fromkeys((*points, *told))),
            "engine": "model",
            "cost_usd": usd,
        }
    )


def fallen_back(rules: Diagnosis, why: str, usd: Decimal) -> Diagnosis:
    """Give the rules' reading, provisional, with what the model's call came to and cost."""
    points = (*rules.open_points, clean(f"the model's reading is not used: {why}", POINT_CHARS))
    return rules.model_copy(update={"provisional": True, "open_points": points, "cost_usd": usd})


def _as_proposal(verdict: Verdict) -> Proposal:
    return Proposal(
        root_cause=verdict.root_cause,
        confidence=verdict.confidence,
        summary=verdict.summary,
        suggested_fix=verdict.suggested_fix,
        code_level=verdict.code_level,
        evidence=verdict.quotes,
    )


def _corroborated(cause: str, rules: Diagnosis, trace: Trace) -> bool:
    reading = weigh(trace)
    return cause in (reading.others if reading.share else (rules.root_cause, *reading.others))
