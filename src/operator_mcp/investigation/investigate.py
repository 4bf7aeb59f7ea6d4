"""Looking into one run: fetch it, find where it began, gather the evidence, keep the answer."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

import anyio
from anyio.to_thread import run_sync

from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.errors import ControlPlaneError, UsageError
from operator_mcp.investigation.origin import find_origin, wanted_logs
from operator_mcp.investigation.settled import settled
from operator_mcp.investigation.signature import signature
from operator_mcp.investigation.trace import assemble
from operator_mcp.ledger import Investigation, Ledger
from operator_mcp.models import Finding, LogEntry, Run
from operator_mcp.untrusted import scrub


async def investigate(
    control_plane: ControlPlane, ledger: Ledger, fleet: str, id: str, *, now: datetime
) -> Investigation:
    """Give what is known of the run that `id` (a run or any execution of it) belongs to.

    A run that has ended is asked for once: afterwards the ledger answers, without a request. Where something may still
    come (a row is open, or logs are on their way), the answer is not kept yet.

    Raises:
        UnknownId: no run or execution has that id.
        ControlPlaneError: the control plane did not answer as it should.
    """
    kept = await run_sync(ledger.investigation, fleet, id)
    if kept is not None:
        return kept
    run = await control_plane.run(await control_plane.locate(id))
    finding, logs = await _find(control_plane, run)
    trace = await assemble(control_plane, run, finding, logs)
    found = Investigation(
        finding=scrub(_without_payloads(finding)),
        trace=trace,
        signature=signature(finding.origin, finding.kind) if finding.origin else "",
    )
    if finding.verdict != "unfinished" and settled(run, trace, now):
        executions = [hop.execution_id for hop in run.hops]
        await run_sync(
            lambda: ledger.keep_investigation(
                fleet, found.finding, trace, signature=found.signature, executions=executions
            )
        )
    return found


Logs = Mapping[str, tuple[LogEntry, ...]]


async def _find(control_plane: ControlPlane, run: Run) -> tuple[Finding, Logs]:
    """Name the origin; where that is unsure, once more with the logs that could decide it."""
    finding = find_origin(run)
    logs = await _logs(control_plane, wanted_logs(run, finding))
    return (find_origin(run, logs) if logs else finding), logs


async def _logs(control_plane: ControlPlane, ids: tuple[str, ...]) -> Logs:
    logs: dict[str, tuple[LogEntry, ...]] = {}

    async def fetch(id: str) -> None:
        # The verdict stands without them; the trace tells what was not available.
        with suppress(ControlPlaneError, UsageError):
            logs[id] = await control_plane.logs(id)

    async with anyio.create_task_group() as tasks:
        for id in ids:
            tasks.start_soon(fetch, id)
    return logs


def _without_payloads(finding: Finding) -> Finding:
    """Drop the origin's input and result: the trace carries them, once and redacted."""
    if finding.origin is None:
        return finding
    return finding.model_copy(update={"origin": finding.origin.model_copy(update={"input": None, "result": None})})
