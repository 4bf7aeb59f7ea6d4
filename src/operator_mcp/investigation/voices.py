"""Who speaks in an error: a library or provider that saw the failure, or a person who says it again."""

import re
from functools import lru_cache

HEARD = 500
"""Characters at each end of a text that are looked at: who speaks shows where a text begins, or where it ends."""

REMEMBERED = 256
"""Texts whose signs are kept: the hops of a chain say the same, and the patterns are slow."""

_WAIT = re.compile(
    r"tim(?:ed|e|ing)[ -]?out|wait(?:ed|ing)?\b.{0,40}\b(?:expired|exceeded|over|reached)|deadline|"
    r"(?:no|not|without)\b.{0,40}\b(?:after|within|in)\s+\d[\d.]*\s*(?:ms|s|sec|seconds|m|min|minutes|h|hours)\b",
    re.IGNORECASE,
)
_RAW = re.compile(
    r"object (?:has|is|of type|does)\b|'\w+' object|NoneType|index out of range|division by zero|positional argument|"
    r"unsupported operand|not subscriptable|unhashable|concatenate|invalid literal|could not convert|unpack|recursion|"
    r"referenced before|not defined|no attribute|No module named|cannot import|not iterable|"
    r"\[?Errno|No such file|Permission denied|Broken pipe|Connection (?:reset|refused|aborted)|Connect call|"
    r"space left|Too many open|allocate memory|ConnectionPool|Max retries|ssl|certificate|name resolution|no such host|"
    r"(?:Client|Server) [Ee]rror|\b[45]\d\d\b|status code|HTTP/|Bad Gateway|Service Unavailable|Unauthorized|Forbidden|"
    r"validation error|Field required|Expecting (?:value|property)|Extra data|Unterminated string|JSON|decode byte|"
    r"does not match format|Error code|invalid_request|rate.?limit|quota|overloaded|context.?length|"
    r"maximum.{0,20}tokens|finish_reason|content.?(?:policy|filter)|api.?key|deadlock|database is locked|"
    r"duplicate key|violates|syntax error|authentication failed|statement timeout|[a-z](?:Error|Exception)\b",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"could not (?!convert)|couldn't|cannot|can't|unable|failed|gave up|giving up|did not (?:complete|work|finish)|"
    r"not (?:complete|finish|available|served|done)|unavailable|aborted|stopped|problem|went wrong|"
    r"error (?:in|while|during)",
    re.IGNORECASE,
)
_SIGNS = tuple(
    re.compile(sign) for sign in (r"\d", r"['\"`]\S", r"://|[\\/]\w+[\\/]", r"\w_\w|[a-z][A-Z]|\w\(\)|\[\w+")
)


@lru_cache(maxsize=REMEMBERED)
def says_waiting_ended(text: str) -> bool:
    """Tell whether a text speaks of a limit of time that passed (SDK, HTTP clients, or people's words)."""
    return _WAIT.search(_ends(text)) is not None


@lru_cache(maxsize=REMEMBERED)
def concrete(text: str) -> int:
    """Count the signs (0-4) that a text was written by a machine that saw the failure, not by a person re-wording it.

    Codes and numbers; quoted values; addresses or paths; identifiers of code (`snake_case`, `CamelCase`, `f()`).
    """
    text = _ends(text)
    return sum(sign.search(text) is not None for sign in _SIGNS)


@lru_cache(maxsize=REMEMBERED)
def raw(text: str) -> bool:
    """Tell whether a text reads like a message of a language, library, server or model provider."""
    return _RAW.search(_ends(text)) is not None


@lru_cache(maxsize=REMEMBERED)
def vague(text: str) -> bool:
    """Tell whether a text reads like a person's words for "this failed", without a library's words in it."""
    return not raw(text) and _VAGUE.search(_ends(text)) is not None


def _ends(text: str) -> str:
    return text if len(text) <= 2 * HEARD else f"{text[:HEARD]}\n{text[-HEARD:]}"
