"""Any rows make a tree."""

from hypothesis import given
from hypothesis import strategies as st

from operator_mcp.investigation.tree import Tree
from operator_mcp.models import Hop, Status
from tests.investigation.runs import hop

IDS = "abcdef"


@st.composite
def rows(draw: st.DrawFn) -> list[Hop]:
    """Draw rows with repeated ids, missing parents and circles."""
    ids = draw(st.lists(st.sampled_from(IDS), max_size=12))
    return [hop(i, draw(st.sampled_from([None, *IDS, "gone"]))) for i in ids]


@given(rows())
def test_every_hop_stands_in_the_tree_exactly_once(hops: list[Hop]) -> None:
    tree = Tree(hops)
    assert sorted(tree.downwards) == list(range(len(tree.hops)))
    assert {h.execution_id for h in tree.hops} == {h.execution_id for h in hops}


@given(rows())
def test_a_parent_comes_before_its_children_and_one_level_higher(hops: list[Hop]) -> None:
    tree = Tree(hops)
    place = {i: k for k, i in enumerate(tree.downwards)}
    for i, parent in enumerate(tree.parent):
        if parent is not None:
            assert place[parent] < place[i]
            assert tree.depth[i] == tree.depth[parent] + 1
            assert tree.hops[i].parent_id == tree.hops[parent].execution_id


def test_the_earliest_hop_of_a_circle_is_its_root() -> None:
    tree = Tree([hop("a", "c", span=(2, 3)), hop("b", "a", span=(1, 3)), hop("c", "b", span=(3, 4))])
    assert [tree.hops[r].execution_id for r in tree.roots] == ["b"]
    assert tree.strays == ()


def test_a_hop_whose_parent_was_never_recorded_is_a_stray_root() -> None:
    tree = Tree([hop("a"), hop("b", "gone")])
    assert [tree.hops[i].execution_id for i in tree.strays] == ["b"]


def test_a_chain_deeper_than_the_interpreters_stack_is_walked() -> None:
    chain = [hop(str(i), str(i - 1) if i else None, status=Status.SUCCEEDED) for i in range(6000)]
    tree = Tree(chain)
    assert tree.depth[5999] == 5999
    assert len(tree.path(5999)) == 6000
