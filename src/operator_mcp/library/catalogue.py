"""The list of resources, with what memory holds just now, and subscriptions in the era before 2026-07-28.

The SDK (2.3) lists only what was registered and serves no `resources/subscribe`: both are handlers of its low-level
server, which `MCPServer` keeps to itself.
"""

from functools import partial

from anyio.to_thread import run_sync
from mcp.server import NotificationOptions
from mcp.server.connection import Connection
from mcp.server.context import ServerRequestContext
from mcp.server.mcpserver import MCPServer
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    EmptyResult,
    ListResourcesResult,
    PaginatedRequestParams,
    Resource,
    SubscribeRequestParams,
    UnsubscribeRequestParams,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from operator_mcp.casework import Casework
from operator_mcp.errors import UsageError
from operator_mcp.ledger import Ledger
from operator_mcp.library.addresses import BACKLOG, MEMORY, backlog_uri, memory_uri
from operator_mcp.library.audience import Audience
from operator_mcp.library.memories import BACKLOG_TEXT, MEMORY_TEXT

LISTED = 20
"""So many memories and reasoners are in the catalogue; `operator://memory` and `operator://backlog` have them all."""

JSON = "application/json"
Ctx = ServerRequestContext[Casework]


def add_catalogue(server: MCPServer[Casework], audience: Audience) -> None:
    """Serve the list of resources and the subscriptions to them."""
    lowlevel = server._lowlevel_server

    async def list_resources(ctx: Ctx, params: PaginatedRequestParams) -> ListResourcesResult:
        if ctx.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            audience.seat(_connection(ctx))
        casework = ctx.lifespan_context
        found = await run_sync(remembered, casework.ledger, casework.fleet)
        return ListResourcesResult(resources=[*await server.list_resources(), *found])

    async def subscribe(ctx: Ctx, params: SubscribeRequestParams) -> EmptyResult:
        try:
            audience.subscribe(_connection(ctx), str(params.uri))
        except UsageError as error:
            raise MCPError(INVALID_PARAMS, str(error)) from error
        return EmptyResult()

    async def unsubscribe(ctx: Ctx, params: UnsubscribeRequestParams) -> EmptyResult:
        audience.unsubscribe(_connection(ctx), str(params.uri))
        return EmptyResult()

    lowlevel.add_request_handler("resources/list", PaginatedRequestParams, list_resources)
    lowlevel.add_request_handler("resources/subscribe", SubscribeRequestParams, subscribe)
    lowlevel.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, unsubscribe)
    told = partial(lowlevel.create_initialization_options, NotificationOptions(resources_changed=True))
    setattr(lowlevel, "create_initialization_options", told)  # noqa: B010 - an instance's own method, for the SDK to call


def remembered(ledger: Ledger, fleet: str) -> list[Resource]:
    """Give the catalogue's entries of memory and backlog. Names are fingerprints: no text of a trace is in them."""
    memories = ledger.memories(fleet, limit=LISTED).memories
    reasoners = ledger.reasoners(fleet)[:LISTED]
    return [
        Resource(uri=MEMORY, name="memory", mime_type=JSON, description=MEMORY_TEXT),
        Resource(uri=BACKLOG, name="backlog", mime_type=JSON, description=BACKLOG_TEXT),
        *(
            Resource(uri=memory_uri(m.fingerprint), name=m.fingerprint, mime_type=JSON, description="A failure known.")
            for m in memories
        ),
        *(Resource(uri=backlog_uri(r.reasoner), name=f"backlog of {r.reasoner}", mime_type=JSON) for r in reasoners),
    ]


def _connection(ctx: Ctx) -> Connection:
    return ctx.session._connection
