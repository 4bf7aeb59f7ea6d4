"""The scalars of a payload, by the fields they stand in."""

from collections.abc import Iterator

from pydantic import JsonValue

MAX_LEAVES = 2_000


def leaves(value: JsonValue, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield (field name, scalar as text) for every scalar in a payload, so far as it is not absurdly large."""
    pending: list[tuple[str, JsonValue]] = [(name, value)]
    for _ in range(MAX_LEAVES):
        if not pending:
            return
        name, at = pending.pop()
        if isinstance(at, dict):
            pending += [(str(key), item) for key, item in at.items()]
        elif isinstance(at, list):
            pending += [(name, item) for item in at]
        elif isinstance(at, (str, int, float)) and not isinstance(at, bool) and str(at):
            yield name, str(at)
