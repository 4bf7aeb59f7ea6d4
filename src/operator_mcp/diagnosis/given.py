"""Whether a refusal speaks of what the hop was given: its input's fields and values, in any language."""

import re
from collections.abc import Iterator

from pydantic import JsonValue

from operator_mcp.diagnosis.sign import Seen
from operator_mcp.payload import leaves, parts

LONGEST = 120
"""Characters of a value that an error may be expected to repeat."""
_ID_LIKE = re.compile(r"[A-Za-z]{1,8}[-_]?\d|\d{3,}|[\w-]{3,}\.\w{2,5}\Z|[\w.-]+/[\w./-]+\Z")
_REFUSING = re.compile(
    r"\b(?:no|not|non|nicht|kein\w*|ne|pas|sin|nem|nie|invalid\w*|unknown|unbekannt\w*|ungültig\w*|"
    r"fails?|missing|fehlt|"
    r"falta|manque\w*|must|muss|doit|debe|twice|duplicate|already|too|zu|trop|only|nur|cannot|can't|"
    r"without|ohne|sans|"
    r"introuvable|inconnu\w*|desconocid\w*|inválid\w*|invalide|refus\w*|reject\w*|rechaz\w*|recus\w*|rifiutat\w*|"
    r"abgelehnt|zurückgewiesen|odrzucon\w*|illegal|wrong|"
    r"falsch\w*|encrypted|corrupt\w*)\b|"
    r"不|无|未|没有|ない|ません|не\b|нет\b",
    re.I,
)
_BROKEN_STEP = re.compile(
    r"\b(?:step|stage|phase|round|worker|process|job|batch|run|task)\b[^.\n]{0,30}\b(?:converge|finish|abort|stop|fail|"
    r"left|crash|complete|end)|\bdid(?: not|n't)\b|\b(?:could(?: not|n't)|failed to|unable to) [a-z]+|"
    r"\bnot (?!allowed|permitted|accepted|supported|listed|registered|recogni|offered|authori|entitled|insured|"
    r"covered|licensed|"
    r"signed|provided|specified|assigned)[a-z]+ed\b|\bnot (?:sent|written|taken|made|done|found out)\b",
    re.I,
)
"""A step that went wrong while it worked on something has not refused that."""

_STATING = re.compile(
    r"\b(?:unknown|invalid|unsupported|blocked|banned|closed|expired|does not exist|is not|are not|not "
    r"(?:found|allowed|part of|among|on the list)|ne fait pas partie|no forma parte|no figura|gehört nicht|"
    r"existiert nicht|unbekannt|ungültig|gesperrt|nicht (?:gefunden|vorhanden|bekannt)|n'existe pas|"
    r"introuvable|inconnue?|no existe|"
    r"desconocid[oa]|no encontrad[oa]|non esiste|не существует|не найден\w*)\b|不存在|未找到|无效|見つかりません",
    re.I,
)
"""States that a thing can be in, apart from what happened to it."""


def refused(text: str, given: JsonValue) -> Iterator[Seen]:
    """Yield a sign of bad input where a text refuses a field and value of the input by name.

    `pages=0`, `isbn '978...'`, `language 'xx'`: the hop says which of its inputs it does not take. A value alone,
    beside words of refusal, is a weaker sign: errors name what they were working on as well.
    """
    refusing = _REFUSING.search(text)
    if not refusing or _BROKEN_STEP.search(text) or len(text) > 600:
        return
    for name, value in leaves(given):
        field, at = _mentions(text, name), text.find(value)
        if at < 0 or len(value) > LONGEST or not _whole(text, at, value):
            continue
        details = {"field": name, "value": value}
        quote = text.strip().splitlines()[0][:200]
        if field and _near(text, name, at):
            yield Seen("bad_input", 0.83, quote, at, at + len(value), details)
        elif _STATING.search(text) and _ID_LIKE.search(value):
            yield Seen("bad_input", 0.76, quote, at, at + len(value), details)
        elif field or _ID_LIKE.search(value):
            yield Seen("bad_input", 0.6, quote, at, at + len(value), details)


def holds(given: JsonValue, value: str) -> bool:
    """Tell whether a value stands in the input."""
    return any(value == leaf for _, leaf in leaves(given))


def speaks_of(text: str, given: JsonValue) -> bool:
    """Tell whether a text has a value or a field of the input in it, or the input lacks a value altogether."""
    return any(_told(text, name, value) for name, value in leaves(given)) or _lacking(given)


def _told(text: str, name: str, value: str) -> bool:
    at = text.find(value) if 2 <= len(value) <= LONGEST else -1
    return (at >= 0 and _whole(text, at, value)) or any(_mentions(text, word) for word in (name, *name.split("_")))


def _lacking(given: JsonValue) -> bool:
    return any(part is None or part in ("", [], {}) for _, part in parts(given))


def _mentions(text: str, name: str) -> bool:
    return len(name) >= 3 and re.search(rf"(?<![\w]){re.escape(name)}(?![\w])", text, re.I) is not None


def _whole(text: str, at: int, value: str) -> bool:
    before, after = text[at - 1 : at], text[at + len(value) : at + len(value) + 1]
    return not (before.isalnum() and value[0].isalnum()) and not (after.isalnum() and value[-1].isalnum())


def _near(text: str, name: str, at: int) -> bool:
    """Tell whether a field's name stands right before its value: `name value`, `name 'value'`, `name=value`."""
    before = text[max(0, at - len(name) - 4) : at].lower()
    return re.search(rf"{re.escape(name.lower())}\W{{0,3}}\Z", before) is not None
