"""How a command of the terminal calls a verb: settings, an open casework, one event loop; and its common options."""

import json
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from operator_mcp.answers import Answer
    from operator_mcp.casework import Casework
    from operator_mcp.settings import Settings

T = TypeVar("T")

Config = Annotated[Path | None, typer.Option("--config", help="operator.toml to use.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON, as a tool would give it.")]


def settings_of(config: Path | None) -> "Settings":
    """Read the settings.

    Raises:
        SettingsError: they cannot be read or used.
    """
    from operator_mcp.settings import load

    return load(config)


def run(config: Path | None, verb: "Callable[[Casework], Awaitable[T]]") -> T:
    """Open the casework, let a verb do its work, close it, and give what the verb gave."""
    from operator_mcp.casework import open_casework

    settings = settings_of(config)

    async def call() -> T:
        async with open_casework(settings, actor=person()) as casework:
            return await verb(casework)

    return wait_for(call)


def wait_for(call: Callable[[], Coroutine[object, object, T]]) -> T:
    """Run an async function to its end; Ctrl-C ends the program with 130."""
    import anyio

    try:
        return anyio.run(call)
    except KeyboardInterrupt:
        print("\nInterrupted. Nothing is lost: a started fix goes on, `operator-mcp fix ID` shows it.", file=sys.stderr)
        raise typer.Exit(130) from None


def person() -> str:
    """Give whom the audit trail names for what is done at this terminal."""
    import getpass

    return f"cli:{getpass.getuser()}"


def show(answer: "Answer", draw: Callable[..., None], as_json: bool) -> None:
    """Print an answer as JSON, or draw it."""
    if as_json:
        print_json(answer.wire())
    else:
        draw(answer)


def print_json(value: object) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=1))
