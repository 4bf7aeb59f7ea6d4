"""A diagnosis that the caller proposes: believed as far as its quotes stand in the record, never against the facts."""

from operator_mcp import policy
from operator_mcp.diagnosis.evidence import is_error, verify
from operator_mcp.diagnosis.facts import Fact, fact_of
from operator_mcp.diagnosis.taxonomy import TAXONOMY, UNKNOWN
from operator_mcp.errors import RuleRefusal, UsageError
from operator_mcp.models import Diagnosis, Evidence, Finding, Proposal, Trace
from operator_mcp.untrusted import clean
from operator_mcp.untrusted.marks import without_broken_mark

UNPROVED = 0.5
"""The most confidence without a verified quote that decides."""

CONTESTED = 0.7
"""The most confidence against what decisive words in the record say: below the bar of rule 6."""

DECISIVE_CONFIDENCE = 0.75
QUOTE_CHARS = 500


def judge(proposal: Proposal, trace: Trace, finding: Finding, rules: Diagnosis) -> Diagnosis:
    """Give the proposal as a diagnosis, with its quotes placed and its confidence capped by what they prove.

    A quote decides if it stands in a typed fact, the origin's error or result, an error-level log, or (for a hop
    without an error of its own) its caller's error. Quotes that are not found are dropped and named.

    Raises:
        UsageError: the class is not one of the taxonomy.
        RuleRefusal: rule 1: not one quote stands in the record.
    """
    _require_class(proposal.root_cause)
    quotes = [sought for quote in proposal.evidence if (sought := _quote(quote))]
    checked = verify(quotes, trace)
    found = tuple(piece for piece in checked if piece.verified)
    lost = [piece.quote for piece in checked if not piece.verified]
    if not found:
        raise RuleRefusal(
            1,
            f"none of the {len(proposal.evidence)} quotes stands in the record of this failure",
            "propose again with quotes copied from get_failed_hop's error, logs, input or notes",
        )
    points = [f"not in the record, dropped: {quote[:120]!r}" for quote in lost]
    fact = fact_of(trace)
    if fact and fact.excludes(proposal.root_cause):
        return _overruled(proposal, rules, found, fact, points)
    return _accepted(proposal, rules, found, points, _decides(found, trace))


def _quote(given: str) -> str:
    """Give a quote as it is sought: its beginning where it is long, without the notice of a cut that no record has."""
    return without_broken_mark(clean(given)[:QUOTE_CHARS]).strip()


def _require_class(name: str) -> None:
    if name not in TAXONOMY:
        raise UsageError(f"root_cause {name[:60]!r} is not a cause class", f"Use one of {', '.join(TAXONOMY)}.")


def _decides(found: tuple[Evidence, ...], trace: Trace) -> bool:
    at = f"execution/{trace.execution_id}"
    decisive = {f"{at}/{name}" for name in ("approval_status", "status_reason", "error", "result")}
    decisive |= {f"{at}/log/{entry.seq}" for entry in trace.logs if is_error(entry)}
    if trace.caller and not trace.raw_error.strip():
        decisive.add(f"execution/{trace.caller.execution_id}/error")
    return any(piece.source in decisive for piece in found)


def _accepted(
    proposal: Proposal, rules: Diagnosis, found: tuple[Evidence, ...], points: list[str], decided: bool
) -> Diagnosis:
    cap = 1.0
    if not decided:
        cap = UNPROVED
        points.append("no quote stands in the error, an error-level log or a typed fact: confidence is capped")
    elif _against(proposal.root_cause, rules):
        cap = CONTESTED
        points.append(f"decisive words in the record read as {rules.root_cause}: confidence is capped")
    if proposal.root_cause == UNKNOWN:
        cap = min(cap, UNPROVED)
    confidence = min(proposal.confidence, cap)
    return Diagnosis(
        root_cause=proposal.root_cause,
        confidence=confidence,
        summary=clean(proposal.summary, 2000),
        suggested_fix=clean(proposal.suggested_fix, 2000),
        code_level=proposal.code_level and decided and proposal.root_cause != UNKNOWN,
        evidence=found,
        open_points=tuple(points),
        engine="proposal",
        provisional=confidence < policy.FIX_CONFIDENCE,
    )


def _against(cause: str, rules: Diagnosis) -> bool:
    sure = rules.confidence >= DECISIVE_CONFIDENCE and rules.root_cause != UNKNOWN
    return sure and cause != rules.root_cause and cause not in TAXONOMY[rules.root_cause].rivals


def _overruled(
    proposal: Proposal, rules: Diagnosis, found: tuple[Evidence, ...], fact: Fact, points: list[str]
) -> Diagnosis:
    told = f"the proposal claimed {proposal.root_cause}; the control plane recorded that {fact.said}, which excludes it"
    evidence = dict.fromkeys((*rules.evidence, *found))
    return rules.model_copy(
        update={
            "evidence": tuple(evidence),
            "open_points": (told, *points, *rules.open_points),
            "engine": "proposal",
            "provisional": False,
        }
    )
