"""The embedded control plane as a starlette app over one fleet."""

from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from operator_mcp.demo.answers import errors
from operator_mcp.demo.routes import agentic, executions, logs, memory, nodes, ui
from operator_mcp.demo.routes.asking import refused
from operator_mcp.demo.store import Fleet
from operator_mcp.demo.writes import Refused

_OPEN_PATHS = ("/health", "/api/v1/health", "/api/v1/agentic/kb")


def app(fleet: Fleet, *, key: str | None = None, ui: bool = True) -> Starlette:
    """Give the app that serves a fleet: with an API key if one is given, without the UI routes if they are off."""
    plane = Starlette(
        routes=[*(_UI_ROUTES if ui else []), *_ROUTES],
        middleware=[Middleware(_Doorman, key=key)],
        exception_handlers={404: _no_route, 405: _no_route, Refused: _refused},
    )
    plane.state.fleet = fleet
    return plane


class _Doorman:
    """Turns away requests of browsers (any `Origin`) and, where a key is set, requests without it."""

    def __init__(self, app: ASGIApp, key: str | None) -> None:
        self._app = app
        self._key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif "origin" in Headers(scope=scope):
            await Response(status_code=403)(scope, receive, send)
        elif self._key and not self._knows(scope):
            await JSONResponse(errors.UNAUTHORIZED, 401)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        if str(scope["path"]).startswith(_OPEN_PATHS):
            return True
        headers = Headers(scope=scope)
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        asked = "".join(parse_qs(scope["query_string"].decode()).get("api_key", []))
        return (headers.get("x-api-key") or bearer or asked) == self._key


async def _no_route(request: Request, _: Exception) -> Response:
    return JSONResponse(errors.no_route(request.method, request.scope["path"]), 404)


async def _refused(_: Request, refusal: Exception) -> Response:
    if not isinstance(refusal, Refused):
        raise refusal
    return refused(refusal)


_UI_ROUTES = ui.ROUTES
_ROUTES = [*executions.ROUTES, *logs.ROUTES, *agentic.ROUTES, *memory.ROUTES, *nodes.ROUTES]
