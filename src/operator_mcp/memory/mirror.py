"""The mirror: the copy of memory in the control plane, kept from an outbox in the ledger. Written, never believed."""

import logging

import anyio
from anyio.to_thread import run_sync
from pydantic import JsonValue

from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.errors import ControlPlaneError, MissingRoute, OperatorError, Unauthorized, Unreachable
from operator_mcp.ledger import Ledger, Mirror
from operator_mcp.memory.copies import copy_of, digest, key

ACTOR = "mirror"
PASS_S = 30
"""One pass ends by then, well within the minute for which its copies are claimed."""

BRIEF_S = 2
"""How long a command that is done waits for the mirror; what is left is caught up later."""

TICK_S = 1.0
REST_S = 30.0
"""A pause after the ledger could not be read."""

CLOSED = (Unreachable, Unauthorized, MissingRoute)
"""Answers after which no other copy is tried in the same pass."""

logger = logging.getLogger(__name__)


async def keep_mirrored(ledger: Ledger, control_plane: ControlPlane, fleet: str) -> None:
    """Bring copies up to date as long as the process serves; what fails is tried again later and later."""
    version = -1
    while True:
        try:
            newest = await run_sync(ledger.memory_version, fleet)
            with anyio.move_on_after(PASS_S):
                await catch_up(ledger, control_plane, fleet, answering=newest != version)
            version = newest
        except OperatorError as error:
            logger.warning("the mirror rests for %d s: %s", REST_S, error)
            await anyio.sleep(REST_S)
        await anyio.sleep(TICK_S)


async def catch_up_briefly(ledger: Ledger, control_plane: ControlPlane, fleet: str) -> None:
    """Bring copies up to date after a verb, as far as that goes in two seconds."""
    with anyio.move_on_after(BRIEF_S):
        await catch_up(ledger, control_plane, fleet, answering=control_plane.requests > 0)


async def catch_up(ledger: Ledger, control_plane: ControlPlane, fleet: str, *, answering: bool) -> int:
    """Bring the copies that are due up to date, once each; give how many were.

    With `answering` (the control plane has just answered something) those are due too that wait for having failed.
    A control plane that does not answer or refuses loses nothing: its copies stay in the outbox.

    Raises:
        LedgerError: the ledger cannot be used.
    """
    if answering:
        await run_sync(ledger.hasten_mirrors, fleet)
    done = 0
    closed = ""
    for mirror in await run_sync(ledger.pending_mirrors, fleet):
        try:
            if not closed:
                await _bring(ledger, control_plane, mirror)
                done += 1
        except CLOSED as error:
            closed = error.what
        except ControlPlaneError as error:
            await run_sync(ledger.mirror_failed, mirror.mirror_id, error.what)
        if closed:
            await run_sync(ledger.mirror_failed, mirror.mirror_id, closed)
    return done


async def _bring(ledger: Ledger, control_plane: ControlPlane, mirror: Mirror) -> None:
    where, fingerprint = key(mirror.fingerprint), mirror.fingerprint
    there = await control_plane.memory_get(where)
    own = await run_sync(ledger.own_copies, mirror.fleet, fingerprint)
    foreign = there is not None and digest(there) not in own
    if mirror.memory is None:
        await _remove(ledger, control_plane, where, there, fingerprint, foreign)
    else:
        ours = copy_of(mirror.memory, mirror.fleet)
        await run_sync(ledger.note_copy, mirror.fleet, fingerprint, digest(ours))
        if there is None or digest(there) != digest(ours):
            await control_plane.memory_set(where, ours)
            if foreign:
                await _tell(ledger, "overwrote another writer's value", fingerprint, where, there)
    await run_sync(ledger.mirror_done, mirror.mirror_id)


async def _remove(
    ledger: Ledger, control_plane: ControlPlane, where: str, there: JsonValue, fingerprint: str, foreign: bool
) -> None:
    if foreign:
        await _tell(ledger, "left another writer's value", fingerprint, where, there)
    elif there is not None:
        await control_plane.memory_delete(where)


async def _tell(ledger: Ledger, action: str, fingerprint: str, where: str, there: JsonValue) -> None:
    """Write it down without quoting it: the words are a stranger's."""
    detail = f"{where} held {len(str(there))} characters that are not ours, digest {digest(there)[:16]}"
    await run_sync(ledger.record, ACTOR, action, fingerprint, detail)
