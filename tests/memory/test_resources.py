"""Memory and backlog as an MCP client reads and follows them, in both eras, from real server processes."""

import json
import warnings
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import anyio
import pytest
from mcp import Client, MCPDeprecationWarning, MCPError
from mcp.client.session import IncomingMessage
from mcp.types import ResourceListChangedNotification, ResourceUpdatedNotification, TextResourceContents

from operator_mcp.casework import open_casework
from operator_mcp.library.audience import MOST_URIS
from operator_mcp.server import build
from tests.memory.conftest import Desk, run_id, verdict

pytestmark = pytest.mark.heavy

LEGACY, MODERN = "legacy", "2026-07-28"
ERAS = (LEGACY, MODERN)
FINGERPRINT = "royalty_split:code_bug"


@dataclass
class Heard:
    """What a client of the era before hears without asking."""

    told: list[str] = field(default_factory=list)
    arrived: anyio.Event = field(default_factory=anyio.Event)

    async def __call__(self, message: IncomingMessage) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            self.told.append(str(message.params.uri))
        elif isinstance(message, ResourceListChangedNotification):
            self.told.append("list")
        self.arrived.set()

    async def until(self, *wanted: str) -> list[str]:
        with anyio.fail_after(15):
            while not set(wanted) <= set(self.told):
                await self.arrived.wait()
                self.arrived = anyio.Event()
        return self.told


@asynccontextmanager
async def connected(desk: Desk, era: str, heard: Heard | None = None) -> AsyncIterator[Client]:
    """A client of a server inside this process, which opens the ledger and the control plane for itself."""
    server = build(lambda: open_casework(desk.settings, actor="mcp:test"))
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(
            Client(server, mode="legacy" if era == LEGACY else MODERN, message_handler=heard)
        )


@asynccontextmanager
async def served(desk: Desk, era: str, heard: Heard | None = None) -> AsyncIterator[Client]:
    """A client of a server process of its own."""
    async with Client(desk.stdio(), mode="legacy" if era == LEGACY else MODERN, message_handler=heard) as client:  # type: ignore[arg-type]
        yield client


async def read(client: Client, uri: str) -> dict[str, object]:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    facts: dict[str, object] = json.loads(content.text)
    return facts


def lines(facts: dict[str, object], name: str) -> list[dict[str, object]]:
    found = facts[name]
    assert isinstance(found, list)
    return found


async def subscribe(client: Client, *uris: str) -> None:
    with warnings.catch_warnings(category=MCPDeprecationWarning, action="ignore"):
        for uri in uris:
            await client.subscribe_resource(uri)


async def unsubscribe(client: Client, uri: str) -> None:
    with warnings.catch_warnings(category=MCPDeprecationWarning, action="ignore"):
        await client.unsubscribe_resource(uri)


async def diagnose(desk: Desk, *numbers: int) -> None:
    async with desk.casework() as casework:
        for n in numbers:
            await casework.diagnose(run_id(n))


@pytest.mark.parametrize("era", ERAS)
async def test_memory_is_listed_as_plain_addresses_and_as_what_it_holds(desk: Desk, era: str) -> None:
    await diagnose(desk, 0, 4)
    async with connected(desk, era) as client:
        uris = [str(r.uri) for r in (await client.list_resources()).resources]
        templates = [t.uri_template for t in (await client.list_resource_templates()).resource_templates]
    assert uris[:3] == ["operator://policy", "operator://memory", "operator://backlog"]
    assert set(uris[3:]) == {
        "operator://memory/read_stock:timeout",
        f"operator://memory/{FINGERPRINT}",
        "operator://backlog/royalty_split",
        "operator://backlog/read_stock",
    }
    assert {"operator://memory{?cursor}", "operator://memory/{fingerprint}", "operator://backlog/{reasoner}"} <= set(
        templates
    )


@pytest.mark.parametrize("era", ERAS)
async def test_a_memory_tells_what_is_known_and_how_often_it_was_seen(desk: Desk, era: str) -> None:
    await diagnose(desk, 0, 1, 2)
    async with connected(desk, era) as client:
        told = await read(client, f"operator://memory/{FINGERPRINT}")
        assert told == await read(client, "operator://memory/royalty_split%3Acode_bug")
        with pytest.raises(MCPError, match="nothing is remembered as 'r:nothing'"):
            await client.read_resource("operator://memory/r:nothing")
    diagnosis = told["diagnosis"]
    assert isinstance(diagnosis, dict)
    assert diagnosis["root_cause"] == "code_bug"
    assert diagnosis["evidence"][0]["verified"] is True
    assert told["count"] == 3
    assert told["runs"] == [run_id(2), run_id(1), run_id(0)]
    assert str(told["seen"]).startswith("seen 3 times since ")


async def test_memory_is_read_page_by_page_by_the_addresses_it_gives(desk: Desk) -> None:
    ledger = desk.ledger()
    for n in range(45):
        ledger.remember("demo", f"run-{n}", f"r{n}:code_bug", verdict(), f"sig-{n}")
    ledger.close()
    told: list[object] = []
    uri: object = "operator://memory"
    async with connected(desk, MODERN) as client:
        while uri:
            facts = await read(client, str(uri))
            told += [line["fingerprint"] for line in lines(facts, "memories")]
            uri = facts["next"]
        assert len((await client.list_resources()).resources) == 3 + 20 + 20
        with pytest.raises(MCPError, match="not a cursor of this list"):
            await client.read_resource("operator://memory?cursor=nonsense")
    assert told == [f"r{n}:code_bug" for n in reversed(range(45))]


