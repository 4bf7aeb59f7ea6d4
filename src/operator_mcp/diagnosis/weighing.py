"""From signs to one class: the strongest sign of the strongest passage, and how sure that makes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from operator_mcp.diagnosis.given import refused
from operator_mcp.diagnosis.keys import bare_key, read_key
from operator_mcp.diagnosis.passages import Passage, passages
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
"""An answer that was cut off or refused is no valid JSON either: what the logs say of the answer explains the parser."""


@dataclass(frozen=True)
class Reading:
    """One class as the texts tell it. `others`: classes that weaker or contesting signs point to."""

    cause: str
    confidence: float
    seen: tuple[Seen, ...] = ()
    passage: Passage | None = None
    others: tuple[str, ...] = ()

    @property
    def decisive(self) -> bool:
        """True where a machine-written sign of one meaning stands behind the class."""
        trust = self.passage.trust if self.passage else 1
        return bool(self.seen) and self.seen[0].weight * trust >= DECISIVE


def weigh(trace: Trace) -> Reading:
    """Read the class from the origin's texts: the first passage with a sign that is strong enough names it."""
    hints: list[str] = []
    readings = [_weigh_passage(trace, passage) for passage in passages(trace)]
    for reading in readings:
        if reading.cause in SYMPTOM_OF:
            return next((r for r in readings if r.cause == SYMPTOM_OF[reading.cause] and r.decisive), reading)
        if reading.cause != UNKNOWN:
            return reading
        hints += reading.others
    return Reading(UNKNOWN, 0.25 if hints else 0.15, others=tuple(dict.fromkeys(hints)))


def _weigh_passage(trace: Trace, passage: Passage) -> Reading:
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
            yield _file_of_the_input(seen, trace)
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


def _file_of_the_input(seen: Seen, trace: Trace) -> Seen:
    """A missing file that the run itself named was not the deployment's to provide."""
    file = seen.details.get("file", "")
    if seen.cause == "config" and file and refused_names(file, trace):
        return replace(seen, cause="bad_input", weight=min(seen.weight, 0.88))
    return seen


def refused_names(value: str, trace: Trace) -> bool:
    """Tell whether a value stands in the input that the hop was given."""
    from operator_mcp.diagnosis.given import leaves

    return any(value == leaf for _, leaf in leaves(trace.input))
