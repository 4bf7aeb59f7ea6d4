"""Field types for wire models: whatever arrives, they give the nearest usable value and never refuse."""

import json
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, JsonValue


class Wire(BaseModel):
    """Base of what arrives: unknown fields are ignored, every field has a default."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str)


def _count(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)) and abs(value) < 2**53:
        return int(value)
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 16 else None


def _when(value: object) -> datetime | None:
    """Read RFC 3339 down to microseconds, in UTC. Go's zero time (year 1) means that there is none."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value.strip())
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year > 1 else None


def _flag(value: object) -> bool:
    return value is True


def _rows(value: object) -> list[object]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _words(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _mapping(value: object) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


Text = Annotated[str, BeforeValidator(_text)]
"""A text; empty for null, and what is no text as its JSON (an `error` that is an object keeps its words)."""

Count = Annotated[int | None, BeforeValidator(_count)]
"""A whole number, or None."""

When = Annotated[datetime | None, BeforeValidator(_when)]
"""A moment in UTC, or None."""

Flag = Annotated[bool, BeforeValidator(_flag)]
"""True only for true."""

Rows = BeforeValidator(_rows)
"""For a list of objects: null is an empty list (AgentField 0.1.80 sends both), what is no object is left out."""

Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
"""A list of texts; null is an empty list."""

Mapping = Annotated[dict[str, JsonValue], BeforeValidator(_mapping)]
"""An object; anything else is an empty one."""
