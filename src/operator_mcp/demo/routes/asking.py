"""Reading requests: JSON bodies, and query parameters the way the control plane takes them."""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from operator_mcp.demo.answers import Answer, errors
from operator_mcp.demo.store import Fleet
from operator_mcp.demo.writes import Body, Refused


def fleet_of(request: Request) -> Fleet:
    """Give the fleet that the app was made for."""
    fleet = request.app.state.fleet
    if not isinstance(fleet, Fleet):
        raise TypeError("the app has no fleet")
    return fleet


async def body_of(request: Request) -> Body:
    """Read the request's JSON object; no body at all is an empty one.

    Raises:
        Refused: 400, the body is not a JSON object.
    """
    raw = await request.body()
    try:
        body = json.loads(raw) if raw.strip() else {}
    except ValueError as problem:
        raise Refused(400, f"invalid request body: {problem}") from problem
    if not isinstance(body, dict):
        raise Refused(400, "invalid request body: not an object")
    return body


def number(request: Request, name: str, default: int) -> int:
    """Give a query parameter as a whole number; what is none counts as not given."""
    given = request.query_params.get(name, "")
    return int(given) if given.lstrip("-").isdecimal() else default


def page_of(request: Request, largest: int) -> tuple[int, int]:
    """Give page and page size: below 1 becomes the default (1 and 20), above the largest becomes the largest."""
    page, size = number(request, "page", 1), number(request, "page_size", 20)
    return (page if page >= 1 else 1), (min(size, largest) if size >= 1 else 20)


def answer(body: Answer | None, missing: str) -> Response:
    """Give 200 with the body, or 404 with the plain error where there is none."""
    return JSONResponse(errors.plain(missing), 404) if body is None else JSONResponse(body)


def refused(refusal: Refused) -> Response:
    """Give the plain error of a refused write."""
    more = {"message": refusal.message} if refusal.message else {}
    return JSONResponse(errors.plain(refusal.error, **more), refusal.status)
