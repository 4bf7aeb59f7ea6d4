"""A `KeyError` reads as a quoted word. Only what stands around it tells a missing setting from a bug."""

import re
from collections.abc import Iterator

from operator_mcp.diagnosis.passages import TRACEBACK
from operator_mcp.diagnosis.sign import Seen
from operator_mcp.models import Trace

LONGEST = 210
_BARE = re.compile(r"\s*(?P<quote>['\"])(?P<key>[^'\"\n]{1,200})(?P=quote)\s*\Z")
_SETTING = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\Z")
_ENVIRONMENT = re.compile(
    r"os\.environ|environ\[|in __getitem__[\s\S]{0,200}raise KeyError\(key\) from None|getenv|\b(?:settings|config)\[",
    re.I,
)


def bare_key(text: str) -> str:
    """Give the word where a text is nothing but one quoted word, else an empty text."""
    met = _BARE.match(text) if len(text) <= LONGEST else None
    return met["key"] if met else ""


def read_key(key: str, text: str, trace: Trace) -> Iterator[Seen]:
    """Yield what a missing key points to.

    Alone it is no more than a possibility of two classes. With a traceback, or with its type named at error level, it
    is the program's own look-up, unless the frame or the name is that of the environment.
    """
    named = "KeyError" in text
    at = max(0, text.find("KeyError"))
    quote = _line_at(text, at) if named else text.strip()
    setting = _SETTING.match(key) is not None
    if _ENVIRONMENT.search(text):
        yield Seen("config", 0.95, quote, at, len(text), {"setting": key})
    elif setting:
        yield Seen("config", 0.6, quote, at, at + len(quote), {"setting": key})
        yield Seen("code_bug", 0.5, quote, at, at + len(quote), {"key": key})
    elif named:
        yield Seen("code_bug", 0.94 if TRACEBACK.search(text) else 0.9, quote, at, at + len(quote), {"key": key})
    else:
        yield Seen("code_bug", 0.6, quote, at, at + len(quote), {"key": key})
        yield Seen("schema_mismatch", 0.5, quote, at, at + len(quote), {"key": key})


def _line_at(text: str, at: int) -> str:
    end = text.find("\n", at)
    return text[at : at + 200 if end < 0 else min(end, at + 200)].strip()
