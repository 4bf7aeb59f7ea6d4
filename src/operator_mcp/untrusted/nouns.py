"""`scrub`: a whole noun with every string in it cleaned, identifiers excepted."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from pydantic import BaseModel

from operator_mcp.untrusted.invisible import strip_invisible
from operator_mcp.untrusted.keys import is_sensitive
from operator_mcp.untrusted.marks import MARK, hide_marks, mark
from operator_mcp.untrusted.text import clean

T = TypeVar("T", bound=BaseModel)

_IDENTIFIERS = frozenset(
    {"execution_id", "parent_id", "run_id", "root_execution_id", "fix_id", "agent", "reasoner", "fleet", "fingerprint"}
)
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:@/-]{0,199}\Z")
_DISTINCT = 8
"""A value under a credential's key is looked for elsewhere in the noun from this length on: shorter ones are words."""


def scrub(noun: T) -> T:
    """Give the noun with every string cleaned, in nested nouns, tuples and JSON (keys included).

    What stands under a credential's key (`api_key`, `uploadToken`, `Authorization`) is redacted whatever its shape, and
    so is the same value wherever else it stands in the noun. Ids, agent and reasoner names and enum words stay.
    """
    known = sorted(_known(noun), key=lambda secret: (-len(secret), secret))
    return _noun(noun, tuple(known))


def _noun(noun: T, known: tuple[str, ...]) -> T:
    changed: dict[str, object] = {}
    for name in type(noun).model_fields:
        value: object = getattr(noun, name)
        if name in _IDENTIFIERS and isinstance(value, str) and _SANE.match(value):
            continue
        scrubbed = _value(value, known)
        if scrubbed is not value:
            changed[name] = scrubbed
    return noun.model_copy(update=changed) if changed else noun


def _value(value: object, known: tuple[str, ...]) -> object:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return _text(value, known)
    if isinstance(value, BaseModel):
        return _noun(value, known)
    if isinstance(value, tuple):
        return tuple(_value(item, known) for item in value)
    if isinstance(value, list):
        return [_value(item, known) for item in value]
    if isinstance(value, Mapping):
        return _mapping(value, known)
    return value


def _text(text: str, known: tuple[str, ...]) -> str:
    text = strip_invisible(text)
    for secret in known:
        text = text.replace(secret, mark())
    return clean(text)


def _mapping(mapping: Mapping[object, object], known: tuple[str, ...], blank: bool = False) -> dict[str, object]:
    scrubbed: dict[str, object] = {}
    for key, value in mapping.items():
        name = _text(str(key), known)
        while name in scrubbed:
            name += "'"
        scrubbed[name] = (
            _blank(value, known) if blank or any(map(_sensitive, {str(key), name})) else _value(value, known)
        )
    return scrubbed


def _sensitive(key: str) -> bool:
    # As it is read: a zero-width space within hides no name, and the word `token` of a mark is none.
    return is_sensitive(hide_marks(strip_invisible(key)))


def _blank(value: object, known: tuple[str, ...]) -> object:
    """Redact every string and number below a credential's key; None and booleans tell nothing and stay."""
    if value is None or isinstance(value, bool) or value == "":
        return value
    if isinstance(value, list):
        return [_blank(item, known) for item in value]
    if isinstance(value, Mapping):
        return _mapping(value, known, blank=True)
    return mark()


def _known(value: object, sensitive: bool = False) -> set[str]:
    """Collect the values under credentials' keys that are long and odd enough to be looked for elsewhere."""
    if isinstance(value, str):
        value = strip_invisible(value)
        odd = len(value) >= _DISTINCT and any(c.isdigit() for c in value) and not any(c.isspace() for c in value)
        return {value} if sensitive and odd and MARK not in value else set()
    if isinstance(value, BaseModel):
        return set().union(*(_known(getattr(value, name), sensitive) for name in type(value).model_fields))
    if isinstance(value, (list, tuple)):
        return set().union(*(_known(item, sensitive) for item in value))
    if isinstance(value, Mapping):
        return set().union(*(_known(item, sensitive or _sensitive(str(key))) for key, item in value.items()))
    return set()
