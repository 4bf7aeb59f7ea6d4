"""Memory and backlog drawn for a person at a terminal."""

from collections.abc import Sequence

from rich.markup import escape
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
    table = _table("fingerprint", "sure", "seen", "last", "standing", "why")
    for line in lines:
        sure = f"{line.confidence:.2f}{' (provisional)' if line.provisional else ''}"
        row = (line.fingerprint, sure, str(line.count), day(line.last_seen), _words(line.standing), line.summary)
        table.add_row(*(escape(cell) for cell in row))
    console.print(table)
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
    table = _table("cause", "weight", "seen", "last", "standing", "next step")
    for line in lines:
        row = (
            line.root_cause,
            f"{line.weight:g}",
            str(line.count),
            day(line.last_seen),
            _words(line.standing),
            line.step,
        )
        table.add_row(*(escape(cell) for cell in row))
    console.print(table)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in COPIED)
    return table


def _words(standing: str) -> str:
    return standing.replace("_", " ")
