"""The truth of a generated run is consistent with its rows, though it was not read from them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.hopbench import FAMILIES, Generated, generate
from operator_mcp.models import Hop, Status

SMALL = tuple(family for family in FAMILIES if family != "large")
ODD = ("missing-parent", "parent-cycle")
runs = st.builds(generate, st.sampled_from(SMALL), st.integers(0, 100_000))


def hops(run: Generated) -> dict[str, Hop]:
    return {hop.execution_id: hop for hop in run.run.hops}


@settings(max_examples=60, deadline=None)
@given(runs)
def test_every_id_of_the_truth_is_a_row_and_the_path_follows_parent_links(run: Generated) -> None:
    rows, truth = hops(run), run.truth
    beside = (*truth.handled, *truth.recovered, *truth.collateral, *truth.concurrent)
    assert {*truth.path, *truth.acceptable_origins, *beside} <= rows.keys()
    assert len(rows) == len(run.run.hops)
    for above, below in zip(truth.path, truth.path[1:], strict=False):
        assert rows[below].parent_id == above
    if truth.path and run.family not in ODD:
        assert rows[truth.path[0]].parent_id is None


@settings(max_examples=60, deadline=None)
@given(runs)
def test_an_origin_ends_its_path_and_is_acceptable_and_a_healthy_run_has_none(run: Generated) -> None:
    truth = run.truth
    if truth.origin is None:
        assert truth.verdict in ("healthy", "unfinished")
        assert (truth.path, truth.acceptable_origins, truth.kind, truth.cause) == ((), (), "none", None)
    else:
        assert truth.verdict != "healthy"
        assert truth.path[-1] == truth.origin
        assert truth.acceptable_origins[0] == truth.origin
        assert truth.kind != "none"


@settings(max_examples=60, deadline=None)
@given(runs)
def test_every_failure_has_exactly_one_place_in_the_truth(run: Generated) -> None:
    rows, truth = hops(run), run.truth
    beside = [*truth.handled, *truth.recovered, *truth.collateral, *truth.concurrent]
    named = {*truth.path, *truth.acceptable_origins}
    assert len(beside) == len(set(beside))
    assert not named & set(beside)
    assert {i for i, hop in rows.items() if hop.status.failure_like} <= named | set(beside)
    assert all(rows[i].status.failure_like for i in beside)


@settings(max_examples=60, deadline=None)
@given(runs)
def test_the_verdict_is_what_became_of_the_roots(run: Generated) -> None:
    roots = [hop for hop in run.run.hops if hop.parent_id is None]
    if run.family in ODD:
        return
    if any(root.status in (Status.FAILED, Status.TIMEOUT) for root in roots):
        assert run.truth.verdict == "failed"
    elif all(root.status is Status.SUCCEEDED for root in roots):
        assert run.truth.verdict == "healthy"
    else:
        assert run.truth.verdict in ("cancelled", "unfinished")


@settings(max_examples=40, deadline=None)
@given(runs)
def test_no_row_ends_before_it_starts_and_children_start_after_their_parents(run: Generated) -> None:
    rows = hops(run)
    for hop in rows.values():
        assert hop.started_at is not None
        assert hop.ended_at is None or hop.ended_at >= hop.started_at
        parent = rows.get(hop.parent_id or "")
        if parent is not None and parent.started_at is not None and run.family != "parent-cycle":
            assert parent.started_at <= hop.started_at


@pytest.mark.parametrize(
    ("family", "kind"),
    [
        ("hang-wait", "hang"),
        ("hang-watchdog", "hang"),
        ("reaped-root", "hang"),
        ("unreachable", "unreachable"),
        ("capacity", "capacity"),
        ("orphan-restart", "orphaned"),
        ("approval", "human"),
        ("cancelled-hop", "cancelled"),
        ("chain", "error"),
        ("healthy", "none"),
        ("retry-recovered", "none"),
        ("caught-then-healthy", "none"),
    ],
)
def test_a_family_is_of_one_kind_for_every_seed(family: str, kind: str) -> None:
    assert {generate(family, seed).truth.kind for seed in range(25)} == {kind}


def test_the_mixed_family_holds_errors_hangs_and_healthy_runs() -> None:
    kinds = [generate("composed", seed).truth.kind for seed in range(60)]
    assert {"error", "hang", "none"} <= set(kinds)
    assert kinds.count("error") > 30
