"""Field-by-field comparison of a recorded answer with a rendered one, and every difference that is allowed."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import httpx2

Check = Callable[[object, object], bool]
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")


def _both_times(recorded: object, rendered: object) -> bool:
    return all(isinstance(value, str) and _TIME.fullmatch(value) is not None for value in (recorded, rendered))


def _same_members(recorded: object, rendered: object) -> bool:
    if not (isinstance(recorded, list) and isinstance(rendered, list)):
        return False
    return sorted(map(repr, recorded)) == sorted(map(repr, rendered))


@dataclass(frozen=True)
class Allowed:
    """A difference that may be: where, what must still hold, and why."""

    path: str
    field: str
    check: Check
    reason: str


ALLOWED = (
    Allowed(
        r"/api/v1/agentic/run/.*",
        r"\.data\.agents",
        _same_members,
        "the real server walks a Go map here, whose order changes from call to call",
    ),
    Allowed(
        r"/api/v1/memory/(set|get|list)",
        r"(\[\d+\])?\.(created|updated)_at",
        _both_times,
        "the record is written anew in the test, so its times are the test's",
    ),
    Allowed(r"/health", r"\.timestamp", _both_times, "the moment of asking"),
    Allowed(r"/api/v1/discovery/capabilities", r"\.discovered_at", _both_times, "the moment of asking"),
)


def differences(recorded: object, rendered: object, at: str = "") -> Iterator[tuple[str, object, object]]:
    """Yield where two JSON values differ: path, recorded, rendered. Types count: 1 is not 1.0 and not true."""
    if isinstance(recorded, dict) and isinstance(rendered, dict):
        for name in sorted(recorded.keys() | rendered.keys()):
            yield from differences(recorded.get(name, "<absent>"), rendered.get(name, "<absent>"), f"{at}.{name}")
    elif isinstance(recorded, list) and isinstance(rendered, list) and len(recorded) == len(rendered):
        if recorded != rendered and _same_members(recorded, rendered):
            yield at, recorded, rendered
            return
        for index, (left, right) in enumerate(zip(recorded, rendered, strict=True)):
            yield from differences(left, right, f"{at}[{index}]")
    elif type(recorded) is not type(rendered) or recorded != rendered:
        yield at, recorded, rendered


async def ask_again(client: httpx2.AsyncClient, answer: Mapping[str, object]) -> list[str]:
    """Ask a recorded question again and give every difference that is not allowed, in words."""
    method, path, query = str(answer["method"]), str(answer["path"]), answer["query"]
    params = {str(k): str(v) for k, v in query.items()} if isinstance(query, dict) else {}
    response = await client.request(method, path, params=params, json=answer.get("request"))
    body = response.json() if response.content else {"_text": ""}
    found = [d for d in differences(answer["body"], body) if not _allowed(path, *d)]
    if response.status_code != answer["status"]:
        found.append(("status", answer["status"], response.status_code))
    query_text = "&".join(f"{name}={value}" for name, value in params.items())
    return [
        f"{method} {path}?{query_text} {at}: recorded {left!r:.300}, rendered {right!r:.300}"
        for at, left, right in found
    ]


def _allowed(path: str, at: str, recorded: object, rendered: object) -> bool:
    return any(
        re.fullmatch(a.path, path) and re.fullmatch(a.field, at) and a.check(recorded, rendered) for a in ALLOWED
    )
