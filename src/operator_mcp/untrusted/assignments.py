"""Credentials that are told by what stands before them: a header, a key, a flag, the user part of a URL."""

import re

from operator_mcp.untrusted.keys import is_sensitive
from operator_mcp.untrusted.marks import sign, without_signs

_ASSIGNS = re.compile(r"[:=\s]")
"""No value is assigned without one of these."""

_USERINFO = re.compile(
    r"(?P<before>\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/@:'\"<>]{0,200}:)(?P<value>[^\s/'\"<>]{1,300})(?=@[^\s@/])"
)
_SCHEME = re.compile(
    r"(?P<before>\b(?:bearer|basic|digest|apikey|api-key)\s+)(?P<value>(?=[A-Za-z._~+/-]*[0-9=])[A-Za-z0-9._~+/=-]{8,})",
    re.I,
)
_HEADER = re.compile(
    r"(?P<before>\b(?:proxy-)?authorization['\"]?\s*[:=]\s*['\"]?(?:(?:bearer|basic|digest|token|apikey)\s+)?+)"
    r"(?P<value>[^\s'\",;)}\]]{4,})",
    re.I,
)
_COOKIE = re.compile(r"(?P<before>\b(?:set-)?cookie['\"]?\s*:\s*['\"]?)(?P<value>[^\n'\"]+=[^\n'\"]+)", re.I)
_FLAG = re.compile(
    r"(?P<before>(?<!\S)--?(?:password|passwd|token|api-?key|secret|access-?token|auth-?token)[ =]+['\"]?)"
    r"(?P<value>[^\s'\"]{4,})",
    re.I,
)
_COMMAND = re.compile(r"\bcurl\b[^\n]+", re.I)
_LOGIN = re.compile(r"(?P<before>\s-u\s+['\"]?[^\s:'\"]{1,80}:)(?P<value>[^\s'\"]{2,})")

_TOLD = re.compile(
    r"(?P<before>\b(?:password|passwort|passphrase|secret|api[ _-]key)(?:\s+is|\s+was)?\s+['\"]?)"
    r"(?P<value>(?=[^\s'\"]{0,60}[0-9])(?=[^\s'\"]{0,60}[A-Za-z])[^\s'\"]{6,200})",
    re.I,
)

_KEYED = re.compile(
    r"(?P<key>(?:pass(?:w(?:or[dt]|d)|phrase)|(?<=[_-])pass|pwd|kennwort|secret|credential|authorization|token|bearer|"
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
    ("://", _USERINFO),
    ("://", _QUERY),
    ("authorization", _HEADER),
    *((scheme, _SCHEME) for scheme in ("bearer", "basic", "digest", "apikey", "api-key")),
    ("cookie", _COOKIE),
    *((noun, _TOLD) for noun in ("password", "passwort", "passphrase", "secret", "api")),
    *((flag, _FLAG) for flag in ("-pass", "-token", "-api", "-secret", "-access", "-auth")),
)
"""Each pattern with a lower-case anchor without which it cannot match."""

_KEYED_ANCHORS = ("pass", "pwd", "kennwort", "secret", "credential", "authorization", "token", "bearer", "key")
_DEEPEST = 3
"""So deep is a value that was no credential itself searched for keys with values."""
_IDENTIFIER = re.compile(
    r"(?:exec|run|wf|session|req|trace|approval)[_-][0-9A-Za-z_.-]+\Z|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z"
)
_SCHEMES = frozenset({"bearer", "basic", "digest", "token", "apikey", "api-key"})
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
    """Give the text (its marks hidden) with each value assigned to a credential's name, header or flag as a sign.

    A value that is a sign and nothing else stays; one that goes on beside it is replaced whole.
    """
    if not _ASSIGNS.search(text):
        return text
    lowered = text.lower()
    for anchor, pattern in _TRIED:
        if anchor in lowered:
            text = pattern.sub(_replace, text)
    if "curl" in lowered:
        text = _COMMAND.sub(lambda command: _LOGIN.sub(_replace, command[0]), text)
    if any(anchor in lowered for anchor in _KEYED_ANCHORS):
        text = _redact_keyed(text, 0, len(text))
    return _BARE_KEY.sub(_judge_bare_key, text) if "key=" in lowered else text


def _replace(found: re.Match[str]) -> str:
    return found[0] if _spared(found["value"]) else f"{found['before']}{sign()}"


def _redact_keyed(text: str, start: int, end: int, within: int = 0) -> str:
    pieces: list[str] = []
    for found in _KEYED.finditer(text, start, end):
        first, last = found.span("bare" if found["quoted"] is None else "quoted")
        pieces.append(text[start:first])
        if _is_secret(found, text[first:last]):
            pieces.append(sign())
        elif within < _DEEPEST:
            # What is no credential may name one: `{'token': 'refused, password=...'}`.
            pieces.append(_redact_keyed(text, first, last, within + 1))
        else:
            pieces.append(text[first:last])
        start = last
    return "".join((*pieces, text[start:end]))


def _is_secret(found: re.Match[str], value: str) -> bool:
    key = _whole_key(found)
    return not _spared(value) and is_sensitive(key) and _credible(found, key, value)


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
    return f"{found['before']}{sign()}" if mixed and not _spared(value) else found[0]


def _spared(value: str) -> bool:
    """Tell a value that holds no credential: signs alone or after a scheme, a control plane's id, a filler."""
    visible = without_signs(value).strip()
    if visible != value and visible.lower() in _SCHEMES:
        return True
    return _IDENTIFIER.match(value) is not None or set(visible) <= set("*.xX…-_")
