"""What goes on beside the calls while a server is up: telling subscribers of changes, and the mirror."""

import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import anyio
from anyio.to_thread import run_sync

from operator_mcp.casework import Casework
from operator_mcp.errors import LedgerError
from operator_mcp.ledger import Ledger
from operator_mcp.library.addresses import touched
from operator_mcp.library.audience import Audience
from operator_mcp.library.catalogue import remembered
from operator_mcp.memory.mirror import keep_mirrored

TICK_S = 0.5
"""So late at most are subscribers told of what any process changed; a look costs one query of an index."""

REST_S = 10.0

logger = logging.getLogger(__name__)


@asynccontextmanager
async def kept_up(opened: AbstractAsyncContextManager[Casework], audience: Audience) -> AsyncIterator[Casework]:
    """Open the casework with its background tasks, and end both together."""
    async with opened as casework, anyio.create_task_group() as tasks:
        version = await run_sync(casework.ledger.memory_version, casework.fleet)
        tasks.start_soon(tell_changes, casework.ledger, casework.fleet, audience, version)
        if casework.settings.mirror:
            tasks.start_soon(keep_mirrored, casework.ledger, casework.control_plane, casework.fleet)
        yield casework
        tasks.cancel_scope.cancel()


async def tell_changes(ledger: Ledger, fleet: str, audience: Audience, version: int) -> None:
    """Follow memory from a version on, whichever process changes it, and tell the audience."""
    listed: frozenset[str] | None = None
    while True:
        try:
            newest = await run_sync(ledger.memory_version, fleet)
            if newest != version or listed is None:
                await audience.updated(touched(await run_sync(ledger.memory_changed, fleet, version)))
                now = await _listed(ledger, fleet)
                if listed is not None and now != listed:
                    await audience.catalogue_changed()
                version, listed = newest, now
        except LedgerError as error:
            logger.warning("memory is not followed for %d s: %s", REST_S, error)
            await anyio.sleep(REST_S)
        await anyio.sleep(TICK_S)


async def _listed(ledger: Ledger, fleet: str) -> frozenset[str]:
    return frozenset(resource.uri for resource in await run_sync(remembered, ledger, fleet))
