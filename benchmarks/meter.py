"""Meters around the real client: what it asks for, what comes back, and how long is spent outside of it."""

from collections.abc import AsyncIterator, Awaitable, Sequence
from datetime import datetime
from time import perf_counter, process_time
from typing import Literal, TypeVar

import httpx2

from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.models import Details, LogEntry, Note, Run, RunPage

T = TypeVar("T")


class MeteredTransport(httpx2.AsyncBaseTransport):
    """The network, counted: requests sent and bytes of bodies received."""

    def __init__(self) -> None:
        self._network = httpx2.AsyncHTTPTransport()
        self.requests: list[str] = []
        self.bytes = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request and count it."""
        self.requests.append(f"{request.method} {request.url.path}")
        response = await self._network.handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Counted(response.stream, self)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._network.aclose()


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, meter: MeteredTransport) -> None:
        self._stream = stream
        self._meter = meter

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._meter.bytes += len(chunk)
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class MeteredControlPlane(ControlPlane):
    """The real client, with stopwatches: `waited` sums the seconds in which a question was being asked or read.

    Waiting and parsing happen inside the client, so what is left of a call is the server's own time. `worked` is the
    same in processor seconds, which other programs of the machine do not lengthen.
    """

    def __init__(self, url: str, transport: MeteredTransport) -> None:
        super().__init__(url, transport=transport)
        self.waited = 0.0
        self._asking = 0
        self.worked = 0.0
        self._since = (0.0, 0.0)

    async def run(self, run_id: str) -> Run:
        """Ask as the real client does."""
        return await self._timed(super().run(run_id))

    async def runs(
        self,
        *,
        page: int = 1,
        page_size: int = 100,
        since: datetime | None = None,
        sort_by: Literal["updated_at", "started_at"] = "updated_at",
        search: str | None = None,
        run_id: str | None = None,
    ) -> RunPage:
        """Ask as the real client does."""
        asked = super().runs(page=page, page_size=page_size, since=since, sort_by=sort_by, search=search, run_id=run_id)
        return await self._timed(asked)

    async def locate(self, id: str) -> str:
        """Ask as the real client does."""
        return await self._timed(super().locate(id))

    async def details(self, execution_id: str) -> Details:
        """Ask as the real client does."""
        return await self._timed(super().details(execution_id))

    async def logs(self, execution_id: str, *, tail: int = 1000) -> tuple[LogEntry, ...]:
        """Ask as the real client does."""
        return await self._timed(super().logs(execution_id, tail=tail))

    async def notes(self, execution_id: str) -> tuple[Note, ...]:
        """Ask as the real client does."""
        return await self._timed(super().notes(execution_id))

    async def _timed(self, question: Awaitable[T]) -> T:
        if self._asking == 0:
            self._since = (perf_counter(), process_time())
        self._asking += 1
        try:
            return await question
        finally:
            self._asking -= 1
            if self._asking == 0:
                self.waited += perf_counter() - self._since[0]
                self.worked += process_time() - self._since[1]


def tokens(text: str) -> int:
    """Estimate the tokens of a text: a quarter of its characters, the rule of thumb of the clients' own displays."""
    return len(text) // 4


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value that `share` of the values do not pass (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 100) * len(ordered) // 100) - 1))]
