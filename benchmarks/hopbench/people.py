"""What happens to a run from outside: people who answer or cancel, processes that die, the reaper."""

import asyncio
from typing import TYPE_CHECKING

from benchmarks.hopbench.failure import Failure, overdue
from benchmarks.hopbench.plane import Birth, Fate, Plane, Row
from benchmarks.hopbench.program import Ask, Meddle, Restart
from operator_mcp.models import Status

if TYPE_CHECKING:
    from benchmarks.hopbench.sdk import Agents


async def answer(agents: "Agents", row: Row, act: Ask) -> None:
    """Wait for a person. A no ends the row at the control plane at once; what the gate reports later overwrites that.

    Raises:
        Failure: the gate's own words after a no.
    """
    row.status, row.reason, row.approval = Status.WAITING, "waiting_for_approval", "pending"
    if act.answer == "never":
        await asyncio.Event().wait()
    await asyncio.sleep(act.after)
    row.approval = act.answer
    if act.answer == "approved":
        row.status, row.reason = Status.RUNNING, "approval_granted"
        return
    row.status = Status.CANCELLED
    row.reason = f"approval_rejected: {act.words}" if act.answer == "rejected" else "approval_expired"
    row.ending = Birth([row], "human", "human", detectable=True)
    row.done.set()
    if act.soft:
        return
    await asyncio.sleep(0.02)
    if act.own_words:
        raise Failure(act.own_words, row.ending)
    row.ended = agents.plane.stamp()
    row.duration_ms = round((row.ended - row.begun) * 1000)
    row.gone = True
    await asyncio.Event().wait()


async def meddle(agents: "Agents", row: Row, act: Meddle) -> None:
    """Cancel one hop, or all that is open in its run, as a person does. The agents obey, or never answer."""
    await asyncio.sleep(act.after)
    cancelled = [r for r in agents.plane.rows if r.open and (act.tree or r is row)]
    birth = Birth(cancelled, "cancelled", "human", detectable=True)
    for hop in cancelled:
        hop.status, hop.reason, hop.ending = Status.CANCELLED, act.words, birth
        hop.done.set()
    for hop in cancelled:
        if hop.task is not None:
            hop.cancel_asked = act.acks
            hop.task.cancel()


async def restart(agents: "Agents", act: Restart) -> None:
    """Let one agent's process die and come back: the control plane fails all its open rows in one moment."""
    await asyncio.sleep(act.after)
    orphans = [row for row in agents.plane.rows if row.open and row.agent == act.agent]
    old, new = (f"{agents.rng.getrandbits(48):012x}" for _ in range(2))
    text = (
        f"agent_restart_orphaned: {act.agent} re-registered with new instance {new} (was {old}); "
        "previous process is gone, in-flight reasoner cannot be revived"
    )
    birth = Birth(orphans[::-1], "orphaned", "unavailable", detectable=True)
    at = agents.plane.stamp()
    for row in orphans:
        row.status, row.reason, row.error, row.ended = Status.FAILED, text, text, at
        row.ending, row.gone = birth, True
        row.done.set()
        if row.task is not None:
            row.task.cancel()


def reap(plane: Plane) -> None:
    """Close all quiet rows as the reaper does: `timeout`, no reason, later than any real end."""
    quiet = [row for row in plane.rows if row.status is Status.RUNNING]
    for row in quiet:
        row.ending = row.ending or overdue(row)
    for row in quiet:
        row.status, row.error, row.ended = Status.TIMEOUT, "execution timed out (no activity)", plane.stamp()
        row.duration_ms = round((row.ended - row.begun) * 1000)
        row.gone = True
        if row.parent is not None and row.parent not in quiet:
            row.fate = row.fate or Fate.COLLATERAL
