"""`read`: the diagnosis by rules alone. Free, deterministic, and silent where the evidence does not tell."""

from operator_mcp import policy
from operator_mcp.diagnosis.evidence import verify
from operator_mcp.diagnosis.facts import Fact, fact_of
from operator_mcp.diagnosis.passages import last_own_frame
from operator_mcp.diagnosis.reading import Reading
from operator_mcp.diagnosis.remedies import remedy
from operator_mcp.diagnosis.taxonomy import TAXONOMY
from operator_mcp.diagnosis.telling import doubts, summary, telling_line
from operator_mcp.diagnosis.weighing import weigh
from operator_mcp.models import Diagnosis, Evidence, Finding, Trace

QUOTES = 4
"""The most pieces of evidence in one diagnosis."""

QUOTE_CHARS = 400


def read(trace: Trace, finding: Finding) -> Diagnosis:
    """Give the diagnosis that the evidence itself carries, by fixed rules.

    Typed facts of the control plane decide first, then the origin's own error, then its error-level logs. `confidence`
    is 0.75 and more only where a fact or a sign names the class; `code_level` needs a machine's sign. Where nothing
    does, the class is `unknown` below 0.5. Every quote stands in the trace.
    """
    fact = fact_of(trace)
    reading = _by(fact) if fact else weigh(trace)
    evidence = _evidence(trace, fact, reading)
    confidence = round(_sure(reading.confidence, finding), 2)
    code_level = TAXONOMY[reading.cause].code_level and reading.decisive and any(e.verified for e in evidence)
    return Diagnosis(
        root_cause=reading.cause,
        confidence=confidence,
        summary=summary(trace, finding, reading, fact),
        suggested_fix=remedy(trace, reading),
        code_level=code_level,
        evidence=evidence,
        open_points=doubts(trace, finding, reading),
        engine="rules",
        provisional=confidence < policy.FIX_CONFIDENCE,
    )


def _by(fact: Fact) -> Reading:
    return Reading(fact.cause, fact.confidence)


def _sure(confidence: float, finding: Finding) -> float:
    """The cause of a hop is no surer than that the hop is the origin, where that is in real doubt."""
    return min(confidence, 0.74) if finding.origin is not None and finding.confidence < 0.5 else confidence


def _evidence(trace: Trace, fact: Fact | None, reading: Reading) -> tuple[Evidence, ...]:
    quotes = [fact.quote] if fact else []
    quotes += [telling_line(trace, seen) for seen in reading.seen]
    if reading.share and reading.passage:
        quotes.append(reading.passage.text.strip().splitlines()[0])
    quotes += _context(trace, reading)
    kept: list[Evidence] = []
    for piece in verify((quote[:QUOTE_CHARS] for quote in quotes if quote.strip()), trace):
        if piece.verified and not any(piece.quote in k.quote for k in kept):
            kept = [*(k for k in kept if k.quote not in piece.quote), piece]
    return tuple(kept[:QUOTES])


def _last_words(trace: Trace) -> str:
    """Give what a hop that never ended logged last: it is where it waits."""
    own = [entry for entry in trace.logs if not entry.system]
    return max(own, key=lambda entry: entry.seq).message.strip() if own else ""


def _context(trace: Trace, reading: Reading) -> list[str]:
    """What belongs beside the decisive words: the error as the row has it, the frame, the caller's words for a hang."""
    context = []
    if trace.raw_error.strip():
        context.append(trace.error.strip())
    if (frame := last_own_frame(trace)) and TAXONOMY[reading.cause].code_level:
        context.append(f'File "{frame.file}", line {frame.line}, in {frame.function}')
    if trace.kind == "hang" and (last := _last_words(trace)):
        context.append(last)
    if trace.kind in ("hang", "human", "cancelled") and trace.caller and trace.caller.error:
        context.append(trace.caller.error.strip())
    return context
