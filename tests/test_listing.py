"""The list of failed runs: what counts, and a cursor that holds while the list moves."""

import base64
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.demo.rows import ExecutionRow, as_json
from operator_mcp.demo.serving import serve
from operator_mcp.demo.store import Fleet
from operator_mcp.detection.listing import Position, failed, handled, matches, parse_since, scan
from operator_mcp.errors import UsageError
from operator_mcp.models import RunRow, Status

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def row(status: Status, *, error: str | None = None, failures: int = 0) -> RunRow:
    return RunRow(
        run_id="r",
        root_execution_id="e",
        root_status=status,
        root_error=error,
        status=Status.FAILED,
        agent="a",
        reasoner="b",
        failed=failures,
    )


def test_a_run_counts_as_failed_by_its_root_and_not_by_the_aggregate() -> None:
    assert failed(row(Status.FAILED))
    assert failed(row(Status.TIMEOUT))
    assert not failed(row(Status.SUCCEEDED, failures=3))
    assert handled(row(Status.SUCCEEDED, failures=3))
    assert not failed(row(Status.CANCELLED))
    assert not failed(row(Status.RUNNING, failures=1))


def test_a_second_root_that_failed_shows_by_its_error_beside_a_succeeded_word() -> None:
    assert failed(row(Status.SUCCEEDED, error="boom", failures=1))
    assert not handled(row(Status.SUCCEEDED, error="boom", failures=1))


def test_a_run_without_any_root_counts_by_its_aggregate() -> None:
    assert failed(row(Status.UNKNOWN).model_copy(update={"root_execution_id": ""}))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2h", NOW - timedelta(hours=2)),
        ("1d", NOW - timedelta(days=1)),
        ("90M", NOW - timedelta(minutes=90)),
        ("2026-11-23T10:00:00Z", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        ("2026-11-23T10:00:00+02:00", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
    ],
)
def test_since_takes_rfc_3339_and_ages(text: str, meant: datetime) -> None:
    assert parse_since(text, NOW) == meant


@pytest.mark.parametrize("text", ["yesterday", "", "2 fortnights", "-3h"])
def test_since_that_is_neither_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="since"):
        parse_since(text, NOW)


@pytest.mark.parametrize("cursor", ["x", "????", "eyJhIjoxfQ", "ü"])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(UsageError, match="cursor"):
        Position.decode(cursor)


def execution(n: int, *, status: str = "failed") -> ExecutionRow:
    at = NOW + timedelta(seconds=n)
    return ExecutionRow(
        execution_id=f"exec_{n:04}",
        run_id=f"run_{n:04}",
        agent="desk",
        reasoner="work",
        status=status,
        error="boom" if status == "failed" else None,
        started_at=at,
        completed_at=at,
        duration_ms=1,
    )


async def test_paging_gives_every_failure_once_while_new_runs_push_the_list_down() -> None:
    fleet = Fleet()
    fleet.load([execution(n) for n in range(450)])
    seen: list[str] = []
    position = None
    async with serve(fleet) as url, ControlPlane(url) as control_plane:
        for turn in range(40):
            found = await scan(control_plane, wanted=matches, limit=30, position=position)
            seen += [r.run_id for r in found.rows]
            position = found.next
            if position is None:
                break
            fleet.load([execution(1000 + turn * 10 + k) for k in range(7)])
    assert seen == [f"run_{n:04}" for n in reversed(range(450))]


async def test_one_answer_costs_at_most_two_requests_and_says_how_far_it_looked() -> None:
    fleet = Fleet()
    fleet.load([execution(n, status="succeeded") for n in range(1000)])
    async with serve(fleet) as url, ControlPlane(url) as control_plane:
        found = await scan(control_plane, wanted=matches, limit=5)
        assert control_plane.requests == 2
        assert (len(found.rows), found.scanned) == (0, 400)
        assert found.next is not None


async def test_a_run_that_succeeded_with_a_failure_envelope_is_a_suspect_and_words_alone_make_none() -> None:
    envelope = {
        "status": "cancelled",
        "error_message": "cancelled_by_control_plane",
        "execution_id": "x",
        "result": None,
    }
    fleet = Fleet()
    for n, result in enumerate([envelope, {"error": "none", "failed": 0, "status": "failed"}, {"ok": True}]):
        root = execution(n, status="succeeded").model_copy(update={"result": as_json(result)})
        child = execution(n, status="cancelled").model_copy(
            update={"execution_id": f"child_{n}", "parent_id": root.execution_id}
        )
        fleet.load([root, child])
    async with serve(fleet) as url, ControlPlane(url) as control_plane:
        suspects = await scan(control_plane, wanted=partial(matches, status="suspect"), limit=5)
        assert control_plane.requests == 2
        failures = await scan(control_plane, wanted=matches, limit=5)
    assert [r.run_id for r in suspects.rows] == ["run_0000"]
    assert failures.rows == ()
    assert list(failures.suspects) == ["run_0000"]


def test_a_time_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(UsageError, match="since"):
        parse_since("9999-12-31T23:59:59-23:59", NOW)


def test_a_cursor_whose_time_has_no_zone_is_refused() -> None:
    forged = base64.urlsafe_b64encode(b'{"page":1,"started_at":"2026-11-24T02:00:00","run_id":"r"}').decode()
    with pytest.raises(UsageError, match="cursor"):
        Position.decode(forged)
