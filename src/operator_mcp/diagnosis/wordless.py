"""Texts that say nothing in anybody's words: relays of another's answer, bare numbers, "an error occurred"."""

import re

LONGEST = 200
"""Characters of a text that may still say nothing; what goes on for longer says something."""

FEWEST_WORDS = 4
"""Words that a text in a script with blanks needs to be read like anything."""

_RELAYS = r"agent error \(|(?:Client|Server) error '\d{3}|\d{3} (?:Client|Server) Error: "
_EXIT_CODE = (
    r"(?:[\w.-]{1,40} ){0,4}(?:exit(?:ed)?|left|ended|quit|stopped|terminated|returned|finished|code|status|rc)\b"
    r"[\w ]{0,20}[ =:]-?\d{1,5}\.?\Z"
)
_OCCURRED = (
    r"(?:an? )?(?:unexpected |internal |unknown ){0,2}error (?:has )?occurred\b[^:]*\Z|"
    r"une erreur [^:]{0,40}survenue\b[^:]*\Z|ein \w{0,20}\s?Fehler [^:]{0,40}aufgetreten\b[^:]*\Z|"
    r"se (?:ha )?produ[cj]\w{1,8} un error\b[^:]*\Z|ocorreu um erro\b[^:]*\Z|si è verificato un errore\b[^:]*\Z|"
    r"wystąpił \w{0,20}\s?błąd\b[^:]*\Z"
)
_NOTHING = re.compile(rf"(?:{_EXIT_CODE}|{_OCCURRED})", re.IGNORECASE)
_RELAYED = re.compile(_RELAYS)
_WITHOUT_BLANKS = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af]")


def wordless(text: str) -> bool:
    """Tell whether a text has too few words, or only ones that every failure may have."""
    text = text.strip()
    if _RELAYED.match(text):
        return True
    if len(text) > LONGEST:
        return False
    few = len(text.split()) < FEWEST_WORDS and not _WITHOUT_BLANKS.search(text)
    return few or _NOTHING.match(text) is not None
