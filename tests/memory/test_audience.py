"""Telling subscribers of the era before, whatever one of them does."""

from collections.abc import Mapping

import anyio
import pytest
from mcp.server.connection import Connection

from operator_mcp.library import audience as part
from operator_mcp.library.addresses import canonical, page_uri, spellings, touched
from operator_mcp.library.audience import Audience


class Line:
    """The outgoing side of a connection: takes what is sent, or never does, or is gone."""

    def __init__(self, how: str = "takes") -> None:
        self.how = how
        self.sent: list[tuple[str, object]] = []

    async def send_raw_request(self, method: str, params: object, opts: object = None) -> dict[str, object]:
        raise AssertionError(f"nothing is asked of a client: {method}")

    async def notify(self, method: str, params: Mapping[str, object] | None, opts: object = None) -> None:
        if self.how == "hangs":
            await anyio.sleep_forever()
        if self.how == "gone":
            raise anyio.ClosedResourceError
        self.sent.append((method, params and params["uri"]))


async def test_a_client_that_reads_nothing_or_is_gone_keeps_no_other_from_hearing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(part, "PATIENCE_S", 0.01)
    audience = Audience()
    lines = [Line("hangs"), Line("gone"), Line()]
    for line in lines:
        audience.subscribe(Connection.for_loop(line), "operator://memory/r%3Abug")
    with anyio.fail_after(5):
        await audience.updated(touched(["r:bug"]))
        await audience.catalogue_changed()
    assert lines[2].sent == [
        ("notifications/resources/updated", "operator://memory/r%3Abug"),
        ("notifications/resources/list_changed", None),
    ]


async def test_a_closed_connection_is_told_nothing_more() -> None:
    audience, line = Audience(), Line()
    connection = Connection.for_loop(line)
    audience.subscribe(connection, "operator://memory")
    audience.seat(connection)
    await connection.exit_stack.aclose()
    await audience.updated(["operator://memory"])
    await audience.catalogue_changed()
    audience.unsubscribe(connection, "operator://memory")
    assert line.sent == []


def test_an_address_is_one_however_it_is_spelt() -> None:
    assert spellings("operator://memory/r:bug") == ("operator://memory/r:bug", "operator://memory/r%3Abug")
    assert {canonical(uri) for uri in spellings("operator://memory/r:bug")} == {"operator://memory/r:bug"}
    assert spellings("operator://memory") == ("operator://memory",)
    assert page_uri("2026-11-02T02:00:00+00:00 r:bug").partition("?cursor=")[2].isascii()
    assert " " not in page_uri("2026-11-02T02:00:00+00:00 r:bug")


def test_what_changed_in_memory_changes_its_lists_and_its_reasoners_backlog() -> None:
    assert touched(["r:bug", "r:config", "a:b:bug"]) == [
        "operator://memory",
        "operator://memory/r:bug",
        "operator://backlog",
        "operator://backlog/r",
        "operator://memory/r:config",
        "operator://memory/a:b:bug",
        "operator://backlog/a:b",
    ]
