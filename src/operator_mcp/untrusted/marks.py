"""The marks that redactions leave in a text, and how patterns are kept from reading them.

A mark speaks of tokens and keys itself: read as text, `[redacted: github token] = page` would be an assignment to a
token, and cleaning twice would take more away than cleaning once. While patterns are at work each mark is therefore one
lone surrogate, which no text holds that has passed `strip_invisible`, and which no pattern names.
"""

import re

MARK = "[redacted"
"""How every mark begins."""

_KINDS = (
    "",
    "opaque token",
    "private key",
    "model key",
    "payment key",
    "github token",
    "google key",
    "slack token",
    "aws key",
    "json web token",
    "registry token",
    "hub token",
    "vault token",
    "artifactory key",
    "age key",
    "aws access key",
    "azure storage account access key",
    "discord bot token",
    "gitlab token",
    "mailchimp access key",
    "pypi token",
    "sendgrid api key",
    "square oauth secret",
    "stripe access key",
    "telegram bot token",
    "twilio api key",
)


def mark(kind: str = "") -> str:
    """Give the mark of one kind of credential as it is read: `[redacted]`, `[redacted: github token]`."""
    return f"{MARK}: {kind}]" if kind else f"{MARK}]"


_FIRST = 0xD800
_SIGN_OF = {kind: chr(_FIRST + at) for at, kind in enumerate(_KINDS)}
_SIGN_OF_MARK = {mark(kind): sign for kind, sign in _SIGN_OF.items()}
_MARK_OF_SIGN = {sign: shown for shown, sign in _SIGN_OF_MARK.items()}
_SIGNS = re.compile(f"[{chr(_FIRST)}-{chr(_FIRST + len(_KINDS) - 1)}]")
_MARKS = re.compile("|".join(map(re.escape, _SIGN_OF_MARK)))


def sign(kind: str = "") -> str:
    """Give the one character that stands for a mark while patterns are at work; KeyError for a kind unheard of."""
    return _SIGN_OF[kind]


def hide_marks(text: str) -> str:
    """Give the text (without surrogates) with each mark as its sign."""
    return _MARKS.sub(lambda found: _SIGN_OF_MARK[found[0]], text) if MARK in text else text


def show_marks(text: str) -> str:
    """Give the text with each sign as the mark that it stands for: undoes `hide_marks`."""
    return text if text.isascii() else _SIGNS.sub(lambda found: _MARK_OF_SIGN[found[0]], text)


def without_signs(text: str) -> str:
    """Give what a text holds beside signs."""
    return _SIGNS.sub("", text)


def without_broken_mark(text: str) -> str:
    """Give the text without the beginning of a mark at its end, as a cut leaves it."""
    at = text.rfind("[")
    broken = at >= 0 and any(shown.startswith(text[at:]) for shown in _SIGN_OF_MARK if shown != text[at:])
    return text[:at] if broken else text
