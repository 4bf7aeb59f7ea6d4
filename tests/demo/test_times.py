"""Times and trees: what the renderers stand on."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_mcp.demo.rows import ExecutionRow, payload
from operator_mcp.demo.times import SECOND, exact, nanoseconds, second
from operator_mcp.demo.tree import Tree

MOMENTS = st.integers(min_value=0, max_value=4_000_000_000 * SECOND)


@given(MOMENTS)
def test_an_exact_time_reads_back_as_itself_and_never_ends_in_a_zero(moment: int) -> None:
    text = exact(moment)
    assert nanoseconds(text) == moment
    assert not text.removesuffix("Z").partition(".")[2].endswith("0")
    assert 0 <= moment - nanoseconds(second(moment)) < SECOND


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_a_datetime_is_the_moment_that_it_names(when: datetime) -> None:
    assert nanoseconds(when) == nanoseconds(when.isoformat())
    assert timedelta(microseconds=nanoseconds(when) / 1000) == when - datetime(1970, 1, 1, tzinfo=UTC)


def test_a_zone_is_taken_into_account() -> None:
    assert nanoseconds("2027-03-01T08:00:00+02:00") == nanoseconds("2027-03-01T06:00:00Z")


@pytest.mark.parametrize("value", ["", "yesterday", "2027-03-01", "2027-03-01T06:00:00", None, True, 1.5])
def test_what_is_no_moment_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not a time"):
        nanoseconds(value)


@given(st.lists(st.none() | st.integers(min_value=0, max_value=11), min_size=1, max_size=10))
def test_depths_are_steps_to_the_parent_whatever_the_links(parents: list[int | None]) -> None:
    rows = [
        ExecutionRow(
            execution_id=str(n),
            run_id="r",
            parent_id=None if parent is None else str(parent),
            agent="a",
            reasoner="x",
            status="failed",
            started_at=n,
        )
        for n, parent in enumerate(parents)
    ]
    tree = Tree(rows)
    broken = 0
    for row in rows:
        above = tree.by_id.get(row.parent_id or "")
        if above is None:
            assert tree.depth(row) == 0
        elif tree.depth(row) != tree.depth(above) + 1:
            assert tree.depth(row) == 1
            broken += 1
    assert broken <= _cycles(parents)
    assert tree.reached_depth() <= max(tree.depths.values())


@pytest.mark.parametrize(
    ("given", "read"), [('{"a":1}', {"a": 1}), ('"<p>"', "<p>"), ("<p>", "<p>"), ("", None), (None, None)]
)
def test_a_payload_reads_as_json_or_as_the_text_that_it_is(given: str | None, read: object) -> None:
    assert payload(given) == read


def _cycles(parents: list[int | None]) -> int:
    found: set[frozenset[int]] = set()
    for start in range(len(parents)):
        path: list[int] = []
        at: int | None = start
        while at is not None and at < len(parents) and at not in path:
            path.append(at)
            at = parents[at]
        if at is not None and at < len(parents):
            found.add(frozenset(path[path.index(at) :]))
    return len(found)
