"""Credentials that are told by what stands before them: a header, a key, a flag, the user part of a URL."""

import re

from operator_mcp.untrusted.keys import is_sensitive
from operator_mcp.untrusted.shapes import MARK

_SECRET = f"{MARK}]"

_USERINFO = re.compile(
    r"(?P<before>\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/@:'\"<>]{0,200}:)(?P<value>[^\s/'\"<>]{1,300})(?=@[^\s@/])"
)
_SCHEME = re.compile(
    r"(?P<before>\b(?:bearer|basic|digest|apikey|api-key)\s+)(?P<value>(?=[A-Za-z._~+/-]*[0-9=])[A-Za-z0-9._~+/=-]{8,})",
    re.I,
)
_HEADER = re.compile(
    r"(?P<before>\b(?:proxy-)?authorization['\"]?\s*[:=]\s*['\"]?(?:(?:bearer|basic|digest|token|apikey)\s+)?)"
    r"(?P<value>[^\s'\",;)}\]]{4,})",
    re.I,
)
_COOKIE = re.compile(r"(?P<before>\b(?:set-)?cookie['\"]?\s*:\s*['\"]?)(?P<value>[^\n'\"]+=[^\n'\"]+)", re.I)
_FLAG = re.compile(
    r"(?P<before>(?<!\S)--?(?:password|passwd|token|api-?key|secret|access-?token|auth-?token)[ =]+['\"]?)"
    r"(?P<value>[^\s'\"]{4,})",
    re.I,
)
_LOGIN = re.compile(r"(?P<before>\bcurl\b[^\n]{0,200}?\s-u\s+['\"]?[^\s:'\"]{1,80}:)(?P<value>[^\s'\"]{2,})")

_KEYED = re.compile(
    r"(?P<key>(?:pass(?:w(?:or[dt]|d)|phrase)|pwd|kennwort|secret|credential|authorization|token|bearer|"
    r"a(?:pi|ccess|ccount|uth)[_ -]?key|"
    r"(?:private|client|signing|encryption|master|service|shared|license|shared_?access)[_-]?key)"
    r"(?:_?[A-Za-z0-9]{1,12}){0,2})"
    r"(?P<between>\\?['\"]?\]?\s{0,3}(?P<sign>:=|=>|={1,2}|:)\s{0,3})"
    r"(?:(?P<quote>\\?['\"])(?P<quoted>[^'\"\n]{1,4000}?)(?P=quote)|(?P<bare>[^\s'\",;&)}\]{(\[<>]{3,4000}))",
    re.I,
)
_QUERY = re.compile(
    r"(?P<before>[?&](?:key|sig|signature|x-amz-signature|x-amz-credential|code)=)(?P<value>[^\s&'\"<>]{8,})", re.I
)
_BARE_KEY = re.compile(r"(?P<before>\bkey=['\"]?)(?P<value>[A-Za-z0-9_+/=-]{16,})", re.I)

_TRIED = (
    (("://",), _USERINFO),
    (("://",), _QUERY),
    (("authorization",), _HEADER),
    (("bearer", "basic", "digest", "apikey", "api-key"), _SCHEME),
    (("cookie",), _COOKIE),
    (("-pass", "-token", "-api", "-secret", "-access", "-auth"), _FLAG),
    (("curl",), _LOGIN),
)
"""Each pattern with the lower-case anchors of which one must occur for it to be tried."""

_KEYED_ANCHORS = ("pass", "pwd", "kennwort", "secret", "credential", "authorization", "token", "bearer", "key")
_IDENTIFIER = re.compile(
    r"(?:exec|run|wf|session|req|trace|approval)[_-][0-9A-Za-z_.-]+\Z|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z"
)
_PROSE = frozenset(
    {
        "none",
        "null",
        "true",
        "false",
        "required",
        "missing",
        "invalid",
        "expired",
        "wrong",
        "incorrect",
        "denied",
        "rejected",
        "refused",
        "unknown",
        "unset",
        "empty",
        "expected",
        "unexpected",
        "not",
        "must",
        "field",
        "value",
        "string",
        "str",
        "int",
        "provided",
        "given",
        "found",
        "absent",
        "mismatch",
        "error",
        "failed",
        "cannot",
        "should",
        "valid",
        "set",
        "this",
        "that",
        "the",
        "was",
        "has",
        "does",
        "did",
        "got",
    }
)


def redact_assigned(text: str) -> str:
    """Give the text with every value that is assigned to a credential's name, header or flag replaced."""
    lowered = text.lower()
    for anchors, pattern in _TRIED:
        if any(anchor in lowered for anchor in anchors):
            text = pattern.sub(_replace, text)
    if any(anchor in lowered for anchor in _KEYED_ANCHORS):
        text = _KEYED.sub(_judge_keyed, text)
    return _BARE_KEY.sub(_judge_bare_key, text) if "key=" in lowered else text


def _replace(found: re.Match[str]) -> str:
    return found[0] if _spared(found["value"]) else f"{found['before']}{_SECRET}"


def _judge_keyed(found: re.Match[str]) -> str:
    quoted, bare = found["quoted"], found["bare"]
    value = bare if quoted is None else quoted
    key = _whole_key(found)
    if _spared(value) or not is_sensitive(key) or not _credible(found, key, value):
        return found[0]
    quote = found["quote"] or ""
    return f"{found['key']}{found['between']}{quote}{_SECRET}{quote}"


def _whole_key(found: re.Match[str]) -> str:
    """Give the key with what stands before it, so that `max_token` is told from `upload_token`."""
    start = found.start()
    text = found.string
    first = start
    while first > 0 and start - first < 60 and (text[first - 1].isalnum() or text[first - 1] in "_-"):
        first -= 1
    return text[first:start] + found["key"]


def _credible(found: re.Match[str], key: str, value: str) -> bool:
    """Tell a value from prose: `Invalid token: '}'` and `password: required` hold no credential."""
    if value.strip().lower() in _PROSE:
        return False
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    if "token" in key.lower():
        return (mixed and len(value) >= 6 and " " not in value) or (
            len(value) >= 12 and " " not in value and not value.isdigit()
        )
    named = found["between"][:1] in "'\"\\" or found["sign"] != ":" or key.isupper()
    if named or mixed:
        return named or " " not in value
    # `password: word` in a line of prose: only where nothing follows the word.
    rest = found.string[found.end() : found.end() + 2]
    return " " not in value and (found["quoted"] is not None or not rest.strip() or rest[0] in "\n,;)}]")


def _judge_bare_key(found: re.Match[str]) -> str:
    value = found["value"]
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return f"{found['before']}{_SECRET}" if mixed and not _spared(value) else found[0]


def _spared(value: str) -> bool:
    return (
        value.startswith(MARK) or MARK in value or _IDENTIFIER.match(value) is not None or set(value) <= set("*.xX…-_")
    )
