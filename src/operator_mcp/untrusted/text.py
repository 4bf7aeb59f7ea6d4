"""`clean`: one string from a trace, made fit to be shown, stored or sent."""

import re

from operator_mcp.untrusted.invisible import strip_invisible
from operator_mcp.untrusted.marks import without_broken_mark
from operator_mcp.untrusted.redaction import redact

LIMIT = 20_000
"""The most characters that one text keeps."""

_MARGIN = 8_000
"""How far past the limit is still read, so that a credential lying across the cut is seen whole."""

_NOTICE = re.compile(r" \[cut: \d{1,12} more characters\]\Z")


def clean(text: str, limit: int = LIMIT) -> str:
    """Give the text cut to `limit` characters, without invisible characters and secrets.

    A cut is stated at its place with the number of characters left out. Cleaning twice changes nothing more.
    """
    read = _first_words(text, limit)
    cleaned = _redact_before_notice(strip_invisible(read))
    if len(read) == len(text) and len(cleaned) <= limit:
        return cleaned
    return _cut(cleaned, limit, len(text) - len(read))


def _first_words(text: str, limit: int) -> str:
    read = text[: limit + _MARGIN]
    if len(read) == len(text):
        return text
    end = max(read.rfind(" ", limit), read.rfind("\n", limit))
    return read if end < 0 else read[:end]


def _redact_before_notice(text: str) -> str:
    # The notice of a cut is ours: read with the text it would be the value of a key that the cut left bare.
    notice = _NOTICE.search(text)
    return redact(text[: notice.start()]) + notice[0] if notice else redact(text)


def _cut(text: str, limit: int, unread: int) -> str:
    # The notice is part of the limit: cleaning again must not cut again.
    room = max(0, limit - len(_notice(len(text) + unread)))
    kept = text
    while len(kept) > room:
        # What the cut left may read as a credential only now, and its mark may be longer than it was.
        kept = redact(without_broken_mark(kept[:room]))
    return (kept + _notice(len(text) - len(kept) + unread))[:limit]


def _notice(left: int) -> str:
    return f" [cut: {left} more characters]"
