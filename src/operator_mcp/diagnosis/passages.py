"""The texts that a class can be read from, in the order of their strength."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from operator_mcp.diagnosis.evidence import entry_text, is_error
from operator_mcp.models import LogEntry, Trace

TRACEBACK = re.compile(
    r"Traceback \(most recent call last\)|^\s+at [\w$.<>]+ ?\(|^goroutine \d+|^\s+File \"[^\"\n]+\", line \d+", re.M
)
_FRAME = re.compile(r"^\s+File \"(?P<file>[^\"\n]+)\", line (?P<line>\d+), in (?P<function>[^\n]+)", re.M)
_LIBRARY = re.compile(r"site-packages|dist-packages|/lib/python\d|<frozen |node_modules|\.cargo/")
_PYDANTIC_INPUT = re.compile(r"input_value=.{1,600}?, input_type=")
TEXT_CHARS = 30_000


@dataclass(frozen=True)
class Passage:
    """A text of the origin. `trust` (0-1) is what its place in the record lets its signs weigh."""

    text: str
    trust: float
    what: str

    @property
    def read(self) -> str:
        """The text without what a validator repeats of the value it was given: those words are not the error's."""
        return _PYDANTIC_INPUT.sub(lambda met: "input_value=" + "_" * (len(met[0]) - 24) + ", input_type=", self.text)


def passages(trace: Trace) -> Iterator[Passage]:
    """Yield the origin's own error, then tracebacks at error level, then other error entries, the last ones first.

    Warnings and notes are left out: what is only a warning belongs to something the hop went on from.
    """
    told_by_log = not trace.raw_error.strip()
    if trace.error and not told_by_log:
        yield Passage(trace.error[:TEXT_CHARS], 1.0, "error")
    errors = [entry for entry in trace.logs if is_error(entry) and not entry.system]
    traced = [entry for entry in errors if TRACEBACK.search(entry.message)]
    for entry in reversed(traced):
        yield Passage(entry.message[:TEXT_CHARS], 0.98, f"log {entry.seq}")
    for entry in reversed([entry for entry in errors if entry not in traced]):
        yield Passage(entry.message[:TEXT_CHARS], 0.95, f"log {entry.seq}")
    if trace.error and told_by_log and not errors:
        yield Passage(trace.error[:TEXT_CHARS], 0.97, "reported error")


@dataclass(frozen=True)
class Frame:
    """The place in the agent's own files where a traceback ends."""

    file: str
    line: str
    function: str


def last_own_frame(trace: Trace) -> Frame | None:
    """Give the deepest frame of the last traceback that is not in a library, or None where no traceback is logged."""
    for entry in reversed(trace.logs):
        frames = [met for met in _FRAME.finditer(_text(entry)) if not _LIBRARY.search(met["file"])]
        if frames:
            return Frame(frames[-1]["file"], frames[-1]["line"], frames[-1]["function"].strip())
    return None


def _text(entry: LogEntry) -> str:
    return entry_text(entry) if is_error(entry) else ""
