"""The embedded fleet with its sample repository, and MCP clients that reach a real server process."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import anyio
import httpx2
import pytest
from anyio.abc import Process
from mcp import Client, StdioServerParameters
from mcp.client import ClientRequestContext
from mcp.client.stdio import stdio_client
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult, Implementation
from pydantic import JsonValue

from operator_mcp.demo.sample import Sample
from operator_mcp.settings import Settings
from operator_mcp.tour import boot

Era = Literal["legacy", "2026-07-28"]
PORTS = 5
"""A free port may be taken by a test beside this one before the server binds it."""

Ask = Callable[[ClientRequestContext, ElicitRequestParams], Awaitable[ElicitResult]]


@dataclass
class Demo:
    """A booted demo: its settings, sample repository, and how to connect clients to real server processes."""

    settings: Settings
    sample: Sample

    @property
    def config(self) -> str:
        return str(self.settings.source)

    @asynccontextmanager
    async def connect(
        self, transport: str, era: Era, ask: Ask | None = None, *, name: str = "test-client"
    ) -> AsyncIterator[Client]:
        async with AsyncExitStack() as stack:
            if transport == "http":
                target: object = await stack.enter_async_context(self._http())
            else:
                arguments = ["-m", "operator_mcp", "serve", "--config", self.config]
                target = stdio_client(StdioServerParameters(command=sys.executable, args=arguments))
            info = Implementation(name=name, version="1")
            client = Client(target, mode=era, elicitation_callback=ask, client_info=info)  # type: ignore[arg-type]
            yield await stack.enter_async_context(client)

    @asynccontextmanager
    async def _http(self) -> AsyncIterator[str]:
        async with AsyncExitStack() as stack:
            for _ in range(PORTS):
                port = await _free_port()
                started = await anyio.open_process(self._serve(port), stdin=None, stdout=None, stderr=None)
                process = await stack.enter_async_context(started)
                stack.push_async_callback(_ended, process)
                if await _answers(f"http://127.0.0.1:{port}/healthz", process):
                    yield f"http://127.0.0.1:{port}/mcp"
                    return
        raise AssertionError(f"{PORTS} ports in a row were taken between finding and serving")

    def _serve(self, port: int) -> list[str]:
        address = f"127.0.0.1:{port}"
        return [sys.executable, "-m", "operator_mcp", "serve", "--http", address, "--config", self.config]


async def _free_port() -> int:
    async with await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0) as listener:
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        assert isinstance(port, int)
        return port


async def _answers(url: str, process: Process) -> bool:
    """Wait until this process serves; False where another one took the port first, and this one ended."""
    with anyio.fail_after(20):
        async with httpx2.AsyncClient() as client:
            while process.returncode is None:
                with suppress(httpx2.HTTPError):
                    if (await client.get(url)).is_success:
                        return True
                await anyio.sleep(0.05)
    return False


async def _ended(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
    with anyio.fail_after(10):
        await process.wait()


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    async with boot(tmp_path) as (settings, sample):
        yield Demo(settings, sample)


def facts(result: CallToolResult) -> dict[str, JsonValue]:
    """Give the structured content of an answer that is no error."""
    assert not result.is_error, result.content
    assert result.structured_content is not None
    content: dict[str, JsonValue] = result.structured_content
    return content
