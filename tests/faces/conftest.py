"""The embedded fleet with its sample repository, and MCP clients that reach a real server process."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import anyio
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client import ClientRequestContext
from mcp.client.stdio import stdio_client
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult, Implementation
from pydantic import JsonValue

from operator_mcp.demo.sample import Sample
from operator_mcp.settings import Settings
from operator_mcp.tour import boot

Era = Literal["legacy", "2026-07-28"]
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
        port = await _free_port()
        command = [
            sys.executable,
            "-m",
            "operator_mcp",
            "serve",
            "--http",
            f"127.0.0.1:{port}",
            "--config",
            self.config,
        ]
        async with await anyio.open_process(command, stdin=None, stdout=None, stderr=None) as process:
            try:
                await _answers(f"http://127.0.0.1:{port}/healthz")
                yield f"http://127.0.0.1:{port}/mcp"
            finally:
                process.terminate()
                with anyio.fail_after(10):
                    await process.wait()


async def _free_port() -> int:
    async with await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0) as listener:
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        assert isinstance(port, int)
        return port


async def _answers(url: str) -> None:
    with anyio.fail_after(20):
        async with httpx2.AsyncClient() as client:
            while True:
                try:
                    await client.get(url)
                except httpx2.ConnectError:
                    await anyio.sleep(0.05)
                else:
                    return


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
