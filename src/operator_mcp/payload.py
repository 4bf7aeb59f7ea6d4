"""Walking a payload: its parts, and the scalars among them, by the fields they stand in."""

from collections.abc import Iterator

from pydantic import JsonValue

MAX_PARTS = 2_000
"""Parts of one payload that are looked at, unless told otherwise; hostile ones may be endless."""


def parts(value: JsonValue, limit: int = MAX_PARTS) -> Iterator[tuple[str, JsonValue]]:
    """Yield (field name, part) for a payload and everything in it, the last first; items bear their list's name."""
    pending: list[tuple[str, JsonValue]] = [("", value)]
    for _ in range(limit):
        if not pending:
            return
        name, at = pending.pop()
        yield name, at
        if isinstance(at, dict):
            pending += [(str(key), item) for key, item in at.items()]
        elif isinstance(at, list):
            pending += [(name, item) for item in at]


def leaves(value: JsonValue) -> Iterator[tuple[str, str]]:
    """Yield (field name, scalar as text) for every scalar among the parts that is not empty."""
    for name, part in parts(value):
        if isinstance(part, (str, int, float)) and not isinstance(part, bool) and str(part):
            yield name, str(part)
