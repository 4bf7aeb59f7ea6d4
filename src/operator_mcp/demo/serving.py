"""The embedded control plane on a real loopback port."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import anyio
import uvicorn

from operator_mcp.demo.app import app
from operator_mcp.demo.store import Fleet

START_DEADLINE = 10.0
"""Seconds until the server must accept connections."""


class _Server(uvicorn.Server):
    """A server that leaves the process's signals alone and says when it accepts connections."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.accepting = anyio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to whoever runs the block."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.accepting.set()


@asynccontextmanager
async def serve(
    fleet: Fleet, *, key: str | None = None, ui: bool = True, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[str]:
    """Serve a fleet while the block runs and give its base URL; port 0 takes a free one.

    Raises:
        OSError: the port cannot be had.
        TimeoutError: the server does not start.
    """
    config = uvicorn.Config(
        app(fleet, key=key, ui=ui), log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    failure: Exception | None = None
    with socket.create_server((host, port)) as listener:
        # asyncio sets this only on sockets that name their protocol; without it every answer waits 40 ms for an ACK.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = _Server(config)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_run, server, listener)
            try:
                with anyio.fail_after(START_DEADLINE):
                    await server.accepting.wait()
                yield f"http://{host}:{listener.getsockname()[1]}"
            except Exception as problem:  # noqa: BLE001 - raised again below, where no task group wraps it
                failure = problem
            finally:
                server.should_exit = True
    if failure is not None:
        raise failure


async def _run(server: _Server, listener: socket.socket) -> None:
    # Shielded, because it ends by `should_exit` and then closes its connections; the wait for them has a limit.
    with anyio.CancelScope(shield=True):
        await server.serve([listener])
