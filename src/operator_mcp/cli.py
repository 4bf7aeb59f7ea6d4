"""The terminal face. What a command does not need is imported when it runs, so that `--version` is instant."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from operator_mcp import __version__
from operator_mcp.calling import AsJson, Config, person, print_json, run, settings_of, show, wait_for
from operator_mcp.cli_memory import add_memory_commands
from operator_mcp.errors import OperatorError, RuleRefusal, UsageError

if TYPE_CHECKING:
    from operator_mcp.answers import Drafted
    from operator_mcp.models import Proposal

FAILED, WRONG_USE, REFUSED = 1, 2, 3

app = typer.Typer(
    name="operator-mcp",
    help="An operator for a fleet of AI agents on AgentField: what failed, where it began, why, and a capped fix.",
    epilog="Start with `operator-mcp demo` (no fleet, no key, no network), then `operator-mcp doctor`.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Id = Annotated[str, typer.Argument(help="A run id, or the id of any execution of the run.", show_default=False)]
FixId = Annotated[str, typer.Argument(help="A fix id, as `operator-mcp cases` shows it.", show_default=False)]


def main() -> None:
    """Run the command line; the exit code is 0 done, 1 failed, 2 wrong use, 3 refused by a rule."""
    try:
        app()
    except OperatorError as error:
        print(f"operator-mcp: {error}", file=sys.stderr)
        sys.exit(_code(error))


def _code(error: OperatorError) -> int:
    if isinstance(error, RuleRefusal):
        return REFUSED
    return WRONG_USE if isinstance(error, UsageError) else FAILED


def _version(wanted: bool) -> None:
    if wanted:
        print(f"operator-mcp {__version__}")
        raise typer.Exit


@app.callback()
def options(
    ctx: typer.Context,
    config: Config = None,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """An operator for a fleet of AI agents on AgentField."""
    if config is not None:
        os.environ["OPERATOR_CONFIG"] = str(config)


@app.command(epilog="Example: operator-mcp failures --since 2h --agent intake-desk")
def failures(
    since: Annotated[str | None, typer.Option(help="RFC 3339 time, or an age: 90m, 2h, 1d.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only runs whose root agent is this.")] = None,
    status: Annotated[str | None, typer.Option(help="failed, timeout, cancelled or suspect.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 8,
    cursor: Annotated[str | None, typer.Option(help="Continue after an earlier answer.")] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """List the failed runs, newest first."""
    from operator_mcp import terminal

    answer = run(config, lambda c: c.list_failures(since, agent, status, limit, cursor))
    show(answer, terminal.failures, as_json)


@app.command(epilog="Examples: operator-mcp hop run_20261124_020000_k3v9xw2a    operator-mcp hop ID --html run.html")
def hop(
    id: Id,
    detail: Annotated[str, typer.Option(help="brief or full.")] = "brief",
    html: Annotated[Path | None, typer.Option(help="Write the drawing as one self-contained page.")] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Show the hop where a run's failure began, in the tree of its run, and why that one."""
    from operator_mcp import terminal
    from operator_mcp.drawing.folding import fold
    from operator_mcp.drawing.page import page

    if detail not in ("brief", "full"):
        raise UsageError(f"--detail {detail!r} is neither brief nor full", "Leave it out for brief.")
    answer = run(config, lambda c: c.get_failed_hop(id, detail))
    if as_json:
        return print_json(answer.wire())
    lines = fold(*run(config, lambda c: c.anatomy(id)))
    if html is None:
        return terminal.hop(answer, lines)
    try:
        html.write_text(page(answer, lines), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--html {html} cannot be written: {error}", "Give a file in a folder that exists.") from error
    return print(f"Written: {html}")


@app.command(epilog="Example: operator-mcp diagnose run_20261124_020000_k3v9xw2a --json")
def diagnose(
    id: Id,
    proposal: Annotated[Path | None, typer.Option(help="A JSON file with a proposed verdict.")] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Say why a run failed, with quotes that were found in the record."""
    from operator_mcp import terminal

    proposed = _read_proposal(proposal) if proposal else None
    answer = run(config, lambda c: c.diagnose(id, proposed))
    show(answer, terminal.diagnosis, as_json)
    if answer.refused:
        raise typer.Exit(REFUSED)


@app.command(epilog="Example: operator-mcp fix run_20261124_020000_k3v9xw2a --patch fix.diff")
def fix(
    id: Id,
    patch: Annotated[Path | None, typer.Option(help="A unified diff: the change and a regression test.")] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Draft the one fix of a run on a branch, or show where it stands."""
    text = _read(patch, "--patch") if patch else None
    _report(run(config, lambda c: c.draft_fix(id, text, _tell)), as_json)


@app.command(epilog="Example: operator-mcp approve fix-k3v9xw2a")
def approve(fix_id: FixId, as_json: AsJson = False, config: Config = None) -> None:
    """Approve a fix, which merges it. On a terminal it is shown first and you are asked."""
    from operator_mcp import terminal

    diff = run(config, lambda c: c.diff(fix_id))
    if sys.stdin.isatty() and sys.stdout.isatty() and diff:
        terminal.diff(diff)
        typer.confirm(f"Merge {fix_id}?", abort=True)
    _report(run(config, lambda c: c.decide(fix_id, True, by=person())), as_json)


@app.command(epilog="Example: operator-mcp reject fix-k3v9xw2a")
def reject(fix_id: FixId, as_json: AsJson = False, config: Config = None) -> None:
    """Reject a fix, which is final."""
    _report(run(config, lambda c: c.decide(fix_id, False, by=person())), as_json)


@app.command(epilog='Example: operator-mcp reopen fix-k3v9xw2a --reason "the base was broken that night"')
def reopen(
    fix_id: FixId,
    reason: Annotated[str, typer.Option(help="Why; it goes into the audit trail.", show_default=False)],
    config: Config = None,
) -> None:
    """Let a case have one more attempt after its fix ended. Only a human does this; it is audited."""
    run(config, lambda c: c.reopen(fix_id, reason=reason, by=person()))
    print(f"{fix_id} was set aside; the case may have one more attempt.")


@app.command()
def cases(
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50, as_json: AsJson = False, config: Config = None
) -> None:
    """List the cases of this fleet: cause, state and fix of each."""
    from operator_mcp import terminal

    rows = run(config, lambda c: c.cases(limit))
    if as_json:
        print_json([row.model_dump(mode="json") for row in rows])
    else:
        terminal.cases(rows)


@app.command()
def doctor(as_json: AsJson = False, config: Config = None) -> None:
    """Check the settings, the control plane, the ledger, the repositories and git; say what to mend."""
    from operator_mcp import terminal
    from operator_mcp.checkup import examine

    settings = settings_of(config)
    findings = wait_for(lambda: examine(settings))
    if as_json:
        print_json([finding.model_dump(mode="json") for finding in findings])
    else:
        terminal.checkup(findings)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(FAILED)


@app.command(epilog="Examples: operator-mcp serve    operator-mcp serve --http 127.0.0.1:8765")
def serve(
    http: Annotated[str | None, typer.Option(help="Serve streamable HTTP at HOST:PORT instead of stdio.")] = None,
    config: Config = None,
) -> None:
    """Serve the MCP tools, over stdio unless told otherwise. Coding agents start this."""
    from operator_mcp.serving import serve_http, serve_stdio

    settings = settings_of(config)
    wait_for(lambda: serve_http(settings, http) if http else serve_stdio(settings))


@app.command(epilog="Examples: operator-mcp demo    operator-mcp demo --serve")
def demo(
    serve: Annotated[bool, typer.Option("--serve", help="Keep the fleet up and print the lines to connect.")] = False,
) -> None:
    """Tell the whole story on an embedded fleet: no control plane, no key, no network."""
    from operator_mcp.tour import take

    raise typer.Exit(wait_for(lambda: take(serve=serve)))


add_memory_commands(app)


async def _tell(message: str) -> None:
    print(message, file=sys.stderr)


def _report(answer: "Drafted", as_json: bool) -> None:
    from operator_mcp import terminal

    show(answer, terminal.fix, as_json)
    if answer.refused:
        raise typer.Exit(REFUSED)


def _read(path: Path, option: str) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{option} {path} cannot be read: {error}", "Give a text file, or - for stdin.") from error


def _read_proposal(path: Path) -> "Proposal":
    from pydantic import ValidationError

    from operator_mcp.models import Proposal

    try:
        return Proposal.model_validate_json(_read(path, "--proposal"))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        fields = ", ".join(Proposal.model_fields)
        raise UsageError(f"--proposal: {where}: {first['msg']}", f"A proposal has {fields}.") from error
