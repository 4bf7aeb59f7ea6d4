"""The terminal's commands about memory: what is remembered, forgetting it, and the improvement backlog."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from operator_mcp.calling import AsJson, Config, person, print_json, run
from operator_mcp.errors import UsageError

if TYPE_CHECKING:
    from operator_mcp.ledger import BacklogItem, Ledger, MemoryPage, ReasonerLoad
    from operator_mcp.models import Memory

Fingerprint = Annotated[
    str, typer.Argument(help="reasoner:root_cause, as `operator-mcp memory list` shows it.", show_default=False)
]

commands = typer.Typer(
    help="What is remembered of failures: list, show, forget.", no_args_is_help=True, rich_markup_mode=None
)


def add_memory_commands(app: typer.Typer) -> None:
    """Add `memory list|show|forget` and `backlog` to the command line."""
    app.add_typer(commands, name="memory")
    app.command(epilog="Examples: operator-mcp backlog    operator-mcp backlog royalty_split --json")(backlog)


@commands.command("list", epilog="Example: operator-mcp memory list --limit 50")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=500)] = 20,
    cursor: Annotated[str | None, typer.Option(help="Continue after an earlier answer.")] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """List what is remembered, newest first."""
    from operator_mcp import terminal_memory
    from operator_mcp.memory.lines import memory_line

    page = run(config, lambda c: _page(c.ledger, c.fleet, limit, cursor))
    lines = [memory_line(memory) for memory in page.memories]
    if as_json:
        print_json({"memories": [line.wire() for line in lines], "next_cursor": page.next_cursor})
    else:
        terminal_memory.memories(lines, page.next_cursor)


@commands.command(epilog="Example: operator-mcp memory show royalty_split:code_bug")
def show(fingerprint: Fingerprint, as_json: AsJson = False, config: Config = None) -> None:
    """Show one remembered failure: why, the evidence, the runs, and where its fix stands."""
    from operator_mcp import terminal_memory
    from operator_mcp.memory.telling import told

    memory = run(config, lambda c: _memory(c.ledger, c.fleet, fingerprint))
    if as_json:
        print_json(told(memory))
    else:
        terminal_memory.memory(memory)


@commands.command(epilog="Example: operator-mcp memory forget royalty_split:code_bug --yes")
def forget(
    fingerprint: Fingerprint,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where there is no terminal.")] = False,
    config: Config = None,
) -> None:
    """Forget one remembered failure, with its counts. Its cases stay; the next run of it is diagnosed anew."""
    from anyio.to_thread import run_sync

    from operator_mcp.memory.telling import seen

    memory = run(config, lambda c: _memory(c.ledger, c.fleet, fingerprint))
    if not yes:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise UsageError("forgetting is not asked for where there is no terminal", "Add --yes.")
        typer.confirm(f"Forget {fingerprint}, {seen(memory)}?", abort=True)
    forgotten = run(config, lambda c: run_sync(lambda: c.ledger.forget(c.fleet, fingerprint, actor=person())))
    print(f"{fingerprint} is forgotten." if forgotten else f"{fingerprint} was forgotten by another meanwhile.")


def backlog(
    reasoner: Annotated[str | None, typer.Argument(help="Only this reasoner's.", show_default=False)] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Show what keeps failing: the reasoners, or what to improve in one, ranked by count x recency."""
    if reasoner is None:
        return _show_reasoners(as_json, config)
    return _show_backlog(reasoner, as_json, config)


def _show_reasoners(as_json: bool, config: Config) -> None:
    from anyio.to_thread import run_sync

    from operator_mcp import terminal_memory

    loads: list[ReasonerLoad] = run(config, lambda c: run_sync(c.ledger.reasoners, c.fleet))
    if as_json:
        print_json({"reasoners": [load.model_dump(mode="json") for load in loads]})
    else:
        terminal_memory.reasoners(loads)


def _show_backlog(reasoner: str, as_json: bool, config: Config) -> None:
    from anyio.to_thread import run_sync

    from operator_mcp import terminal_memory
    from operator_mcp.memory.lines import backlog_line

    items: list[BacklogItem] = run(config, lambda c: run_sync(c.ledger.backlog, c.fleet, reasoner))
    if not items:
        raise UsageError(f"memory knows no failure of {reasoner!r}", "`operator-mcp backlog` lists the reasoners.")
    lines = [backlog_line(item) for item in items]
    if as_json:
        print_json({"reasoner": reasoner, "items": [line.wire() for line in lines]})
    else:
        terminal_memory.backlog(reasoner, lines)


async def _page(ledger: "Ledger", fleet: str, limit: int, cursor: str | None) -> "MemoryPage":
    from anyio.to_thread import run_sync

    return await run_sync(lambda: ledger.memories(fleet, limit=limit, cursor=cursor))


async def _memory(ledger: "Ledger", fleet: str, fingerprint: str) -> "Memory":
    from anyio.to_thread import run_sync

    memory = await run_sync(ledger.memory, fleet, fingerprint)
    if memory is None:
        raise UsageError(f"nothing is remembered as {fingerprint!r}", "`operator-mcp memory list` shows what is.")
    return memory
