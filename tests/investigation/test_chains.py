"""One failure that travels up a long chain of callers is one fact, however many pass it on."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from operator_mcp.investigation.facts import Facts
from operator_mcp.investigation.fork import Option, Place
from operator_mcp.investigation.origin import find_origin
from operator_mcp.investigation.texts import peel
from operator_mcp.investigation.tree import Tree
from operator_mcp.investigation.walk import candidates, fold, walk
from operator_mcp.models import Hop, Run, Status
from tests.investigation.runs import hop, run

PREFIX = "Execution failed: "
WORDS = "the press refused page 7"


def in_process(k: int) -> str:
    """Give an id as the SDK mints it for a step called in process."""
    return f"exec_{1_788_107_755_123 + k}_{k:08x}"


def by_control_plane(k: int) -> str:
    """Give an id as the control plane mints it."""
    return f"exec_20260101_020000_{k:08d}"


def chain(count: int, form: str, words: str = WORDS) -> list[Hop]:
    """Give a chain in which every hop begins 1 ms after its caller and fails 1 ms before it; the last began it."""
    rows = []
    for k in range(count):
        name = in_process if form == "in process" else by_control_plane
        error = words if form == "in process" else PREFIX * (count - 1 - k) + words
        span = (k / 1000, (3 * count - k) / 1000)
        rows.append(hop(name(k), name(k - 1) if k else None, error=error, span=span))
    return rows


@pytest.mark.parametrize("form", ["in process", "by control plane"])
@pytest.mark.parametrize("count", [2, 5, 20, 100, 1000, 5000])
def test_the_leaf_of_a_chain_is_named_surely_however_deep_it_lies(count: int, form: str) -> None:
    rows = chain(count, form)
    found = find_origin(run(*rows))
    assert found.origin is not None
    assert found.origin.execution_id == rows[-1].execution_id
    assert found.confidence >= 0.9
    assert len(found.path) == count


def test_a_chain_whose_callers_each_put_words_of_their_own_before_the_failure_leads_to_its_leaf() -> None:
    rows = chain(600, "in process")
    rows = [
        row.model_copy(update={"error": "".join(f"stage {j} cannot go on: " for j in range(k, 599)) + WORDS})
        for k, row in enumerate(rows)
    ]
    began = time.process_time()
    found = find_origin(run(*rows))
    assert found.origin is not None
    assert found.origin.execution_id == rows[-1].execution_id
    assert found.confidence >= 0.9
    assert time.process_time() - began < 3


def test_a_deep_chain_without_words_leads_to_its_leaf() -> None:
    rows = chain(300, "in process", "")
    found = find_origin(run(*rows))
    assert found.origin is not None
    assert found.origin.execution_id == rows[-1].execution_id
    assert found.confidence < 0.9


def test_a_deep_chain_of_open_calls_leads_to_the_one_that_hangs() -> None:
    root = hop("0", error="Wait timeout reached after 10 seconds", span=(0, 10))
    waiting = [hop(str(k), str(k - 1), status=Status.RUNNING, span=(k / 1000, None)) for k in range(1, 3000)]
    found = find_origin(run(root, *waiting))
    assert found.origin is not None
    assert found.origin.execution_id == "2999"
    assert found.confidence >= 0.9


def test_one_doubtful_link_keeps_its_doubt_in_a_long_chain() -> None:
    rows = chain(60, "in process")
    middle = rows[30].execution_id
    reworded = [row.model_copy(update={"error": "could not make the book"}) for row in rows[:31]]
    found = find_origin(run(*reworded, *rows[31:]))
    assert found.confidence < 0.9
    named = {found.origin.execution_id if found.origin else None, *(a.execution_id for a in found.alternatives)}
    assert {middle, rows[-1].execution_id} <= named


def test_a_failure_made_good_at_a_link_is_not_folded_into_the_chain() -> None:
    rows = chain(40, "in process")
    caught = hop("caught", rows[20].execution_id, error=WORDS, span=(0.021, 0.0215))
    late = hop("own", rows[20].execution_id, status=Status.SUCCEEDED, span=(0.0991, 0.0995))
    found = find_origin(run(*rows, caught, late))
    assert found.origin is not None
    assert found.origin.execution_id == rows[-1].execution_id


def test_chances_of_a_deep_chain_sum_to_one() -> None:
    facts = Facts(Tree(run(*chain(2000, "in process")).hops), {})
    found = candidates(facts, walk(facts, [0]))
    assert len(found) == 2000
    assert sum(c.chance for c in found) == pytest.approx(1)
    assert all(0 <= c.chance <= 1 for c in found)


def test_rows_whose_unrecorded_callers_quote_each_other_do_not_go_round() -> None:
    one, other = (hop(id, "gone", error=WORDS, span=(0, 1)) for id in ("one", "other"))
    found = find_origin(Run(run_id="run", hops=(one, other)))
    assert found.origin is not None


@example([1.0, 0.0, 1.0], 1.0)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.01, 1))
def test_a_chain_is_as_sure_as_its_weakest_link(doubts: list[float], chance: float) -> None:
    links = [
        (Place(k), ((Option(None, {}), doubt), (Option(Place(k + 1), {}), 1 - doubt))) for k, doubt in enumerate(doubts)
    ]
    visits, reached = fold(links, chance)
    assert reached == pytest.approx(chance * (1 - max(doubts)), abs=1e-9)
    own = [visit.chance * visit.shares[0][1] for visit in visits]
    assert sum(own) + reached == pytest.approx(chance)
    assert all(-1e-9 <= share <= 1 + 1e-9 for visit in visits for _, share in visit.shares)


def test_thousands_of_prefixes_are_counted_and_none_is_cut() -> None:
    assert peel(PREFIX * 5000 + WORDS) == (5000, WORDS)
    assert peel(PREFIX * 4097 + "execution was cancelled: " + PREFIX + WORDS) == (4099, WORDS)
    assert peel(PREFIX * 300 + "None") == (300, "Execution failed")
    assert peel((PREFIX * 300).rstrip(": ")) == (299, "Execution failed")


@given(st.lists(st.sampled_from([PREFIX, "Execution was cancelled: ", "execution failed:", " "]), max_size=40))
def test_prefixes_are_counted_the_same_in_any_order_and_case(parts: list[str]) -> None:
    assert peel("".join(parts) + WORDS) == (sum(part != " " for part in parts), WORDS)


def test_peeling_all_texts_of_a_deep_chain_takes_a_moment() -> None:
    texts = [row.error or "" for row in chain(5000, "by control plane")]
    began = time.process_time()
    counts = [peel(text)[0] for text in texts]
    assert counts == list(range(4999, -1, -1))
    assert time.process_time() - began < 0.5
