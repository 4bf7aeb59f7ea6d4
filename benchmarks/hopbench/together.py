"""Many calls at once, in the ways in which Python programs await them."""

import asyncio
from typing import TYPE_CHECKING

from benchmarks.hopbench.failure import Failure, summed
from benchmarks.hopbench.plane import Birth, Fate, Row
from benchmarks.hopbench.program import Fan
from operator_mcp.models import Status

if TYPE_CHECKING:
    from benchmarks.hopbench.sdk import Agents

Calls = list["asyncio.Task[None]"]


async def fan(agents: "Agents", row: Row, act: Fan) -> None:
    """Start all parts of a fan and await them as its mode says.

    Raises:
        Failure: as the mode has it.
    """
    calls = [agents.spawn(_branch(agents, row, act, k)) for k in range(len(act.parts))]
    if act.mode == "gather":
        await asyncio.gather(*calls)
    elif act.mode in ("task_group", "cancel_rest"):
        await _first_failure_ends(agents, row, act, calls)
    else:
        await _all_then_judge(agents, row, act, calls)


async def _branch(agents: "Agents", row: Row, act: Fan, k: int) -> None:
    await asyncio.sleep(k * act.stagger)
    try:
        await agents.invoke(row, act.parts[k])
    except Failure as failure:
        if k not in act.safe:
            raise
        agents.handle(failure)
        if act.guard.logged:
            agents.plane.log(row, "warning", agents.words.caught(act.parts[k].reasoner, failure.text))


async def _first_failure_ends(agents: "Agents", row: Row, act: Fan, calls: Calls) -> None:
    await asyncio.wait(calls, return_when=asyncio.FIRST_EXCEPTION)
    failed = failures(calls)
    if not failed:
        return
    inflight = [child for child in row.awaiting if child.open]
    if act.mode == "cancel_rest":
        cancel_rows(agents, inflight)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    row.awaiting.clear()
    if act.mode == "task_group":
        raise regrouped(failed)
    raise failed[0]


def regrouped(failed: list[Failure]) -> Failure:
    """Give what a task group raises: a count, and no words of the failures themselves."""
    count = f"{len(failed)} sub-exception{'s' if len(failed) > 1 else ''}"
    return Failure(f"unhandled errors in a TaskGroup ({count})", summed([f.birth for f in failed]), via_of(failed))


def cancel_rows(agents: "Agents", rows: list[Row]) -> None:
    """Have dispatched rows cancelled through the control plane; most agents obey, some never answer."""
    for child in rows:
        if child.step:
            continue
        child.fate = Fate.COLLATERAL
        child.status, child.reason = Status.CANCELLED, agents.words.sibling()
        if child.task is not None:
            child.cancel_asked = agents.rng.random() < 0.75
            child.task.cancel()


async def _all_then_judge(agents: "Agents", row: Row, act: Fan, calls: Calls) -> None:
    await asyncio.gather(*calls, return_exceptions=True)
    failed = failures(calls)
    if not failed:
        return
    if act.mode == "first":
        raise failed[0]
    failed.sort(key=lambda failure: max(via.ended or 0.0 for via in failure.via) if failure.via else 0.0)
    if act.mode == "collect" or (act.mode == "quorum" and len(failed) <= act.spare):
        for failure in failed:
            agents.handle(failure)
        if act.guard.logged:
            agents.plane.log(row, "warning", agents.words.missing(len(failed), len(calls)))
        return
    texts = [failure.text for failure in failed]
    say = agents.words.quorum if act.mode == "quorum" else agents.words.summary
    birth: Birth = summed([failure.birth for failure in failed])
    raise Failure(say(len(failed), len(calls), texts), birth, via_of(failed))


def failures(calls: Calls) -> list[Failure]:
    """Give the failures of those calls that have ended, in the order of the calls."""
    ended = [call.exception() for call in calls if call.done() and not call.cancelled()]
    for error in ended:
        if error is not None and not isinstance(error, Failure):
            raise error
    return [error for error in ended if isinstance(error, Failure)]


def via_of(failed: list[Failure]) -> tuple[Row, ...]:
    """Give the rows that several failures left last."""
    return tuple(via for failure in failed for via in failure.via)
