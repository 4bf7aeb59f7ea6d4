"""Memory and backlog drawn for a person at a terminal."""

from collections.abc import Sequence

from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from operator_mcp.ledger import ReasonerLoad
from operator_mcp.memory.lines import BacklogLine, MemoryLine
from operator_mcp.memory.telling import day, seen, step
from operator_mcp.models import Memory
from operator_mcp.terminal import console

COPIED = frozenset({"fingerprint", "reasoner"})
"""Columns whose cells people copy: they are never broken over lines."""


def memories(lines: Sequence[MemoryLine], next_cursor: str | None) -> None:
    """Draw a page of memory."""
    if not lines:
        console.print("Nothing is remembered yet: diagnosing a run with evidence that can be verified begins it.")
        return
    for line in lines:
        sure = f"{line.confidence:.2f}{' (provisional)' if line.provisional else ''}"
        _entry(line.fingerprint, f"{sure}  {_count(line)}", line.standing, line.summary)
    if next_cursor:
        console.print(Text(f"More: operator-mcp memory list --cursor '{next_cursor}'", style="dim"))


def memory(found: Memory) -> None:
    """Draw one memory."""
    diagnosis = found.diagnosis
    provisional = ", provisional" if diagnosis.provisional else ""
    sure = f"({diagnosis.confidence:.2f}, by {diagnosis.engine}{provisional})"
    console.print(Text(f"{found.fingerprint} {sure}", style="bold"))
    console.print(Text(diagnosis.summary))
    for evidence in diagnosis.evidence:
        console.print(Text(f"  “{evidence.quote}”\n    in {evidence.source}", style="dim"))
    said = seen(found)
    console.print(Text(said[0].upper() + said[1:] + "."))
    console.print(Text(f"Next step: {step(found)}"))
    for point in diagnosis.open_points:
        console.print(Text(f"  open: {point}", style="dim"))
    console.print(Text("Newest runs: " + ", ".join(found.runs), style="dim"))


def reasoners(loads: Sequence[ReasonerLoad]) -> None:
    """Draw the reasoners that keep failing."""
    if not loads:
        console.print("The backlog is empty: nothing is remembered yet.")
        return
    table = _table("reasoner", "causes", "runs", "last seen")
    for load in loads:
        row = (load.reasoner, str(load.causes), str(load.runs), day(load.last_seen))
        table.add_row(*(escape(cell) for cell in row))
    console.print(table)
    console.print("Show one: operator-mcp backlog REASONER", style="dim")


def backlog(reasoner: str, lines: Sequence[BacklogLine]) -> None:
    """Draw what to improve in one reasoner."""
    console.print(Text(f"{reasoner}: what keeps failing, heaviest first", style="bold"))
    for line in lines:
        _entry(line.root_cause, f"weight {line.weight:g}  {_count(line)}", line.standing, line.step)


def _entry(name: str, facts: str, standing: str, sentence: str) -> None:
    """Draw a line to find it by, and under it the sentence that belongs to it."""
    head = Text(name, style="bold").append(f"  {facts}", style="not bold")
    console.print(head.append(f"  {standing.replace('_', ' ')}", style="not bold cyan"), soft_wrap=True)
    console.print(Padding(Text(sentence, style="dim"), (0, 0, 0, 4)))


def _count(line: MemoryLine | BacklogLine) -> str:
    return f"seen {line.count}, last {day(line.last_seen)}"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in COPIED)
    return table
