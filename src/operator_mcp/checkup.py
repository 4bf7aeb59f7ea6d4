"""The check-up behind `operator-mcp doctor`: each thing the operator stands on, tried for real."""

import re
import shutil
import sys

import anyio
from anyio.to_thread import run_sync
from pydantic import BaseModel, ConfigDict

from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.diagnosis.model.prices import price_of
from operator_mcp.diagnosis.model.providers import connect
from operator_mcp.errors import OperatorError
from operator_mcp.fixing.repository import locate
from operator_mcp.ledger import Ledger
from operator_mcp.policy import cap_usd
from operator_mcp.settings import Repository, Settings

OLDEST_GIT = (2, 38)


class Finding(BaseModel):
    """One thing looked at: how it is, and what to do where it is not well."""

    model_config = ConfigDict(frozen=True)

    what: str
    ok: bool
    detail: str


async def examine(settings: Settings) -> list[Finding]:
    """Try everything and give one finding each; nothing raises, nothing stops at the first trouble."""
    findings = [
        Finding(what="settings", ok=True, detail=str(settings.source or "no operator.toml: defaults and environment")),
        Finding(what="cap", ok=True, detail=f"${cap_usd(settings.cap_usd)} per case"),
        await _control_plane(settings),
        await _ledger(settings),
        await _git(),
        await _model(settings),
    ]
    for agent, repository in settings.repositories.items():
        findings.append(await _repository(agent, repository))
    if not settings.repositories:
        findings.append(
            Finding(what="repositories", ok=True, detail="none configured: the operator reads and drafts no fix")
        )
    return findings


async def _control_plane(settings: Settings) -> Finding:
    what = f"control plane {settings.fleet_name}"
    try:
        async with ControlPlane(settings.control_plane_url, settings.control_plane_key) as control_plane:
            page = await control_plane.runs(page=1, page_size=1)
    except OperatorError as error:
        return Finding(what=what, ok=False, detail=str(error))
    return Finding(what=what, ok=True, detail=f"answers; {page.total} runs")


async def _ledger(settings: Settings) -> Finding:
    try:
        ledger = await run_sync(Ledger.open, settings.ledger_url)
        ledger.close()
    except OperatorError as error:
        return Finding(what="ledger", ok=False, detail=str(error))
    return Finding(what="ledger", ok=True, detail=str(settings.home / "ledger.db"))


async def _git() -> Finding:
    if shutil.which("git") is None:
        return Finding(what="git", ok=False, detail="git is not on PATH. Install it to draft fixes.")
    told = (await anyio.run_process(["git", "--version"])).stdout.decode()
    number = re.search(r"(\d+)\.(\d+)", told)
    new_enough = number is not None and (int(number[1]), int(number[2])) >= OLDEST_GIT
    wanted = "" if new_enough else f" Fixes need {OLDEST_GIT[0]}.{OLDEST_GIT[1]} (merge-tree --write-tree)."
    return Finding(what="git", ok=new_enough, detail=told.strip() + wanted)


async def _model(settings: Settings) -> Finding:
    """Whether the model can be asked, without asking it: a call is paid for."""
    if settings.model is None:
        return Finding(what="model", ok=True, detail="none configured: rules alone read causes")
    what = f"model {settings.model}"
    try:
        connected = await run_sync(connect, settings)
        read, written = price_of(connected.provider, connected.name, settings.model_price).most_per_mtok()
    except OperatorError as error:
        return Finding(what=what, ok=False, detail=str(error))
    return Finding(what=what, ok=True, detail=f"one call a case, at most ${read:.2f}/${written:.2f} per million tokens")


async def _repository(agent: str, repository: Repository) -> Finding:
    what = f"repository of {agent}"
    try:
        base = await (await locate(repository)).base()
    except OperatorError as error:
        return Finding(what=what, ok=False, detail=str(error))
    program = repository.suite[0] if repository.suite else ""
    runner = sys.executable if program == "python" else shutil.which(program)
    if runner is None:
        return Finding(what=what, ok=False, detail=f"suite: {program!r} is not on PATH. Install it or mend suite.")
    return Finding(what=what, ok=True, detail=f"{repository.path}, {repository.base} at {base[:10]}")
