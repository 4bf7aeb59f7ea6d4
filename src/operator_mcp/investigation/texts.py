"""How an error's words travel: relays put a prefix before them, callers quote, re-word or drop them.

Sources: Python SDK 0.1.80 (`Agent.call` raises `Execution failed: <child's error>`, `Execution was cancelled:
<reason>`, `Execution timed out after N seconds`, `Wait timeout reached after N seconds`) and rows seen live.
"""

import re
from http import HTTPStatus

RELAYS = ("Execution failed", "Execution was cancelled", "Execution timed out", "Execution was canceled")
"""What the SDK writes before a child's error when it raises it in the caller, one per hop."""

_NOTHING = frozenset({"", "none", "null"})
_BLOCKS = tuple(f"{RELAYS[0]}: " * count for count in (4096, 256, 16, 1))
_RELAY = re.compile(rf"\s*({'|'.join(RELAYS)})\s*(?::\s*|$)", re.IGNORECASE)


def strip_prefixes(error: str) -> str:
    """Give an error without the prefixes of the hops that relayed it.

    Where nothing was said below the prefixes (`Execution failed: Execution failed`), the last prefix itself is what is
    left. Never gives an empty text for a text that is not blank; never raises.
    """
    return peel(error)[1]


def peel(error: str) -> tuple[int, str]:
    """Give how many relay prefixes an error carries, and the text below them (see `strip_prefixes`)."""
    rest, last = error.strip(), ""
    count, position = _run(rest)
    while found := _RELAY.match(rest, position):
        count, last, position = count + 1, found.group(1), found.end()
        if found.end() == found.start():
            break
    below = rest[position:].strip()
    if count and below.lower() in _NOTHING:
        last = last or RELAYS[0]
        return (count - 1 if rest[-len(last) :].lower() == last.lower() else count), last
    return count, below


def _run(text: str) -> tuple[int, int]:
    """Give how often a text begins with the commonest prefix, and where that run ends.

    A chain of n hops carries texts of n prefixes, n * n in all; comparing in blocks keeps that cheap.
    """
    unit, position = f"{RELAYS[0]}: ", 0
    for block in _BLOCKS:
        while text.startswith(block, position):
            position += len(block)
    return position // len(unit), position


LIMIT = 8_000
"""Characters of one text that are looked at; hostile texts may be megabytes long."""

_NAME = r"[A-Za-z_][A-Za-z_]*"
_NAMED = (
    r"attribute|argument|arguments|field|column|module|named|name|variable|parameter|option|key|function|type|object"
)
_PHRASES = frozenset(status.phrase.lower() for status in HTTPStatus)
_QUOTED = re.compile(r"'[^'\n]{0,200}'|\"[^\"\n]{0,200}\"|`[^`\n]{0,200}`")
_CODE = re.compile(rf"(?:^|\b(?:{_NAMED}):? )(['\"`])({_NAME})\1|(['\"`])([A-Za-z]+_[A-Za-z_]+|NoneType)\3")
_URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://[^\s'\"<>)\]]+", re.IGNORECASE)
_PATH = re.compile(r"(?:[a-zA-Z]:)?(?:[\\/][\w.@+-]+){2,}")
_ADDRESS = re.compile(
    r"(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?!\w)|\b[\w+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}",
    re.IGNORECASE,
)
_ID = re.compile(r"\b(?:[0-9a-f]{8,}(?:-[0-9a-f]{4,})*|[A-Za-z]+[-_]?\d[\w-]*|\d[\w-]*)\b", re.IGNORECASE)
_CODE_NUMBER = re.compile(
    r"\b(?:(?:status(?:[ _]code)?|error code|errno|exit (?:code|status)|returncode|HTTP(?:/\d(?:\.\d)?)?)"
    r"(?: (?:of|is|was))?[ :='\"(]{1,3}|exited with (?:code |status )?)-?(\d{1,3})\b",
    re.IGNORECASE,
)
"""A number that says what failed: the status of an answer, an errno, a program's exit."""
_AS_LETTERS = str.maketrans("0123456789", "abcdefghij")
_NUMBER = re.compile(r"[-+]?#(?:[.,:/+-]{1,2}#)*")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W\d_]{3,}")


def shape(text: str) -> str:
    """Give what is left of a text when ids, numbers, times, addresses, quoted values and paths are taken out.

    Quoted names of code stay (`no attribute 'total'`, a `KeyError`'s `'order_id'`): they are what failed, not with
    what. So does the phrase of an HTTP status (`'404 Not Found'`), and the number of a status, an errno or an exit
    code beside its word: as letters, which nothing below takes out.
    """
    text = _URL.sub("<url>", text[:LIMIT].strip())
    text = _CODE_NUMBER.sub(_spelt, text)
    text = _CODE.sub(lambda m: m[0].replace(m[1] or m[3], "|"), text)
    text = _QUOTED.sub(_value, text)
    for pattern, sign in ((_PATH, "<path>"), (_ADDRESS, "#"), (_ID, "#"), (_NUMBER, "#")):
        text = pattern.sub(sign, text)
    return _SPACE.sub(" ", text).strip().lower()


def _spelt(code: re.Match[str]) -> str:
    before = code[0][: code.start(1) - code.start()]
    return f"{before}{code[1].translate(_AS_LETTERS)}"


def _value(quoted: re.Match[str]) -> str:
    phrase = quoted[0][1:-1].lstrip("0123456789 ").lower()
    return f"<{phrase}>" if phrase in _PHRASES else "<q>"


def words(text: str) -> frozenset[str]:
    """Give the words of three letters and more, lower case."""
    return frozenset(w.lower() for w in _WORD.findall(text[:LIMIT]))


def blank(text: str) -> bool:
    """Tell whether a stripped text says nothing of what happened: empty, or only a relay's own words."""
    return not text or text.lower() in _NOTHING or _RELAY.fullmatch(text) is not None
