"""A real HTTP server on loopback that answers exactly what a test tells it to, misbehaviour included."""

import json
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

import anyio
from anyio.abc import SocketAttribute, SocketStream


@dataclass(frozen=True)
class Reply:
    """Bytes to send, and what to do with the connection afterwards."""

    content: bytes = b""
    end: Literal["close", "reset", "hang"] = "close"


@dataclass
class Scripted:
    """A running server: where it is, and every request head (with body) that it was sent."""

    url: str
    heads: list[str] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [head.split(" ")[1] for head in self.heads]


def answer(status: int, body: object = None, *, headers: str = "", length: int | None = None) -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = "" if isinstance(body, bytes) else "Content-Type: application/json\r\n"
    size = len(content) if length is None else length
    return (
        f"HTTP/1.1 {status} X\r\nContent-Length: {size}\r\nConnection: close\r\n{kind}{headers}\r\n".encode() + content
    )


def ok(body: object) -> Reply:
    return Reply(answer(200, body))


def refusal(status: int, body: object) -> Reply:
    return Reply(answer(status, body))


NO_ROUTE = refusal(404, {"error": "endpoint_not_found", "message": "GET /x does not exist", "suggestions": []})


@asynccontextmanager
async def scripted(script: Callable[[str, int], Reply]) -> AsyncIterator[Scripted]:
    """Serve while the block runs; `script` gives the reply for a path with query, and the how-manieth request it is."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    server = Scripted(f"http://127.0.0.1:{listener.extra(SocketAttribute.local_port)}")

    async def handle(stream: SocketStream) -> None:
        async with stream:
            server.heads.append(await _request(stream))
            reply = script(server.paths[-1], len(server.heads))
            if reply.content:
                await stream.send(reply.content)
            if reply.end == "hang":
                await anyio.sleep_forever()
            if reply.end == "reset":
                raw = stream.extra(SocketAttribute.raw_socket)
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    raised: Exception | None = None
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, handle)
        try:
            yield server
        except Exception as e:  # noqa: BLE001 - raised again below, outside of the group that would wrap it
            raised = e
        tasks.cancel_scope.cancel()
    if raised is not None:
        raise raised


async def _request(stream: SocketStream) -> str:
    received = b""
    while b"\r\n\r\n" not in received:
        received += await stream.receive()
        if received[0] == 0x16:
            return "TLS / handshake"
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    length = next((int(line[15:]) for line in lines if line.startswith("content-length:")), 0)
    while len(body) < length:
        body += await stream.receive()
    return (head + b"\r\n\r\n" + body).decode()
