"""The embedded fleet answers as the recorded control plane did, field by field."""

from pathlib import Path

import httpx2
import pytest

from operator_mcp.demo.fleet import Fleet, app, serve
from operator_mcp.demo.recorded import recorded_rows
from tests.conftest import RECORDINGS, answers, recorded_runs
from tests.demo.comparing import ask_again, differences

SOCKET_FOLDERS = (
    "flow-01-chain",
    "flow-41-page-for-result",
    "cause-44-proof-rejected",
    "generated/gen-006-parent-cycle",
)
KEY = "fleet-key"


def asking(fleet: Fleet, *, key: str | None = None, ui: bool = True) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app(fleet, key=key, ui=ui)), base_url="http://fleet")


@pytest.mark.parametrize("folder", recorded_runs(), ids=lambda folder: folder.name)
async def test_every_recorded_answer_of_a_run_is_rendered_from_its_rows(folder: Path) -> None:
    recorded = list(answers(folder))
    async with asking(recorded_rows(recorded).into(Fleet())) as client:
        assert [line for answer in recorded for line in await ask_again(client, answer)] == []


async def test_lists_over_a_whole_fleet_page_filter_and_sort_as_recorded() -> None:
    recorded = list(answers(RECORDINGS / "contract-lists"))
    async with asking(recorded_rows(recorded).into(Fleet())) as client:
        assert [line for answer in recorded for line in await ask_again(client, answer)] == []


async def test_wrong_questions_and_memory_are_answered_as_recorded() -> None:
    recorded = list(answers(RECORDINGS / "contract-errors"))
    fleet = recorded_rows(answers(RECORDINGS / "contract-lists")).into(Fleet())
    async with asking(recorded_rows(recorded).into(fleet)) as client:
        assert [line for answer in recorded for line in await ask_again(client, answer)] == []


async def test_a_key_is_asked_for_as_recorded() -> None:
    recorded = list(answers(RECORDINGS / "contract-key"))
    sent: list[dict[str, str]] = [{}, {}, {}, {}, {"X-API-Key": "wrong"}, {"X-API-Key": KEY}]
    async with asking(Fleet(), key=KEY) as client:
        found = []
        for answer, headers in zip(recorded, sent, strict=True):
            client.headers = httpx2.Headers(headers)
            found += await ask_again(client, answer)
        assert found == []


async def test_without_ui_routes_only_the_others_answer_as_recorded() -> None:
    async with asking(Fleet(), ui=False) as client:
        recorded = answers(RECORDINGS / "contract-headless")
        assert [line for answer in recorded for line in await ask_again(client, answer)] == []


@pytest.mark.parametrize("name", SOCKET_FOLDERS)
async def test_a_real_socket_carries_the_same_answers(name: str) -> None:
    recorded = list(answers(RECORDINGS / name))
    async with serve(recorded_rows(recorded).into(Fleet())) as url, httpx2.AsyncClient(base_url=url) as client:
        assert [line for answer in recorded for line in await ask_again(client, answer)] == []


async def test_one_changed_row_is_noticed_in_every_answer_that_shows_it() -> None:
    recorded = list(answers(RECORDINGS / "flow-01-chain"))
    fleet = recorded_rows(recorded).into(Fleet())
    row = fleet.executions()[0]
    fleet.put(row.model_copy(update={"error": f"{row.error}!"}))
    async with asking(fleet) as client:
        found = [line for answer in recorded for line in await ask_again(client, answer)]
    fields = {line.partition(": ")[0].rsplit(" ", 1)[1] for line in found}
    assert {".error", ".error_message", ".runs[0].root_error_message", ".data.executions[0].error"} <= fields


def test_the_comparison_tells_types_order_and_absence_apart() -> None:
    assert list(differences({"n": 1}, {"n": 1.0})) == [(".n", 1, 1.0)]
    assert list(differences({"n": 1}, {"n": True})) == [(".n", 1, True)]
    assert list(differences([1, 2], [2, 1])) == [("", [1, 2], [2, 1])]
    assert list(differences([1], [1, 1])) == [("", [1], [1, 1])]
    assert list(differences({"n": None}, {})) == [(".n", None, "<absent>")]
