"""The answers over recorded runs, asked over real HTTP: their sizes, their secrets, their cost."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import JsonValue

from operator_mcp.casework import Casework, open_casework
from operator_mcp.demo.recorded import recorded_rows
from operator_mcp.demo.rows import ExecutionRow
from operator_mcp.demo.serving import serve
from operator_mcp.demo.store import Fleet
from operator_mcp.prose import render
from operator_mcp.settings import Settings
from tests.conftest import answers, recorded_runs

ALIKE = ("no page 'P-{n}' in /var/spool/{n}", "order {n} refused", "took {n} ms too long")
FOLDERS = [f for f in recorded_runs() if f.parent.name != "generated"]
FOLDERS += [f for f in recorded_runs() if f.parent.name == "generated" and not f.name.startswith("huge")][::2]
"""Every run of real agents and every second generated one: the others only cost time."""


@pytest.fixture
async def casework(tmp_path: Path) -> AsyncIterator[Casework]:
    fleet = Fleet()
    for folder in FOLDERS:
        recorded_rows(answers(folder)).into(fleet)
    async with serve(fleet) as url, open_casework(Settings(control_plane_url=url, home=tmp_path), actor="test") as c:
        yield c


def truth(folder: Path) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = json.loads((folder / "truth.json").read_text())
    return found


def tokens(answer: dict[str, JsonValue]) -> int:
    return len(json.dumps(answer, ensure_ascii=False, separators=(",", ":"))) // 4


async def test_over_recorded_runs_answers_are_small_quiet_about_secrets_and_asked_for_once(
    casework: Casework,
) -> None:
    sizes: list[int] = []
    for folder in FOLDERS:
        told = truth(folder)
        run_id = str(told["run_id"])
        before = casework.control_plane.requests
        hop = await casework.get_failed_hop(run_id)
        assert casework.control_plane.requests - before <= 5
        full = await casework.get_failed_hop(run_id, "full")
        why = await casework.diagnose(run_id)
        sizes += [tokens(hop.wire()), tokens(why.wire())]
        assert tokens(full.wire()) <= 8_000

        everything = "".join(
            json.dumps(a.wire(), ensure_ascii=False) + render(a.wire(), nonce="n", source=run_id)
            for a in (hop, full, why)
        )
        secrets = told["secrets"]
        assert isinstance(secrets, list)
        assert not [s for s in secrets if isinstance(s, str) and s in everything], folder.name
        assert hop.verdict == told["verdict"], folder.name
        assert all(e.verified for e in why.evidence), folder.name

        if hop.verdict != "unfinished":
            before = casework.control_plane.requests
            ids = [ref.execution_id for ref in hop.path] or [run_id]
            assert (await casework.get_failed_hop(ids[-1])).run_id == run_id
            assert casework.control_plane.requests == before
    sizes.sort()
    assert sizes[int(len(sizes) * 0.95)] <= 1_000
    assert sizes[-1] <= 8_000


async def test_paging_through_the_list_shows_every_failed_run_once_in_answers_of_bounded_size(
    casework: Casework,
) -> None:
    default = await casework.list_failures()
    assert len(default.failures) == 8
    assert tokens(default.wire()) <= 800
    ids: list[str] = []
    cursor = None
    for _ in range(10):
        page = await casework.list_failures(limit=100, cursor=cursor)
        assert tokens(page.wire()) <= 6_000
        ids += [f.run_id for f in page.failures]
        cursor = page.next_cursor
        if cursor is None:
            break
    failed = {str(truth(f)["run_id"]) for f in FOLDERS if truth(f)["verdict"] == "failed"}
    assert sorted(ids) == sorted(failed)


async def test_failures_alike_share_a_signature_and_the_summary_counts_the_distinct(tmp_path: Path) -> None:
    at = datetime(2026, 11, 24, 2, tzinfo=UTC)
    fleet = Fleet()
    for n in range(14):
        said = ("no page 'P-{n}' in /var/spool/{n}", "order {n} refused", "took {n} ms too long")[n % 3].format(
            n=n * 37
        )
        row = ExecutionRow(
            execution_id=f"exec_{n}",
            run_id=f"run_{n}",
            agent="desk",
            reasoner="work",
            status="failed",
            error=said,
            started_at=at + timedelta(minutes=n),
        )
        fleet.load([row])
    async with serve(fleet) as url, open_casework(Settings(control_plane_url=url, home=tmp_path), actor="test") as c:
        listed = await c.list_failures(limit=20)
    assert listed.summary.startswith("14 failures, 3 distinct, among 14 runs")
    assert len({f.signature for f in listed.failures}) == 3
