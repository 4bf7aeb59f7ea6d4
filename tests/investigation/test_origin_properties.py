"""What holds for the finder on every graph of rows, sensible or not."""

import time
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from operator_mcp.investigation.origin import find_origin, wanted_logs
from operator_mcp.investigation.signature import signature
from operator_mcp.models import Finding, Hop, LogEntry, Run, Status
from tests.investigation.runs import START, hop, run

IDS = ("a", "b", "c", "d", "e", "exec_1788107755123_d67a2be3", "")
WORDS = (
    None,
    "",
    "boom",
    "None",
    "Execution failed",
    "Execution failed: boom",
    "Execution failed: Execution failed: boom",
    "Execution was cancelled: None",
    "Wait timeout reached after 0.8 seconds",
    "execution timed out (no activity)",
    "2 of 3 failed: boom; bust",
    "do_a could not finish",
    "\x00\ud7ff\u202e'\"`[" * 40,
)
INPUTS: tuple[JsonValue, ...] = (None, {"x": 1}, {"x": 2})
moments = st.one_of(
    st.none(),
    st.integers(0, 40).map(lambda tenths: START + timedelta(seconds=tenths / 10)),
    st.sampled_from(
        [
            datetime(1, 1, 1),
            datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
            datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-12))),
            datetime(2026, 1, 1, tzinfo=UTC),
        ]
    ),
)
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["input", "attempt", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@st.composite
def hops(draw: st.DrawFn) -> Hop:
    """Draw any row."""
    return Hop(
        execution_id=draw(st.sampled_from(IDS)),
        parent_id=draw(st.none() | st.sampled_from((*IDS, "gone"))),
        agent=draw(st.sampled_from(["", "mill", "do_a"])),
        reasoner=draw(st.sampled_from(["", "do_a", "grind"])),
        status=draw(st.sampled_from(list(Status))),
        status_reason=draw(st.sampled_from([None, "", "agent_error", "agent_restart_orphaned: x", "wrong order"])),
        error=draw(st.sampled_from(WORDS) | st.text(max_size=30)),
        started_at=draw(moments),
        ended_at=draw(moments),
        duration_ms=draw(st.none() | st.integers(-5, 4000)),
        input=draw(json),
        result=draw(json),
        approval_status=draw(st.sampled_from([None, "rejected", "approved"])),
    )


@st.composite
def entries(draw: st.DrawFn) -> LogEntry:
    """Draw any log line."""
    return LogEntry(
        seq=draw(st.integers(0, 5)),
        level=draw(st.sampled_from(["warning", "ERROR", "info", ""])),
        message=draw(st.text(max_size=20)),
        event_type=draw(st.sampled_from(["", "log.warning", "reasoner.failed"])),
        at=draw(moments),
    )


logs = st.dictionaries(st.sampled_from(IDS), st.lists(entries(), max_size=4), max_size=4)


@settings(max_examples=100, deadline=None)
@given(st.lists(hops(), max_size=14), logs)
def test_any_rows_get_a_verdict_that_keeps_its_own_promises(rows: list[Hop], logs: dict[str, list[LogEntry]]) -> None:
    given_run = Run(run_id="run", hops=tuple(rows))
    found = find_origin(given_run, logs)
    ids = {h.execution_id for h in rows}
    assert found == find_origin(given_run, logs)
    assert (found.origin is None) == (found.kind == "none")
    assert (found.origin is None) == (not found.path)
    assert (found.origin is not None) == (found.verdict in ("failed", "cancelled"))
    assert 1 <= len(found.why) <= 4
    assert len(found.alternatives) <= 2
    assert len(wanted_logs(given_run, found)) <= 2
    assert set(wanted_logs(given_run, found)) <= ids
    if found.origin is not None:
        assert found.path[-1].execution_id == found.origin.execution_id
        assert found.origin.execution_id not in {a.execution_id for a in found.alternatives}
        signature(found.origin, found.kind)
    _lists_hold_every_failure_beside_the_path_once(found, rows)


def _lists_hold_every_failure_beside_the_path_once(found: Finding, rows: list[Hop]) -> None:
    first: dict[str, Hop] = {}
    for row in rows:
        first.setdefault(row.execution_id, row)
    path = {ref.execution_id for ref in found.path}
    beside = {id for id, row in first.items() if row.status.failure_like} - path
    listed = [w.execution_id for w in (*found.handled, *found.recovered, *found.collateral, *found.concurrent)]
    assert len(listed) == len(set(listed))
    assert set(listed) == beside


@st.composite
def timed_runs(draw: st.DrawFn) -> list[Hop]:
    """Draw the rows of one tree whose times decide every question of order."""
    count = draw(st.integers(1, 10))
    starts = draw(st.lists(st.integers(0, 2000), min_size=count, max_size=count, unique=True))
    rows = [hop("0", status=draw(st.sampled_from(list(Status))), error=draw(st.sampled_from(WORDS)), span=(-1.0, 40.0))]
    for k, start in enumerate(starts, 1):
        ticks = draw(st.none() | st.integers(start + 1, 4000))
        ended = None if ticks is None else ticks / 100 + k / 10_000
        rows.append(
            hop(
                str(k),
                str(draw(st.integers(0, k - 1))),
                status=draw(st.sampled_from(list(Status))),
                error=draw(st.sampled_from(WORDS)),
                span=(start / 100, ended),
                input=draw(st.sampled_from(INPUTS)),
            )
        )
    return rows


@settings(max_examples=80, deadline=None)
@given(timed_runs(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter_where_times_decide(rows: list[Hop], rng: object) -> None:
    shuffled = list(rows)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    one = find_origin(Run(run_id="run", hops=tuple(rows)))
    other = find_origin(Run(run_id="run", hops=tuple(shuffled)))
    assert _substance(one) == _substance(other)


def _substance(found: Finding) -> object:
    lists = [frozenset(w.execution_id for w in ws) for ws in (found.handled, found.recovered, found.collateral)]
    return (
        found.verdict,
        found.origin,
        found.kind,
        found.confidence,
        found.path,
        found.alternatives,
        found.why[:1],
        lists,
    )


def _wide(count: int) -> Run:
    failed = [hop(f"w{k}", "0", error=f"no page {k}", span=(k / 1000, k / 1000 + 0.5)) for k in range(count)]
    return run(hop("0", error="Execution failed: no page 7", span=(-1, 9)), *failed)


def _deep(count: int) -> Run:
    prefix = "Execution failed: "
    rows = [
        hop(
            str(k),
            str(k - 1) if k else None,
            error=prefix * (5 if k < count - 1 else 0) + "boom",
            span=(k / 1000, 20 - k / 1000),
        )
        for k in range(count)
    ]
    return run(*rows)


def _attempts(count: int) -> Run:
    same: JsonValue = {"page": 1}
    rows = [
        hop(f"t{k}", "0", error="busy", span=(k, k + 0.5), input=same).model_copy(
            update={"reasoner": "get", "agent": "a"}
        )
        for k in range(count)
    ]
    return run(hop("0", error="Execution failed: busy", span=(-1, count + 1)), *rows)


def _strays(count: int) -> Run:
    rows = [hop(f"s{k}", "gone", error="boom", span=(0.1 + k / 10_000, 2)) for k in range(count)]
    return run(hop("0", error="Execution failed: boom", span=(0, 9)), *rows)


def _seconds(of: Run) -> float:
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        find_origin(of)
        best = min(best, time.process_time() - began)
    return best


def test_time_grows_with_the_hops_and_not_with_their_square() -> None:
    for shape in (_wide, _deep, _attempts, _strays):
        small, large = _seconds(shape(600)), _seconds(shape(3000))
        assert large < 15 * small + 0.02, shape.__name__
