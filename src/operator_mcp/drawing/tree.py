"""The run as a tree of text lines, with the path to the origin marked."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from operator_mcp.drawing.folding import Line
from operator_mcp.models import Hop

STATUS_STYLE = {"succeeded": "green", "failed": "red", "timeout": "red", "cancelled": "yellow"}
MARK_TEXT = {"origin": "  <- it began here", "path": "", "": ""}


def draw(lines: Sequence[Line]) -> Iterator[Text]:
    """Give one styled text per line."""
    for line in lines:
        text = Text(indent(line.guides), style="dim")
        if line.hop is None:
            yield text.append(line.text, style="dim")
            continue
        on_path = line.mark in ("origin", "path")
        text.append(f"{line.hop.agent}.{line.hop.reasoner}", style="bold" if on_path else "default")
        text.append(f"  {line.hop.status}", style=STATUS_STYLE.get(line.hop.status, "blue"))
        text.append(f"  {duration(line.hop)}  {line.text}".rstrip(), style="dim")
        if mark := MARK_TEXT.get(line.mark, f"  ({line.mark})"):
            text.append(mark, style="bold red" if line.mark == "origin" else "dim")
        yield text


def indent(guides: Sequence[bool]) -> str:
    """Give the guide characters that stand before a line; a root has none."""
    if len(guides) <= 1:
        return ""
    above = "".join("│  " if goes_on else "   " for goes_on in guides[1:-1])
    return above + ("├─ " if guides[-1] else "└─ ")


def duration(hop: Hop) -> str:
    """Give how long a hop took, or that it never ended."""
    if hop.duration_ms is None:
        return "" if hop.status.terminal else "still open"
    if hop.duration_ms < 1000:
        return f"{hop.duration_ms} ms"
    seconds = hop.duration_ms / 1000
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