async def test_the_backlog_ranks_what_keeps_failing_with_its_next_step_and_state(desk: Desk) -> None:
    await diagnose(desk, 0, 1, 2, 4)
    ledger = desk.ledger()
    ledger.remember("demo", "elsewhere", "royalty_split:config", verdict("config"), "other")
    ledger.close()
    async with connected(desk, MODERN) as client:
        reasoners = lines(await read(client, "operator://backlog"), "reasoners")
        items = lines(await read(client, "operator://backlog/royalty_split"), "items")
        assert len(lines(await read(client, "operator://backlog?top=1"), "reasoners")) == 1
        with pytest.raises(MCPError, match="knows no failure of 'nobody'"):
            await client.read_resource("operator://backlog/nobody")
    assert [(r["reasoner"], r["causes"], r["runs"]) for r in reasoners] == [
        ("royalty_split", 2, 4),
        ("read_stock", 1, 1),
    ]
    assert [(i["root_cause"], i["count"], i["standing"]) for i in items] == [
        ("code_bug", 3, "open"),
        ("config", 1, "open"),
    ]
    assert "royalty_split" in str(items[0]["step"])
    assert float(str(items[0]["weight"])) > float(str(items[1]["weight"]))


async def test_a_subscriber_of_the_era_before_hears_what_another_process_changed(desk: Desk) -> None:
    heard = Heard()
    async with served(desk, LEGACY, heard) as client:
        assert client.server_capabilities.resources is not None
        assert client.server_capabilities.resources.subscribe
        assert client.server_capabilities.resources.list_changed
        await client.list_resources()
        await subscribe(client, "operator://memory", "operator://memory/royalty_split%3Acode_bug")
        await subscribe(client, "operator://backlog/read_stock")
        await diagnose(desk, 0)
        told = await heard.until("operator://memory", "operator://memory/royalty_split%3Acode_bug", "list")
        assert "operator://backlog/read_stock" not in told
        await unsubscribe(client, "operator://memory/royalty_split%3Acode_bug")
        heard.told.clear()
        await diagnose(desk, 1, 4)
        told = await heard.until("operator://memory", "operator://backlog/read_stock", "list")
        assert "operator://memory/royalty_split%3Acode_bug" not in told


async def test_a_listener_of_the_new_era_hears_what_another_process_changed(desk: Desk) -> None:
    wanted = ["operator://memory", "operator://memory/royalty_split%3Acode_bug", "operator://backlog/royalty_split"]
    async with served(desk, MODERN) as client:
        async with client.listen(resource_subscriptions=wanted, resources_list_changed=True) as events:
            await diagnose(desk, 0)
            told: set[str] = set()
            with anyio.fail_after(15):
                async for event in events:
                    told.add(getattr(event, "uri", "list"))
                    if len(told) == 4:
                        break
        assert told == {*wanted, "list"}


@pytest.mark.parametrize("era", ERAS)
async def test_what_a_client_changes_itself_is_told_too(desk: Desk, era: str) -> None:
    heard = Heard()
    async with connected(desk, era, heard) as client:
        if era == LEGACY:
            await subscribe(client, f"operator://memory/{FINGERPRINT}")
            await client.call_tool("diagnose", {"id": run_id(0)})
            assert await heard.until(f"operator://memory/{FINGERPRINT}")
            return
        async with client.listen(resource_subscriptions=[f"operator://memory/{FINGERPRINT}"]) as events:
            await client.call_tool("diagnose", {"id": run_id(0)})
            with anyio.fail_after(15):
                async for event in events:
                    assert getattr(event, "uri", None) == f"operator://memory/{FINGERPRINT}"
                    break


async def test_a_subscriber_over_http_of_the_era_before_hears_it_too(desk: Desk) -> None:
    heard = Heard()
    async with desk.http() as url, Client(url, mode="legacy", message_handler=heard) as client:
        await subscribe(client, "operator://backlog")
        await diagnose(desk, 0)
        assert await heard.until("operator://backlog") == ["operator://backlog"]


async def test_a_listener_over_http_of_the_new_era_hears_it_too(desk: Desk) -> None:
    async with (
        desk.http() as url,
        Client(url, mode=MODERN) as client,
        client.listen(resource_subscriptions=["operator://backlog"]) as events,
    ):
        await diagnose(desk, 0)
        with anyio.fail_after(15):
            async for event in events:
                assert getattr(event, "uri", None) == "operator://backlog"
                break


async def test_a_recurrence_changes_the_memory_but_not_the_list(desk: Desk) -> None:
    await diagnose(desk, 0)
    heard = Heard()
    async with connected(desk, LEGACY, heard) as client:
        await client.list_resources()
        await subscribe(client, "operator://memory")
        await diagnose(desk, 1)
        assert await heard.until("operator://memory") == ["operator://memory"]


async def test_a_connection_that_subscribes_to_too_much_is_refused_in_words(desk: Desk) -> None:
    async with connected(desk, LEGACY) as client:
        await subscribe(client, *(f"operator://memory/r{n}:code_bug" for n in range(MOST_URIS)))
        await subscribe(client, "operator://memory/r0:code_bug")
        with pytest.raises(MCPError, match=f"has {MOST_URIS} subscriptions"):
            await subscribe(client, "operator://memory/one-more:code_bug")
