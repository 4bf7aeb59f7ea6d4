"""Characters that a reader does not see, and that steer terminals, text direction or language models."""

import re

_TERMINAL = re.compile(
    "\x1b\\][^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)?"  # OSC: titles, links, clipboard
    "|\x1b[P^_X][^\x1b\x9c]*(?:\x1b\\\\|\x9c)?"  # DCS, PM, APC, SOS
    "|(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor
    "|\x1b[ -/]*[0-~]?"  # all other escapes
)
_NEWLINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]+")
_UNSEEN = re.compile(
    "["
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f"  # zero width, direction marks and overrides
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"  # fillers, variation selectors, byte order mark
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # musical controls, tags, variation selectors
    "]+"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def strip_invisible(text: str) -> str:
    r"""Give the text without control, escape, zero-width, direction and tag characters.

    Newlines of any kind become `\n`, tabs stay, a lone surrogate (it cannot be written out) becomes U+FFFD. Visible
    characters are never changed, so a quote from the result stands in the record as well.
    """
    if text.isascii() and text.isprintable():
        return text
    if "\x1b" in text or "\x9b" in text:
        text = _TERMINAL.sub("", text)
    text = _CONTROLS.sub("", _NEWLINES.sub("\n", text))
    if text.isascii():
        return text
    return _SURROGATES.sub("\ufffd", _UNSEEN.sub("", text))
