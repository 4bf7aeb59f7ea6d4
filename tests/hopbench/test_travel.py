"""Exceptions travel through a simulated fleet as they do through a real one, and leave the rows that it leaves."""

from itertools import pairwise

from benchmarks.hopbench import Generated, generate
from operator_mcp.models import Hop, Status

SEEDS = range(20)


def hops(run: Generated) -> dict[str, Hop]:
    return {hop.execution_id: hop for hop in run.run.hops}


def in_process(hop: Hop) -> bool:
    return not hop.execution_id.startswith("exec_20")


def test_a_dispatched_failure_gets_one_prefix_per_hop_and_a_step_none() -> None:
    for seed in SEEDS:
        run = generate("chain", seed)
        rows = [hops(run)[i] for i in run.truth.path]
        for above, below in pairwise(rows):
            expected = below.error if in_process(below) else f"Execution failed: {below.error}"
            assert above.error == expected


def test_a_child_without_words_gives_its_caller_the_words_twice() -> None:
    run = next(run for run in map(empty, SEEDS) if not in_process(hops(run)[str(run.truth.origin)]))
    origin, caller = (hops(run)[i] for i in (run.truth.path[-1], run.truth.path[-2]))
    assert origin.error is None
    assert caller.error == "Execution failed: Execution failed"


def empty(seed: int) -> Generated:
    return generate("empty-error", seed)


def test_attempts_of_one_call_do_not_overlap_and_have_equal_inputs() -> None:
    for seed in SEEDS:
        run = generate("retry-exhausted", seed)
        attempts = sorted((hops(run)[i] for i in run.truth.acceptable_origins), key=lambda hop: hop.execution_id)
        attempts.sort(key=lambda hop: (hop.started_at is None, hop.started_at))
        assert len(attempts) >= 2
        for earlier, later in pairwise(attempts):
            assert earlier.ended_at is not None
            assert later.started_at is not None
            assert earlier.ended_at < later.started_at
            assert earlier.input == later.input
        assert attempts[-1].execution_id == run.truth.origin


def test_a_hung_hop_stays_open_below_the_caller_that_gave_up_and_is_reaped_only_later() -> None:
    for seed in SEEDS:
        run = generate("hang-wait", seed)
        assert hops(run)[str(run.truth.origin)].status is Status.RUNNING
        assert hops(run)[run.truth.path[0]].status is Status.FAILED
    reaped = generate("reaped-child", 1)
    origin, root = (hops(reaped)[i] for i in (str(reaped.truth.origin), reaped.truth.path[0]))
    assert origin.status is Status.TIMEOUT
    assert origin.ended_at is not None
    assert root.ended_at is not None
    assert origin.ended_at > root.ended_at


def test_a_caught_failure_lets_its_caller_go_on_to_other_work() -> None:
    for seed in SEEDS:
        run = generate("caught-before-other", seed)
        rows = hops(run)
        handled = [rows[i] for i in run.truth.handled if rows[i].parent_id in run.truth.path]
        assert len(handled) == 1
        later = [h for h in rows.values() if h.parent_id == handled[0].parent_id and h.execution_id in run.truth.path]
        assert later[0].started_at is not None
        assert handled[0].ended_at is not None
        assert later[0].started_at > handled[0].ended_at


def test_siblings_cancelled_for_a_failure_are_collateral() -> None:
    run = generate("gather-cancel", 0)
    cancelled = {i for i, hop in hops(run).items() if hop.status is Status.CANCELLED}
    assert cancelled
    assert cancelled == set(run.truth.collateral)


def test_a_restart_orphans_all_open_rows_of_the_agent_in_one_moment_without_a_duration() -> None:
    for seed in SEEDS:
        run = generate("orphan-restart", seed)
        orphans = [hop for hop in run.run.hops if (hop.status_reason or "").startswith("agent_restart_orphaned")]
        assert {hop.execution_id for hop in orphans} == set(run.truth.acceptable_origins)
        assert len({hop.ended_at for hop in orphans}) == 1
        assert {hop.duration_ms for hop in orphans} == {None}
        assert len({hop.agent for hop in orphans}) == 1


def test_a_refused_call_leaves_rows_with_the_control_planes_reason() -> None:
    for seed in SEEDS:
        run = generate("capacity", seed)
        refused = [hops(run)[i] for i in run.truth.acceptable_origins]
        assert {hop.status_reason for hop in refused} <= {"concurrency_limit", "llm_unavailable"}
        assert len({hop.parent_id for hop in refused}) == 1
        assert not [hop for hop in refused if hop.execution_id in run.logs]


def test_a_no_stays_visible_as_the_approval_of_the_hop_whatever_the_gate_reports() -> None:
    statuses = set()
    for seed in range(40):
        run = generate("approval", seed)
        origin = hops(run)[str(run.truth.origin)]
        assert origin.approval_status in ("rejected", "expired")
        statuses.add(origin.status)
    assert statuses == {Status.CANCELLED, Status.FAILED, Status.SUCCEEDED}


def test_a_twice_cancelled_call_makes_its_caller_succeed_with_the_cancellation() -> None:
    run = generate("false-success", 2)
    liar = hops(run)[str(run.truth.false_success)]
    assert run.truth.verdict == "healthy"
    assert liar.status is Status.SUCCEEDED
    assert isinstance(liar.result, dict)
    assert liar.result["error_message"] == "cancelled_by_control_plane"


def test_a_lost_row_leaves_its_child_without_a_parent() -> None:
    for seed in SEEDS:
        run = generate("missing-parent", seed)
        assert hops(run)[run.truth.path[0]].parent_id not in hops(run)
        assert set(run.truth.concurrent)


def test_parent_links_of_a_cycle_lead_back_to_where_they_start() -> None:
    for seed in SEEDS:
        run = generate("parent-cycle", seed)
        assert any(circular(hops(run), hop) for hop in run.run.hops)


def circular(rows: dict[str, Hop], hop: Hop) -> bool:
    seen: set[str] = set()
    above: Hop | None = hop
    while above is not None and above.execution_id not in seen:
        seen.add(above.execution_id)
        above = rows.get(above.parent_id or "")
    return above is not None
