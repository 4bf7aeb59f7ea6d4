"""The texts that a class can be read from, in the order of their strength."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from operator_mcp.diagnosis.evidence import entry_text, is_error
from operator_mcp.diagnosis.wordless import wordless
from operator_mcp.models import LogEntry, Trace
from operator_mcp.payload import leaves

TRACEBACK = re.compile(
    r"Traceback \(most recent call last\)|^[ \t]+at [\w$.<>]+ ?\(|^goroutine \d+|^[ \t|"
    r"]+File \"[^\"\n]+\", line \d+",
    re.M,
)
_FRAME = re.compile(
    r"^[ \t|]+File \"(?P<file>[\w./\\:<>@+-]{1,200})\", line (?P<line>\d+), in (?P<function>[\w.<>]{1,80})[ \t]*$", re.M
)
"""A frame whose file and function are named like such: what is named like an order is no place to mend."""

_DURING = "During handling of the above exception, another exception occurred:"
_LIBRARY = re.compile(r"site-packages|dist-packages|/lib/python\d|<frozen |node_modules|\.cargo/")
_PYDANTIC_INPUT = re.compile(r"(?<=input_value=).{1,600}?(?=, input_type=)")
_REDACTED = re.compile(r"\[redacted[^\]\n]{0,60}\]")
_OWN_500 = re.compile(r"(?<=agent error \(500\): )Internal Server Error")
_WENT_ON = re.compile(
    r"\b(?:retrying|will retry|trying again|once more|next attempt|fall(?:ing|s) back|fallback|anyway|"
    r"going on|goes on|went on|carrying on|continu(?:ing|ed)|proceeding|skipp(?:ed|ing)|ignor(?:ed|ing)|"
    r"(?:listed|sent|published|done|left|going|kept|built|made|saved|went) without (?:one|it|them|that)|left out|"
    r"not critical|best effort|optional|attempt (?P<nth>\d+)(?: of |/)(?!(?P=nth)\b)\d+|"
    r"using (?:the )?(?:old|cached|last|previous|yesterday)|"
    r"erneut|noch einmal|wiederhole|weiter mit|on réessaie|on continue|reintentando|seguimos)\b|重试中|继续|再試行",
    re.I,
)
"""How people log that a hop got over a failure."""

TRACED, SHARED, ASIDE, GOT_OVER = 0.98, 0.95, 0.87, 0.7
"""Trust in an error entry: one with a traceback; one with words of the error; any other; one of what was got over."""

_WORD = re.compile(r"\w{2,}")

SPOKEN_CHARS = 12
"""Characters from which a text of the input, of three words and more, is somebody's speech and not a value."""

ENTRIES = 8
"""Error entries that are read, tracebacks and the last ones first."""

HEAD_CHARS, TAIL_CHARS = 3_000, 5_000
"""What is read of a long text: how it begins, and more of how it ends, for there a traceback says what was raised."""


@dataclass(frozen=True)
class Passage:
    """A text of the origin. `trust` (0-1) is what its place in the record lets its signs weigh."""

    text: str
    trust: float
    what: str
    given: tuple[str, ...] = ()
    """Texts of the input: what strangers wrote to the hop is not what went wrong with it."""

    @property
    def worded(self) -> bool:
        """True where the text is in somebody's words, and not about what the hop got over."""
        return self.trust >= SHARED and not TRACEBACK.search(self.text) and not wordless(self.text)

    @cached_property
    def read(self) -> str:
        """The text, of equal length, without words that are not the error's own.

        A validator repeats the value it was given; an agent's 500 carries its web framework's phrase, which elsewhere
        would speak of a provider; a redaction says what was there.
        """
        text = _PYDANTIC_INPUT.sub(_blank, self.text)
        for written in self.given:
            text = text.replace(written, "_" * len(written))
        return _REDACTED.sub(_blank, _OWN_500.sub(_blank, text))


def passages(trace: Trace) -> Iterator[Passage]:
    """Yield the origin's own error, then tracebacks at error level, then other error entries, the last ones first.

    Warnings and notes are left out, and entries that say how the hop went on count for little: they belong to what it
    got over. An entry that shares no word with the error it stands beside may be about something else. Of exceptions
    raised one while the other was handled, the last is read first: the other was handled.
    """
    told_by_log = not trace.raw_error.strip()
    given = tuple(text for _, text in leaves(trace.input) if len(text) >= SPOKEN_CHARS and len(text.split()) > 2)
    if trace.error and not told_by_log:
        yield Passage(_ends(trace.error), 1.0, "error", given)
    errors = [(entry.seq, _written(entry)) for entry in trace.logs if is_error(entry) and not entry.system]
    for seq, message in sorted(errors, key=lambda error: (not TRACEBACK.search(error[1]), -error[0]))[:ENTRIES]:
        yield from _logged(f"log {seq}", message, given, trace.raw_error)
    if trace.error and told_by_log and not errors:
        yield Passage(_ends(trace.error), 0.97, "reported error", given)


def _logged(what: str, message: str, given: tuple[str, ...], error: str) -> Iterator[Passage]:
    entry = Passage(_ends(message), ASIDE, what, given)
    entry = replace(entry, trust=_trust(entry.read, error))
    if _DURING in message:
        yield replace(entry, text=_ends(message.rpartition(_DURING)[2]))
    yield entry


def _written(entry: LogEntry) -> str:
    """Give an entry's message, with the traceback that loggers put into an attribute (`exc_info`)."""
    traces = [value for value in entry.attributes.values() if isinstance(value, str) and TRACEBACK.search(value)]
    return "\n".join([entry.message, *traces])


def _trust(message: str, error: str) -> float:
    traced = TRACEBACK.search(message)
    said = message[: traced.start()] if traced else _ends(message)
    if _WENT_ON.search(said):
        return GOT_OVER
    if traced:
        return TRACED
    return SHARED if _repeats(message, error.strip().strip("'\"")) else ASIDE


def _repeats(message: str, error: str) -> bool:
    """Tell whether an entry says all that the error says."""
    said = set(_WORD.findall(error.lower()))
    return error in message or (len(said) > 1 and said <= set(_WORD.findall(message.lower())))


def _ends(text: str) -> str:
    if len(text) <= HEAD_CHARS + TAIL_CHARS:
        return text
    return f"{text[:HEAD_CHARS]}\n[...]\n{text[-TAIL_CHARS:]}"


def _blank(met: re.Match[str]) -> str:
    return "_" * len(met[0])


@dataclass(frozen=True)
class Frame:
    """The place in the agent's own files where a traceback ends."""

    file: str
    line: str
    function: str


def last_own_frame(trace: Trace) -> Frame | None:
    """Give the deepest frame outside libraries of the last traceback that the hop did not get over, else None."""
    logged = [entry_text(entry) for entry in reversed(trace.logs) if is_error(entry) and not entry.system]
    for text in (trace.error, *logged):
        frames = [met for met in _FRAME.finditer(text) if not _LIBRARY.search(met["file"])]
        if frames and not _WENT_ON.search(text.partition("Traceback")[0]):
            return Frame(frames[-1]["file"], frames[-1]["line"], frames[-1]["function"].strip())
    return None
