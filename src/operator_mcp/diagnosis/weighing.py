"""From signs and likeness to one class: the strongest sign of the strongest passage, and how sure that makes."""

from collections.abc import Sequence
from dataclasses import replace

from operator_mcp.diagnosis.given import speaks_of
from operator_mcp.diagnosis.likeness import SUREST, likeness
from operator_mcp.diagnosis.passages import Passage, passages
from operator_mcp.diagnosis.reading import Reading
from operator_mcp.diagnosis.seeing import seen_in
from operator_mcp.diagnosis.sign import DECISIVE
from operator_mcp.diagnosis.taxonomy import TAXONOMY, UNKNOWN
from operator_mcp.models import Trace

ENOUGH = 0.7
"""The least weight of a sign that names a class; below, it is only told as a possibility."""

TOLD = 0.75
"""The least weight of a sign of another class that is told beside a named one."""

POSSIBLE = 0.5
"""The least weight of a sign that is told as a possibility where no class is named."""

CONTESTED = 0.05
"""Two classes whose best signs are closer than this contest each other, unless the one is a rival of the other."""

IN_DOUBT = 0.85
"""What is left of a confidence that another class contests."""

SYMPTOM_OF = {"schema_mismatch": "model_output"}
"""An answer that was cut off or refused is no valid JSON: what the logs say of the answer explains the parser."""

HINTED, LIKELY, DOUBTFUL = 0.4, 0.6, 0.8
"""Shares of likeness: what names a class to which a weak sign points too; what names one where no sign of a machine
does; and what puts even such a sign in doubt.

Over `benchmarks/texts`, by tables fitted without the file that a text is of: 87 % of the named are right; against a
sign of people's words 31 were right where the sign was in 9; against a strong one 26, where the sign was in 7.
"""


def weigh(trace: Trace) -> Reading:
    """Read the class from the origin's texts, the strongest first: by signs, and by likeness where those are weak."""
    texts = list(passages(trace))
    by_signs = [_by_signs(trace, passage) for passage in texts]
    told = _told(by_signs)
    pairs = zip(texts, by_signs, strict=True)
    alike = next((found for passage, signs in pairs if (found := _alike(trace, passage, signs.others))), None)
    if told is not None:
        return _reconciled(told, alike)
    hints = tuple(dict.fromkeys(other for reading in by_signs for other in reading.others))
    return alike or Reading(UNKNOWN, 0.25 if hints else 0.15, others=hints)


def _told(readings: Sequence[Reading]) -> Reading | None:
    """Give the reading of the first passage in which a machine speaks, else of the first with a sign; or its cause.

    What a person made of a failure is weaker than what the machine said of it, in the error as in a traceback below it.
    """
    named = [reading for reading in readings if reading.cause != UNKNOWN]
    told = next((r for r in named if r.spoken_by_a_machine), named[0] if named else None)
    if told is None or told.cause not in SYMPTOM_OF:
        return told
    return next((r for r in readings if r.cause == SYMPTOM_OF[told.cause] and r.seen[0].weight >= DECISIVE), told)


def _alike(trace: Trace, passage: Passage, hints: Sequence[str]) -> Reading | None:
    """Give the class that a passage in people's words reads like, None where it is like none enough.

    Words that refuse something are bad input only where they speak of the input: else it may have come from anywhere.
    """
    if not passage.worded:
        return None
    cause, share = likeness(passage.read)
    if (
        cause == UNKNOWN
        or share < (HINTED if cause in hints else LIKELY)
        or (cause == "bad_input" and not speaks_of(passage.text, trace.input))
    ):
        return None
    return Reading(cause, min(max(share, LIKELY), SUREST), passage=passage, share=share)


def _reconciled(told: Reading, alike: Reading | None) -> Reading:
    """Let likeness outweigh a weak sign of the same passage, and put a strong one in doubt."""
    if alike is None or alike.cause == told.cause or alike.passage != told.passage:
        return told
    if told.seen[0].weight < DECISIVE:
        return replace(alike, others=(told.cause,))
    if alike.share >= DOUBTFUL:
        others = tuple(dict.fromkeys((*told.others, alike.cause)))
        return replace(told, confidence=told.confidence * IN_DOUBT, others=others, contested=True)
    return told


def _by_signs(trace: Trace, passage: Passage) -> Reading:
    seen = seen_in(trace, passage)
    if not seen:
        return Reading(UNKNOWN, 0.15)
    best = seen[0]
    weight = best.weight * passage.trust
    if weight < ENOUGH:
        return Reading(UNKNOWN, 0.3, others=tuple(dict.fromkeys(s.cause for s in seen if s.weight >= POSSIBLE)))
    others = tuple(dict.fromkeys(s.cause for s in seen if s.cause != best.cause and s.weight >= TOLD))
    contested = any(
        s.cause != best.cause and best.weight - s.weight < CONTESTED and s.cause not in TAXONOMY[best.cause].rivals
        for s in seen
    )
    agreeing = tuple(s for s in seen if s.cause == best.cause)
    return Reading(best.cause, weight * (IN_DOUBT if contested else 1), agreeing, passage, others, contested=contested)
