"""The evidence about one origin: two questions beyond the run's rows, bounded, and through the untrusted pipeline."""

from collections.abc import Awaitable, Callable, Mapping

import anyio

from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.errors import ControlPlaneError, MissingRoute, UsageError
from operator_mcp.investigation.bounds import bounded
from operator_mcp.investigation.loglines import telling, told_error, told_input
from operator_mcp.investigation.texts import strip_prefixes
from operator_mcp.investigation.upstream import upstream
from operator_mcp.models import Caller, Details, Finding, Hop, Kind, LogEntry, Run, Status, Trace
from operator_mcp.untrusted import scrub

INPUT_CHARS = 16_000
CALLER_CHARS = 4_000
NOTES = 20

NEVER_RAN: frozenset[Kind] = frozenset({"unreachable", "capacity"})
"""Kinds where the agent never saw the call: it can have written no logs."""


async def assemble(
    control_plane: ControlPlane, run: Run, finding: Finding, read_logs: Mapping[str, tuple[LogEntry, ...]] | None = None
) -> Trace | None:
    """Give the evidence about the origin of a finding, redacted; None where the finding names none.

    Asks for the origin's logs (unless they are among `read_logs`) and details, side by side. What cannot be had is
    stated in `unavailable` and stops nothing: the rows of the run are evidence by themselves.
    """
    origin = finding.origin
    if origin is None:
        return None
    unavailable = list(run.unavailable)
    logs, details = await _fetched(control_plane, origin.execution_id, unavailable, read_logs or {})
    hop = _completed(origin, details)
    if hop.input is None and (told := told_input(logs)) is not None:
        hop = hop.model_copy(update={"input": told})
    return scrub(_trace(run, finding, hop, logs, details, unavailable))


async def _fetched(
    control_plane: ControlPlane, id: str, unavailable: list[str], read_logs: Mapping[str, tuple[LogEntry, ...]]
) -> tuple[tuple[LogEntry, ...], Details | None]:
    logs = list(read_logs.get(id, ()))
    found: list[Details] = []

    async def fetch_logs() -> None:
        logs.extend(await control_plane.logs(id))

    async def fetch_details() -> None:
        found.append(await control_plane.details(id))

    async with anyio.create_task_group() as tasks:
        if id not in read_logs:
            tasks.start_soon(_stating, fetch_logs, "logs", unavailable)
        tasks.start_soon(_stating, fetch_details, "details (notes, approval)", unavailable)
    return tuple(logs), found[0] if found else None


async def _stating(fetch: Callable[[], Awaitable[None]], what: str, unavailable: list[str]) -> None:
    """Fetch, or state what could not be had: a missing piece is no reason to give no trace."""
    try:
        await fetch()
    except MissingRoute:
        unavailable.append(f"{what}: this control plane's UI routes are off")
    except (ControlPlaneError, UsageError) as e:
        unavailable.append(f"{what}: {e.what}")


def _completed(hop: Hop, details: Details | None) -> Hop:
    """Add what the rows do not carry: the approval, and payloads that stand in the payload store."""
    if details is None:
        return hop
    return hop.model_copy(
        update={
            "input": hop.input if hop.input not in (None, "", {}) else details.input,
            "result": hop.result if hop.result is not None else details.result,
            "error": hop.error or details.error,
            "status_reason": hop.status_reason or details.status_reason,
            "approval_status": details.approval_status or hop.approval_status,
        }
    )


def _trace(
    run: Run,
    finding: Finding,
    hop: Hop,
    logs: tuple[LogEntry, ...],
    details: Details | None,
    unavailable: list[str],
) -> Trace:
    error, stated = _error(hop, logs)
    shown, left_out = telling(logs)
    notes = details.notes if details else ()
    caller, missing = _caller(run, hop)
    unavailable += stated + missing + _empty(hop, finding.kind, logs, unavailable)
    return Trace(
        run_id=run.run_id,
        execution_id=hop.execution_id,
        agent=hop.agent,
        reasoner=hop.reasoner,
        status=hop.status,
        kind=finding.kind,
        error=error,
        raw_error=hop.error or "",
        status_reason=hop.status_reason,
        approval_status=hop.approval_status,
        input=bounded(hop.input, INPUT_CHARS),
        result=bounded(hop.result, INPUT_CHARS),
        logs=shown,
        logs_left_out=left_out,
        notes=notes[-NOTES:],
        caller=caller,
        upstream=upstream(run, hop) if finding.kind in ("error", "bad_response") else None,
        unavailable=tuple(dict.fromkeys(unavailable)),
    )


def _error(hop: Hop, logs: tuple[LogEntry, ...]) -> tuple[str, list[str]]:
    if hop.error and hop.error.strip():
        return strip_prefixes(hop.error), []
    told = told_error(logs)
    if told is None:
        expected = hop.status in (Status.FAILED, Status.TIMEOUT)
        return "", ["error text: the execution has none, and its log tells none"] if expected else []
    text, seq = told
    return strip_prefixes(text), [f"error text: the execution has none; taken from log entry {seq}"]


def _caller(run: Run, hop: Hop) -> tuple[Caller | None, list[str]]:
    if hop.parent_id is None or hop.parent_id == hop.execution_id:
        return None, []
    parent = next((other for other in run.hops if other.execution_id == hop.parent_id), None)
    if parent is None:
        return None, [f"caller: {hop.parent_id} is not among the run's executions"]
    caller = Caller(
        execution_id=parent.execution_id,
        agent=parent.agent,
        reasoner=parent.reasoner,
        input=bounded(parent.input, CALLER_CHARS),
        error=parent.error,
    )
    return caller, []


def _empty(hop: Hop, kind: Kind, logs: tuple[LogEntry, ...], stated: list[str]) -> list[str]:
    """State what came back empty although it should be there."""
    missing: list[str] = []
    if not logs and kind not in NEVER_RAN and not any(line.startswith("logs") for line in stated):
        missing.append("logs: none are there; the control plane keeps them for 24 hours unless configured otherwise")
    if hop.input is None:
        missing.append("input: none is recorded")
    return missing
