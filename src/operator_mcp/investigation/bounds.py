"""JSON payloads cut to a size, with every cut stated at its place."""

import json

from pydantic import JsonValue

LEAST = 80
"""The least characters that a nested value gets, so that a cut one still says what it is."""
MAX_NAME = 200


def bounded(value: JsonValue, limit: int) -> JsonValue:
    """Give the value in about `limit` characters of JSON: what comes first is kept, what is left out is counted.

    A value that fits comes back as it is.
    """
    if size(value) <= limit:
        return value
    if isinstance(value, str):
        kept = max(0, limit - 40)
        return f"{value[:kept]} [cut: {len(value) - kept} more characters]"
    if isinstance(value, list):
        return _list(value, limit)
    if isinstance(value, dict):
        return _dict(value, limit)
    return value


def size(value: JsonValue) -> int:
    """Give the characters of the value as JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _list(value: list[JsonValue], limit: int) -> list[JsonValue]:
    kept: list[JsonValue] = []
    left = limit
    for index, item in enumerate(value):
        share = max(LEAST, left // min(len(value) - index, 4))
        item = bounded(item, share)
        left -= size(item) + 1
        if left < 0 and kept:
            return [*kept, f"[cut: {len(value) - len(kept)} more items]"]
        kept.append(item)
    return kept


def _dict(value: dict[str, JsonValue], limit: int) -> dict[str, JsonValue]:
    kept: dict[str, JsonValue] = {}
    left = limit
    for index, (name, item) in enumerate(value.items()):
        share = max(LEAST, left // min(len(value) - index, 4))
        item = bounded(item, share)
        left -= size(item) + len(name) + 4
        if left < 0 and kept:
            return kept | {"[cut]": f"{len(value) - len(kept)} more fields"}
        kept[name if len(name) <= MAX_NAME else f"{name[:MAX_NAME]} [cut]"] = item
    return kept
