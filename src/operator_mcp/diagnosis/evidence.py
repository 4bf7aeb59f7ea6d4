"""Where quotes stand in the record, and the key that a diagnosis is remembered under."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator

from pydantic import JsonValue

from operator_mcp.models import Evidence, LogEntry, Trace
from operator_mcp.naming import safe_name

SHORTEST = 8
"""Characters (spaces apart) that a quote needs unless it is the whole of a text: shorter ones stand everywhere."""

SHORTEST_IDEOGRAPHIC = 4
"""The same for quotes beyond Latin-1: a Chinese or Japanese character carries a word."""

ERROR_LEVELS = frozenset({"error", "critical", "fatal", "exception", "panic"})

_SPACE = re.compile(r"\s+")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "`": "'"})


def normalise(text: str) -> str:
    """Give a text as quotes are compared: Unicode NFKC, typographic quotes as plain ones, white space left out.

    This is the only liberty a quote may take. Case, punctuation, numbers and the order of words must be the record's.
    """
    compact = _SPACE.sub("", unicodedata.normalize("NFKC", text).translate(_QUOTES))
    # Once more: a mark that stood behind a blank may now belong to the letter before it.
    return unicodedata.normalize("NFKC", compact)


def sources(trace: Trace) -> Iterator[tuple[str, str]]:
    """Yield (source, text) of all that a quote may come from, the strongest evidence first.

    Typed facts, the origin's error, its logs (errors before the rest), result and input, notes, then its caller.
    """
    at = f"execution/{trace.execution_id}"
    for name, fact in (("approval_status", trace.approval_status), ("status_reason", trace.status_reason)):
        if fact:
            yield f"{at}/{name}", fact
    if trace.raw_error:
        yield f"{at}/error", trace.raw_error
    for entry in sorted(trace.logs, key=lambda entry: not is_error(entry)):
        yield f"{at}/log/{entry.seq}", entry_text(entry)
    for name, value in (("result", trace.result), ("input", trace.input)):
        yield from ((f"{at}/{name}", text) for text in _written(value))
    yield from ((f"{at}/note", note.message) for note in trace.notes)
    if trace.caller:
        above = f"execution/{trace.caller.execution_id}"
        if trace.caller.error:
            yield f"{above}/error", trace.caller.error
        yield from ((f"{above}/input", text) for text in _written(trace.caller.input))


def is_error(entry: LogEntry) -> bool:
    """Tell whether a log entry is of an error level, however it is spelled."""
    return entry.level.lower() in ERROR_LEVELS


def entry_text(entry: LogEntry) -> str:
    """Give a log entry's words: its message, and the strings of its attributes."""
    told = [value for value in entry.attributes.values() if isinstance(value, str)]
    return "\n".join([entry.message, *told])


def verify(quotes: Iterable[str], trace: Trace) -> tuple[Evidence, ...]:
    """Give each quote with the first place in the record where it stands; `verified` is False where there is none."""
    texts = [(source, normalise(text)) for source, text in sources(trace)]
    return tuple(_place(quote, texts) for quote in dict.fromkeys(quotes))


def _place(quote: str, texts: list[tuple[str, str]]) -> Evidence:
    sought = normalise(quote)
    enough = len(sought) >= (SHORTEST if sought.isascii() else SHORTEST_IDEOGRAPHIC)
    for source, text in texts:
        if sought and (sought in text if enough else sought == text):
            return Evidence(quote=quote, source=source, verified=True)
    return Evidence(quote=quote, source="", verified=False)


def _written(value: JsonValue) -> Iterator[str]:
    """Yield a payload as JSON writes it (white space apart, which a comparison leaves out), or a string itself."""
    if isinstance(value, str):
        yield value
    elif value is not None:
        yield json.dumps(value, ensure_ascii=False)


def fingerprint(reasoner: str, root_cause: str) -> str:
    """Give the key of memory, `reasoner:root_cause`, of safe characters and bounded: no text can steer it."""
    return f"{safe_name(reasoner)}:{safe_name(root_cause)}"
