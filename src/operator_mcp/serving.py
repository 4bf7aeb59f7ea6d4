"""Running the MCP server: over stdio, or as an HTTP application on loopback."""

import socket

import uvicorn
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from operator_mcp import __version__
from operator_mcp.casework import open_casework
from operator_mcp.errors import OperatorError, UsageError
from operator_mcp.server import build
from operator_mcp.settings import Settings

EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - named to be refused
LOOPBACK = ("127.0.0.1", "localhost", "::1")


async def serve_stdio(settings: Settings) -> None:
    """Serve over stdin and stdout until stdin closes."""
    await build(lambda: open_casework(settings, actor="mcp:stdio")).run_stdio_async()


async def serve_http(settings: Settings, address: str) -> None:
    """Serve streamable HTTP at `HOST:PORT` until interrupted; `/mcp` and `/healthz`.

    Raises:
        UsageError: the address is not HOST:PORT.
        OperatorError: the address cannot be had.
    """
    host, port = _parse(address)
    config = uvicorn.Config(
        http_app(settings, host, port), host=host, port=port, log_level="warning", timeout_graceful_shutdown=2
    )
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise OperatorError(f"{address} cannot be served: {error}", "Choose another --http HOST:PORT.") from error
    with listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await uvicorn.Server(config).serve(sockets=[listener])


def http_app(settings: Settings, host: str, port: int) -> Starlette:
    """Give the HTTP application. Hosts and origins are checked whatever the address: DNS rebinding.

    Raises:
        UsageError: the address is every address, and no setting names the hosts that callers will use.
    """
    if host in EVERY_ADDRESS and not settings.allowed_hosts:
        raise UsageError(
            f"--http {host} is every address, and no request names it as its host",
            'Name the hosts that callers use: allowed_hosts = ["operator.internal:8765"] in operator.toml.',
        )
    server = build(lambda: open_casework(settings, actor="mcp:http"))
    names = {host, *LOOPBACK} if host in LOOPBACK else {host}
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[*(f"{_bracket(name)}:{port}" for name in sorted(names)), *settings.allowed_hosts],
        allowed_origins=[f"http://{_bracket(name)}:{port}" for name in sorted(names)],
    )
    app = server.streamable_http_app(streamable_http_path="/mcp", transport_security=security, host=host)
    app.router.routes.append(Route("/healthz", healthz, methods=["GET"]))
    return app


async def healthz(request: Request) -> JSONResponse:
    """Say that the process serves; nothing about the fleet, since this route is not guarded."""
    return JSONResponse({"status": "ok", "version": __version__})


def _bracket(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _parse(address: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdigit() or not 0 < int(port) < 65536:
        raise UsageError(f"--http {address!r} is not HOST:PORT", "For example --http 127.0.0.1:8765.")
    return host.strip("[]") or "127.0.0.1", int(port)
