"""From signs to one class: the strongest sign of the strongest passage, and how sure that makes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from operator_mcp.diagnosis.given import refused, speaks_of
from operator_mcp.diagnosis.keys import bare_key, read_key
from operator_mcp.diagnosis.likeness import SUREST, likeness
from operator_mcp.diagnosis.passages import SHARED, Passage, passages
from operator_mcp.diagnosis.sign import DECISIVE, Seen
from operator_mcp.diagnosis.signs import signs_in
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


SYMPTOM_OF = {"schema_mismatch": "model_output"}
"""An answer that was cut off or refused is no valid JSON: what the logs say of the answer explains the parser."""


_VALUES = re.compile(r"'([^'\n]{1,200})'|([\w.+-]{1,40})")
VALIDATED_CHARS = 300
"""A value, or the values of an object, as pydantic repeats them behind `input_value=`."""

HINTED, LIKELY, DOUBTFUL = 0.4, 0.6, 0.8
"""Shares of likeness: what names a class to which a weak sign points too; what names one where no sign of a machine
does; and what puts even such a sign in doubt.

Over `benchmarks/texts`, by tables fitted without the file that a text is of: 87 % of the named are right; against a
sign of people's words 31 were right where the sign was in 9; against a strong one 26, where the sign was in 7.
"""


@dataclass(frozen=True)
class Reading:
    """One class as the texts tell it. `others`: classes that weaker or contesting signs point to.

    `share`: what likeness gives the class, where only likeness names it; else 0.
    """

    cause: str
    confidence: float
    seen: tuple[Seen, ...] = ()
    passage: Passage | None = None
    others: tuple[str, ...] = ()
    share: float = 0.0
    contested: bool = False

    @property
    def spoken_by_a_machine(self) -> bool:
        """True where a machine-written sign names the class, in a passage that is about this failure."""
        return self.passage is not None and self.passage.trust >= SHARED and self.seen[0].weight >= DECISIVE

    @property
    def decisive(self) -> bool:
        """True where a machine-written sign of one meaning stands behind the class."""
        trust = self.passage.trust if self.passage else 1
        return bool(self.seen) and self.seen[0].weight * trust >= DECISIVE and not self.contested


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
        return replace(told, confidence=told.confidence * 0.85, others=others, contested=True)
    return told


def _by_signs(trace: Trace, passage: Passage) -> Reading:
    seen = sorted(
        (_as_written(s, passage) for s in _own(_all_signs(trace, passage))), key=lambda s: (-s.weight, s.start)
    )
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
    return Reading(best.cause, weight * (0.85 if contested else 1), agreeing, passage, others)


def _all_signs(trace: Trace, passage: Passage) -> Iterator[Seen]:
    text = passage.read
    if key := bare_key(text):
        yield from read_key(key, text, trace)
        return
    for seen in signs_in(text):
        if seen.cause == "code_bug" and seen.details.get("exception") == "KeyError":
            yield from read_key(_key_of(seen.quote), text, trace)
        else:
            yield _by_the_input(seen, trace, passage)
    yield from refused(text, trace.input)


def _as_written(seen: Seen, passage: Passage) -> Seen:
    """Give a sign with the words of the record in place of those that were blanked out for reading."""
    at = passage.read.find(seen.quote, seen.start)
    return seen if at < 0 else replace(seen, quote=passage.text[at : at + len(seen.quote)])


def _key_of(quote: str) -> str:
    met = re.search(r"KeyError[:(]\s*['\"]?([^'\"\n)]{1,200})", quote)
    return met[1] if met else ""


def _own(signs: Iterator[Seen]) -> list[Seen]:
    """Drop signs that lie inside one of another class that is about as strong: a quoted value may speak of anything."""
    found = list(signs)
    return [s for s in found if not any(_inside(s, other) for other in found)]


def _inside(seen: Seen, other: Seen) -> bool:
    if other.cause == seen.cause:
        return False
    within = other.start <= seen.start and seen.end <= other.end and (other.end - other.start) > (seen.end - seen.start)
    before = other.quote[: seen.start - other.start]
    quoted = before.count("'") % 2 == 1 or before.count('"') % 2 == 1
    return within and other.weight >= seen.weight - (CONTESTED if quoted else 0)


def _by_the_input(seen: Seen, trace: Trace, passage: Passage) -> Seen:
    """Judge a sign by what the hop was given.

    A missing file that the run itself named was not the deployment's to provide; a validator's own refusal of a value
    is one of the input only where the value was in it.
    """
    file = seen.details.get("file", "")
    if seen.cause == "config" and file and refused_names(file, trace):
        return replace(seen, cause="bad_input", weight=min(seen.weight, 0.88))
    if seen.cause == "bad_input" and "rule" in seen.details:
        validated = passage.text[seen.end :].partition(", input_type=")[0][:VALIDATED_CHARS]
        values = _VALUES.findall(validated)
        if trace.upstream or not any(refused_names(text or other, trace) for text, other in values):
            return replace(seen, cause="schema_mismatch")
    return seen


def refused_names(value: str, trace: Trace) -> bool:
    """Tell whether a value stands in the input that the hop was given."""
    from operator_mcp.diagnosis.given import leaves

    return any(value == leaf for _, leaf in leaves(trace.input))
