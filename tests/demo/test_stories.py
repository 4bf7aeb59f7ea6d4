"""The believable fleet: made from recordings, moved into the last hours, whole."""

import gzip
import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from operator_mcp.demo.sample import RUN_ID
from operator_mcp.demo.stories import STORIES, believable_fleet, story
from operator_mcp.demo.times import SECOND, nanoseconds
from operator_mcp.demo.words import ACTIVE
from tests.conftest import RECORDINGS
from tests.demo.packing import DATA, FOLDERS, packed

NOW = datetime(2027, 3, 1, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", FOLDERS)
def test_each_data_file_holds_what_its_recording_tells(name: str) -> None:
    assert gzip.decompress((DATA / f"{name}.json.gz").read_bytes()).decode() == packed(name)


def test_there_are_no_data_files_besides_the_stories() -> None:
    assert {path.name.removesuffix(".json.gz") for path in DATA.iterdir()} == set(STORIES) == set(FOLDERS)


def test_the_fleet_mixes_failed_healthy_cancelled_and_unfinished_runs() -> None:
    truths = [json.loads((RECORDINGS / folder / "truth.json").read_text()) for folder in FOLDERS.values()]
    verdicts = [truth["verdict"] for truth in truths]
    assert len(verdicts) >= 12
    assert verdicts.count("failed") >= 8
    assert verdicts.count("healthy") >= 3
    assert {"cancelled", "unfinished"} <= set(verdicts)
    assert len({truth["cause"] for truth in truths if truth["verdict"] == "failed"}) >= 9
    assert not any(truth["secrets"] for truth in truths)


def test_every_run_was_last_heard_of_in_the_hours_before_now() -> None:
    fleet = believable_fleet(NOW)
    runs = [tree for run_id in fleet.run_ids() if (tree := fleet.tree(run_id))]
    ages = sorted(nanoseconds(NOW) - max(row.touched_at for row in tree.rows) for tree in runs)
    assert ages == sorted(age // timedelta(seconds=1) * SECOND for age in STORIES.values())
    assert ages[-1] < 8 * 3600 * SECOND


def test_moving_a_run_keeps_every_distance_inside_it() -> None:
    recorded = story("proof-rejected")
    fleet = believable_fleet(NOW)
    moved = [fleet.execution(row.execution_id) for row in recorded.executions]
    spans = {late.started_at - early.started_at for early, late in zip(recorded.executions, moved, strict=True) if late}
    assert len(spans) == 1
    (span,) = spans
    for before, after in zip(recorded.executions, moved, strict=True):
        assert after is not None
        assert after.completed_at == (before.completed_at and before.completed_at + span)
        assert [note.timestamp for note in after.notes] == [note.timestamp + span for note in before.notes]
        if before.approval and after.approval and before.approval.requested_at:
            assert after.approval.requested_at == before.approval.requested_at + span
        entries = [entry for entry in recorded.logs if entry.execution_id == before.execution_id]
        assert [entry.ts for entry in fleet.logs(before.execution_id)] == [entry.ts + span for entry in entries]


def test_log_attributes_move_with_the_run() -> None:
    fleet = believable_fleet(NOW)
    row = next(row for row in fleet.executions() if row.run_id == RUN_ID)
    started = [e.attributes["started_at"] for e in fleet.logs(row.execution_id) if isinstance(e.attributes, dict)]
    assert started
    for moment in started:
        assert isinstance(moment, float)
        assert abs(moment - row.started_at / SECOND) < 5


def test_ids_stay_the_same_at_any_time_and_carry_no_date() -> None:
    fleet = believable_fleet(NOW)
    ids = [row.execution_id for row in fleet.executions()] + fleet.run_ids()
    assert RUN_ID in ids
    assert all(re.fullmatch(r"(run|exec)_[0-9a-z]{8}", known) for known in ids)
    assert set(fleet.run_ids()) == set(believable_fleet(NOW + timedelta(days=99)).run_ids())


def test_the_agents_of_the_rows_are_registered_and_the_lost_ones_inactive() -> None:
    fleet = believable_fleet(NOW)
    assert {row.agent for row in fleet.executions()} == set(fleet.nodes)
    inactive = {name for name, node in fleet.nodes.items() if node.health_status != "active"}
    assert inactive == {row.agent for row in fleet.executions() if row.status_reason == "agent_unreachable"} != set()


def test_only_the_newest_story_is_still_at_work() -> None:
    fleet = believable_fleet(NOW)
    active = {row.run_id for row in fleet.executions() if row.status in ACTIVE}
    roots = {row.run_id for row in fleet.executions() if row.status in ACTIVE and not row.parent_id}
    assert roots == {story("slow-copy").executions[0].run_id}
    assert active - roots == {story("no-transcription").executions[0].run_id}
