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
    left = limit - LEAST
    for item in value:
        if left < LEAST and kept:
            return [*kept, f"[cut: {len(value) - len(kept)} more items]"]
        kept.append(bounded(item, _share(left, len(value) - len(kept))))
        left -= size(kept[-1]) + 1
    return kept


def _dict(value: dict[str, JsonValue], limit: int) -> dict[str, JsonValue]:
    kept: dict[str, JsonValue] = {}
    left = limit - LEAST
    for index, (name, item) in enumerate(value.items()):
        if left < LEAST and kept:
            return kept | {"[cut]": f"{len(value) - index} more fields"}
        shown = name if len(name) <= MAX_NAME else f"{name[:MAX_NAME]} [cut: {len(name) - MAX_NAME} more characters]"
        while shown in kept:
            shown += "'"
        kept[shown] = bounded(item, _share(left, len(value) - index))
        left -= size(kept[shown]) + len(shown) + 4
    return kept


def _share(left: int, items: int) -> int:
    """Give what one of the items that are left may take: half of the room, all of it for the last."""
    return max(LEAST, left if items <= 1 else left // 2)
