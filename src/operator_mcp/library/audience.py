"""Who is told when memory changes: subscribers of both protocol eras."""

import anyio
from mcp.server.connection import Connection
from mcp.server.subscriptions import InMemorySubscriptionBus, ResourcesListChanged, ResourceUpdated

from operator_mcp.errors import UsageError
from operator_mcp.library.addresses import canonical, spellings

MOST_URIS = 500
"""So many addresses may one connection subscribe to."""

PATIENCE_S = 2
"""A client that does not take a notification by then is passed over: the next change comes, and it may read anyway."""


class Audience:
    """The subscribers of one server process.

    In the 2026-07-28 era clients listen on streams, which the SDK serves from `bus`. In the era before, they subscribe
    on their connection: those are kept here until the connection closes.
    """

    def __init__(self) -> None:
        self.bus = InMemorySubscriptionBus()
        self._seats: dict[Connection, dict[str, str]] = {}

    def seat(self, connection: Connection) -> None:
        """Keep a connection of the era before, to be told of changes of the catalogue until it closes."""
        if connection not in self._seats:
            self._seats[connection] = {}
            connection.exit_stack.callback(self._seats.pop, connection, None)

    def subscribe(self, connection: Connection, uri: str) -> None:
        """Tell a connection whenever the resource at an address has changed, by the spelling it was given.

        Raises:
            UsageError: the connection has too many subscriptions.
        """
        self.seat(connection)
        wanted = self._seats[connection]
        if len(wanted) >= MOST_URIS and canonical(uri) not in wanted:
            raise UsageError(f"this connection has {MOST_URIS} subscriptions", "Unsubscribe from some first.")
        wanted[canonical(uri)] = uri

    def unsubscribe(self, connection: Connection, uri: str) -> None:
        """Tell a connection no more about an address; nothing happens where it was not subscribed."""
        self._seats.get(connection, {}).pop(canonical(uri), None)

    async def updated(self, uris: list[str]) -> None:
        """Tell who subscribed to one of the addresses that it has other content now."""
        for uri in uris:
            for spelling in spellings(uri):
                await self.bus.publish(ResourceUpdated(uri=spelling))
        for connection, wanted in list(self._seats.items()):
            for uri in uris:
                if uri in wanted:
                    await _send(connection, "notifications/resources/updated", {"uri": wanted[uri]})

    async def catalogue_changed(self) -> None:
        """Tell everyone who asked for it that the list of resources is another one."""
        await self.bus.publish(ResourcesListChanged())
        for connection in list(self._seats):
            await _send(connection, "notifications/resources/list_changed", None)


async def _send(connection: Connection, method: str, params: dict[str, str] | None) -> None:
    with anyio.move_on_after(PATIENCE_S):
        await connection.notify(method, params)
