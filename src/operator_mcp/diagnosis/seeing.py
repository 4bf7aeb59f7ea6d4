"""The signs that are seen in one passage of a failure, each judged by what the hop was given."""

import re
from collections.abc import Iterator
from dataclasses import replace

from operator_mcp.diagnosis.given import holds, refused
from operator_mcp.diagnosis.keys import bare_key, read_key
from operator_mcp.diagnosis.passages import Passage
from operator_mcp.diagnosis.sign import Seen
from operator_mcp.diagnosis.signs import signs_in
from operator_mcp.models import Trace
from operator_mcp.payload import leaves

QUOTED = 0.05
"""How much stronger a sign inside quotes may be than the sign around it, and still be only quoted."""

_VALUES = re.compile(r"'([^'\n]{1,200})'|([\w.+-]{1,40})")
"""A value, or the values of an object, as pydantic repeats them behind `input_value=`."""

VALIDATED_CHARS = 300

CONVERTED = ("value", "number", "time", "iso")
"""Details that hold a value which a parser did not take."""

CALLERS_OWN = 0.84
"""The most a sign weighs whose value the run itself was given: no code is to blame for it with certainty."""


def seen_in(trace: Trace, passage: Passage) -> list[Seen]:
    """Give the signs of a passage in the words of the record, the strongest first."""
    own = (_as_written(seen, passage) for seen in _own(_all_signs(trace, passage)))
    return sorted(own, key=lambda seen: (-seen.weight, seen.start))


def _all_signs(trace: Trace, passage: Passage) -> Iterator[Seen]:
    text = passage.read
    if key := bare_key(text):
        yield from read_key(key, text, trace)
        return
    for seen in signs_in(text):
        if seen.cause == "code_bug" and seen.details.get("exception") == "KeyError":
            yield from read_key(_key_of(seen.quote), text, trace)
        else:
            yield _by_the_input(_cited(seen, text), trace, passage)
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
    return within and other.weight >= seen.weight - (QUOTED if quoted else 0)


def _cited(seen: Seen, text: str) -> Seen:
    """A program's own error is not in quotes: there, it is somebody's subject line or another service's answer."""
    cited = seen.cause == "code_bug" and text.count('"', 0, seen.start) % 2 == 1
    return replace(seen, weight=min(seen.weight, CALLERS_OWN)) if cited else seen


def _by_the_input(seen: Seen, trace: Trace, passage: Passage) -> Seen:
    """Judge a sign by what the hop was given."""
    if seen.cause == "config":
        return _provided(seen, trace)
    if seen.cause == "schema_mismatch":
        return _converted(seen, trace)
    return _validated(seen, trace, passage) if seen.cause == "bad_input" and "rule" in seen.details else seen


def _provided(seen: Seen, trace: Trace) -> Seen:
    """A file or a field that the run itself named was not the deployment's to provide."""
    file = seen.details.get("file", "")
    if file and holds(trace.input, file):
        return replace(seen, cause="bad_input", weight=min(seen.weight, 0.88))
    if any(seen.details.get("setting") == name for name, _ in leaves(trace.input)):
        return replace(seen, cause="bad_input", weight=min(seen.weight, CALLERS_OWN))
    return seen


def _converted(seen: Seen, trace: Trace) -> Seen:
    """A value that a parser did not take, and that no hop but the caller gave, is not surely code's to take."""
    value = next((seen.details[name] for name in CONVERTED if name in seen.details), "").strip("'\"")
    own = value and trace.upstream is None and holds(trace.input, value)
    return replace(seen, weight=min(seen.weight, CALLERS_OWN)) if own else seen


def _validated(seen: Seen, trace: Trace, passage: Passage) -> Seen:
    """A validator's own refusal of a value is one of the input only where the value was in it."""
    repeated = passage.text[seen.end :].partition(", input_type=")[0][:VALIDATED_CHARS]
    given = any(holds(trace.input, text or other) for text, other in _VALUES.findall(repeated))
    return seen if given and trace.upstream is None else replace(seen, cause="schema_mismatch")
