"""The hop that made the value which the origin could not take.

A receiver that refuses a value quotes it, or names the field it came in. Where exactly one hop that had succeeded
before gave that value as (part of) its result, and had it neither from its own input nor from outside the run, that hop
made it.
"""

import ast
import re
from collections.abc import Iterator
from itertools import islice

from pydantic import JsonValue

from operator_mcp.models import Hop, Run, Status, Upstream
from operator_mcp.payload import parts

QUOTED = re.compile(
    r"'([^'\n]{1,200})'|\"([^\"\n]{1,200})\"|`([^`\n]{1,200})`|«([^»\n]{1,200})»|[„“]([^”“\n]{1,200})[”“]"
)
NUMBER = re.compile(r"(?<![\w.])-?\d{3,15}(?:\.\d+)?(?![\w.])")
PYDANTIC_VALUE = re.compile(r"input_value=(.{1,400}?), input_type=")
WORD = re.compile(r"[A-Za-z_]+")

MAX_VALUES = 10
MAX_LEAVES = 20_000
"""Values looked at in one input or result; a longer one is looked at this far."""

MAX_LOOKED_AT = 50_000
"""Values looked at in all results of a run, the newest siblings' first (some 50 ms)."""


def upstream(run: Run, origin: Hop) -> Upstream | None:
    """Give the succeeded hop whose result carries what the origin's error quotes or refuses; None in doubt."""
    earlier = [hop for hop in run.hops if _ended_before(hop, origin)]
    if not origin.error or not earlier:
        return None
    earlier.sort(key=lambda hop: (hop.parent_id in (origin.parent_id, origin.execution_id), hop.ended_at), reverse=True)
    outside = next((hop.input for hop in run.hops if hop.parent_id is None), None)
    return _by_field(origin, earlier, outside) or _by_value(origin, earlier, outside)


def _ended_before(hop: Hop, origin: Hop) -> bool:
    """Tell whether a hop had succeeded by the time the origin failed: a sibling, or a call the origin made itself."""
    if hop.status is not Status.SUCCEEDED or hop.execution_id == origin.execution_id or hop.ended_at is None:
        return False
    until = origin.ended_at if hop.parent_id == origin.execution_id else origin.started_at
    return until is not None and hop.ended_at <= until


def _by_value(origin: Hop, earlier: list[Hop], outside: JsonValue) -> Upstream | None:
    quoted = list(_quoted(origin.error or "", origin.input))[:MAX_VALUES]
    if not quoted:
        return None
    makers: dict[str, list[tuple[Hop, str]]] = {value: [] for value in quoted}
    left = MAX_LOOKED_AT
    for hop in earlier:
        leaves = list(_walk(hop.result, min(left, MAX_LEAVES)))
        left -= len(leaves) + 1
        held = {leaf: path or "result" for path, leaf in leaves if leaf in makers}
        for value in held.keys() - set(_leaves(hop.input) if held else ()):
            makers[value].append((hop, held[value]))
        if left <= 0:
            break
    foreign = set(_leaves(outside))
    for value, made in makers.items():
        if len(made) == 1 and value not in foreign:
            hop, field = made[0]
            return _named(hop, field, f"its result holds {value[:80]!r} there, which the error quotes")
    return None


def _quoted(error: str, input: JsonValue) -> Iterator[str]:
    """Give the telling values that an error quotes: odd ones, and plain words and numbers the origin was given."""
    quoted = [next(group for group in match.groups() if group is not None) for match in QUOTED.finditer(error)]
    numbers = NUMBER.findall(error)
    given = set(_leaves(input)) if quoted or numbers else set()
    yield from (v for v in quoted if v in given or (len(v) >= 4 and not WORD.fullmatch(v)))
    yield from (n for n in numbers if n in given)


def _by_field(origin: Hop, earlier: list[Hop], outside: JsonValue) -> Upstream | None:
    if not isinstance(origin.input, dict):
        return None
    made: list[tuple[Hop, str, str]] = []
    for name, value in origin.input.items():
        if not _blames(origin.error or "", name, value) or not _telling(value) or _holds(outside, value):
            continue
        holding = ((hop, _whole(hop.result, value)) for hop in earlier)
        made += [(hop, field, name) for hop, field in holding if field and not _holds(hop.input, value)]
    if len(made) != 1:
        return None
    hop, field, name = made[0]
    return _named(hop, field, f"the origin was given it as {name!r}, which the error is about")


def _blames(error: str, name: str, value: JsonValue) -> bool:
    """Tell whether an error is about a field: it names it, quotes it, or misses a key that its object does not have."""
    if name in error and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", error):
        return True
    for match in PYDANTIC_VALUE.finditer(error):
        if _literal(match[1]) == value:
            return True
    bare = re.fullmatch(r"(?:KeyError: ?)?'([^']{1,100})'", error.strip())
    return bare is not None and isinstance(value, dict) and bare[1] not in value


def _literal(text: str) -> object:
    try:
        literal: object = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return literal


def _telling(value: JsonValue) -> bool:
    """Tell whether a value is odd enough that two hops do not hold it by chance."""
    if isinstance(value, (dict, list)):
        return len(set(_leaves(value))) >= 2
    return isinstance(value, str) and len(value) >= 8 and not WORD.fullmatch(value)


def _holds(value: JsonValue, sought: JsonValue) -> bool:
    return value == sought or any(part == sought for _, part in parts(value, MAX_LEAVES))


def _whole(result: JsonValue, value: JsonValue) -> str | None:
    """Give where a result is the value: the field's name, `result` for all of it, or None."""
    if result == value:
        return "result"
    if isinstance(result, dict):
        return next((name for name, part in result.items() if part == value), None)
    return None


def _leaves(value: JsonValue) -> Iterator[str]:
    return (leaf for _, leaf in _walk(value))


def _walk(value: JsonValue, limit: int = MAX_LEAVES) -> Iterator[tuple[str, str]]:
    """Give path and text of every scalar, strings as they are and numbers as Python writes them, up to a limit."""
    pending: list[tuple[str, JsonValue]] = [("", value)]
    count = 0
    while pending and count < limit:
        path, at = pending.pop()
        if isinstance(at, dict):
            items = islice(at.items(), limit)
            pending += [(f"{path}.{name}" if path else name, item) for name, item in items]
            continue
        if isinstance(at, list):
            pending += [(f"{path}[{index}]", item) for index, item in enumerate(at[:limit])]
            continue
        count += 1
        if isinstance(at, (str, int, float)) and not isinstance(at, bool):
            yield path, str(at)


def _named(hop: Hop, field: str, why: str) -> Upstream:
    return Upstream(execution_id=hop.execution_id, agent=hop.agent, reasoner=hop.reasoner, field=field, why=why)
