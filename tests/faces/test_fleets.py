"""The verbs over control planes that are unlike the default one: with a key, without UI routes, or gone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from operator_mcp.casework import open_casework
from operator_mcp.demo.sample import RUN_ID
from operator_mcp.demo.serving import serve
from operator_mcp.demo.stories import believable_fleet
from operator_mcp.errors import Unauthorized, UnknownId, Unreachable
from operator_mcp.settings import Settings

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def settings(url: str, home: Path, key: str | None = None) -> Settings:
    return Settings(control_plane_url=url, control_plane_key=key, home=home)


@pytest.mark.parametrize("ui", [True, False])
async def test_the_story_holds_with_a_key_and_without_the_ui_routes(tmp_path: Path, ui: bool) -> None:
    async with (
        serve(believable_fleet(NOW), key="k3y", ui=ui) as url,
        open_casework(settings(url, tmp_path, "k3y"), actor="test") as casework,
    ):
        listed = await casework.list_failures(limit=50)
        hop = await casework.get_failed_hop(RUN_ID)
        why = await casework.diagnose(RUN_ID)
    assert RUN_ID in [f.run_id for f in listed.failures]
    assert hop.origin is not None
    assert hop.origin.reasoner == "royalty_split"
    assert why.root_cause == "code_bug"
    assert bool(hop.unavailable) is not ui


async def test_a_wrong_key_and_a_dead_address_say_what_to_do(tmp_path: Path) -> None:
    async with (
        serve(believable_fleet(NOW), key="k3y") as url,
        open_casework(settings(url, tmp_path, "wrong"), actor="test") as casework,
    ):
        with pytest.raises(Unauthorized, match="OPERATOR_CONTROL_PLANE_KEY"):
            await casework.list_failures()
    async with open_casework(settings("http://127.0.0.1:1", tmp_path), actor="test") as casework:
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1 .*Is the control plane running\?"):
            await casework.get_failed_hop(RUN_ID)


async def test_any_id_of_a_run_is_the_same_case_and_an_unknown_one_is_told(tmp_path: Path) -> None:
    async with serve(believable_fleet(NOW)) as url, open_casework(settings(url, tmp_path), actor="test") as casework:
        hop = await casework.get_failed_hop(RUN_ID)
        ids = [ref.execution_id for ref in hop.path]
        assert {(await casework.diagnose(id)).run_id for id in (RUN_ID, *ids)} == {RUN_ID}
        assert len(await casework.cases(limit=10)) == 1
        with pytest.raises(UnknownId):
            await casework.get_failed_hop("exec_20200101_000000_zzzzzzzz")


async def test_a_case_once_opened_is_answered_from_the_ledger_when_the_fleet_is_gone(tmp_path: Path) -> None:
    async with serve(believable_fleet(NOW)) as url:
        kept = Settings(control_plane_url=url, fleet="demo", home=tmp_path)
        async with open_casework(kept, actor="test") as casework:
            first = await casework.diagnose(RUN_ID)
    gone = Settings(control_plane_url="http://127.0.0.1:1", fleet="demo", home=tmp_path)
    async with open_casework(gone, actor="test") as casework:
        again = await casework.diagnose(RUN_ID)
    assert again == first
