"""The story behind `operator-mcp demo`: a failed run, its origin, its cause, a checked fix, a human's decision."""

import shlex
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import anyio
from rich.prompt import Prompt

from operator_mcp import terminal
from operator_mcp.answers import Drafted
from operator_mcp.casework import Casework, open_casework
from operator_mcp.demo.sample import PREPARED_PATCH, Sample, create_sample
from operator_mcp.demo.serving import serve as serve_fleet
from operator_mcp.demo.stories import believable_fleet
from operator_mcp.drawing.folding import fold
from operator_mcp.settings import FILE_NAME, Settings, load

APPROVER = "demo:terminal"


async def take(*, serve: bool) -> int:
    """Boot the embedded fleet and the sample repository in a temporary folder, then tell the story or keep serving.

    Gives the exit code: 0, or 1 where the fix did not come as far as a human's decision.
    """
    folder = Path(tempfile.mkdtemp(prefix="operator-demo-"))
    async with boot(folder) as (settings, sample):
        if serve:
            return await _keep_serving(settings)
        async with open_casework(settings, actor="demo") as casework:
            return await _tell(casework, sample, folder)


@asynccontextmanager
async def boot(folder: Path) -> AsyncIterator[tuple[Settings, Sample]]:
    """Serve the embedded fleet and lay the sample repository and an `operator.toml` for both into the folder."""
    sample = await anyio.to_thread.run_sync(create_sample, folder / "repository")
    async with serve_fleet(believable_fleet(datetime.now(UTC))) as url:
        config = folder / FILE_NAME
        config.write_text(_toml(url, sample), encoding="utf-8")
        yield load(config, environ={}), sample


def _toml(url: str, sample: Sample) -> str:
    suite = ", ".join(f'"{part}"' for part in sample.suite)
    return (
        f'control_plane_url = "{url}"\nfleet = "demo"\nhome = "home"\n\n'
        f'[repositories."{sample.agent}"]\npath = "{sample.path}"\nbase = "{sample.base}"\nsuite = [{suite}]\n'
    )


async def _tell(casework: Casework, sample: Sample, folder: Path) -> int:
    _heading("1. What failed?", "list_failures")
    terminal.failures(await casework.list_failures(limit=10))
    _heading("2. Where did it begin?", f"get_failed_hop({sample.run_id})")
    terminal.hop(await casework.get_failed_hop(sample.run_id), fold(*await casework.anatomy(sample.run_id)))
    _heading("3. Why?", f"diagnose({sample.run_id})")
    terminal.diagnosis(await casework.diagnose(sample.run_id))
    _heading("4. A fix", f"draft_fix({sample.run_id}, patch)")
    terminal.console.print("The patch was prepared for this demo; the clone, the checks and the branch are real.")
    fix = await casework.draft_fix(sample.run_id, PREPARED_PATCH, _progress)
    diff = await casework.diff(fix.fix_id) if fix.fix_id else None
    if diff:
        terminal.diff(diff)
    terminal.fix(fix)
    if fix.fix_id is None or fix.state != "awaiting_approval":
        return 1
    await _decide(casework, fix, fix.fix_id, folder / FILE_NAME)
    return 0


async def _decide(casework: Casework, fix: Drafted, fix_id: str, config: Path) -> None:
    _heading("5. A human decides", "nothing is merged without one")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        terminal.console.print("Waiting for approval. A human decides with one of:")
        for verb in ("approve", "reject"):
            print(f"  operator-mcp {verb} {fix_id} --config {shlex.quote(str(config))}")
        return
    choices = ["approve", "reject", "later"]
    answer = await anyio.to_thread.run_sync(lambda: Prompt.ask(f"Merge {fix_id}?", choices=choices, default="later"))
    if answer == "later":
        terminal.console.print(f"It waits until {fix.approval.expires_at:%d %b %H:%M} UTC. Decide with:")
        print(f"  operator-mcp approve {fix_id} --config {shlex.quote(str(config))}")
        return
    terminal.fix(await casework.decide(fix_id, answer == "approve", by=APPROVER, digest=fix.diff_digest))


async def _keep_serving(settings: Settings) -> int:
    config = str(settings.source)
    program = shutil.which("operator-mcp") or "operator-mcp"
    line = shlex.join([program, "serve", "--config", config])
    print(f"The embedded fleet answers at {settings.control_plane_url}. Ctrl-C ends it.\n")
    print(f"Claude Code:  claude mcp add operator -- {line}")
    print(f"Codex:        codex mcp add operator -- {line}")
    gemini = shlex.join(["-e", f"OPERATOR_CONFIG={config}", "operator", program, "serve"])
    print(f"Gemini CLI:   gemini mcp add -s user {gemini}\n")
    print(f"Or here:      operator-mcp failures --config {shlex.quote(config)}", flush=True)
    await anyio.sleep_forever()
    return 0


def _heading(title: str, call: str) -> None:
    terminal.console.print()
    terminal.console.rule(f"[bold]{title}[/bold]  [dim]{call}[/dim]", align="left")


async def _progress(message: str) -> None:
    terminal.console.print(f"  {message}", style="dim")
