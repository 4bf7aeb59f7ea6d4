"""`clean`: one string from a trace, made fit to be shown, stored or sent."""

from operator_mcp.untrusted.assignments import redact_assigned
from operator_mcp.untrusted.invisible import strip_invisible
from operator_mcp.untrusted.shapes import redact_shapes

LIMIT = 20_000
"""The most characters that one text keeps."""

_MARGIN = 8_000
"""How far past the limit is still read, so that a credential lying across the cut is seen whole."""


def clean(text: str, limit: int = LIMIT) -> str:
    """Give the text cut to `limit` characters, without invisible characters and secrets.

    A cut is stated at its place with the number of characters left out. Cleaning twice changes nothing more.
    """
    read = _first_words(text, limit)
    cleaned = redact_shapes(redact_assigned(strip_invisible(read)))
    if len(read) == len(text) and len(cleaned) <= limit:
        return cleaned
    return _cut(cleaned, limit, len(text) - len(read))


def _first_words(text: str, limit: int) -> str:
    read = text[: limit + _MARGIN]
    if len(read) == len(text):
        return text
    end = max(read.rfind(" ", limit), read.rfind("\n", limit))
    return read if end < 0 else read[:end]


def _cut(text: str, limit: int, unread: int) -> str:
    # The notice is part of the limit: cleaning again must not cut again.
    room = max(0, limit - len(_notice(len(text) + unread)))
    kept = text[:room]
    return (kept + _notice(len(text) - len(kept) + unread))[:limit]


def _notice(left: int) -> str:
    return f" [cut: {left} more characters]"
