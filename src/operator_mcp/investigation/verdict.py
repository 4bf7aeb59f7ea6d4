"""Whether a run failed at all, and from which hops to look for the beginning."""

import math
from collections.abc import Iterator, Sequence

from operator_mcp.investigation.tree import Tree
from operator_mcp.models import Status, VerdictWord


def judge(tree: Tree) -> tuple[VerdictWord, tuple[int, ...]]:
    """Give the verdict, and the hops to walk down from.

    The status of the roots decides, never the run's aggregate (which reads `failed` where a caught child failed, and
    `running` where a failed run left one open row; AgentField 0.1.80, `workflow_dag.go`). Of several roots a failed one
    decides, the earliest first. A root whose named parent is not in the run counts only where there is no other.
    Of an unfinished run, the hops are the failures that nobody has dealt with yet.
    """
    strays = set(tree.strays)
    roots = sorted((r for r in tree.roots if r not in strays), key=tree.age) or sorted(strays, key=tree.age)
    if failed := [r for r in roots if tree.hops[r].status in (Status.FAILED, Status.TIMEOUT)]:
        return "failed", (failed[0],)
    if cancelled := [r for r in roots if tree.hops[r].status is Status.CANCELLED]:
        return "cancelled", (cancelled[0],)
    active = [r for r in roots if not tree.hops[r].status.terminal]
    return ("unfinished", tuple(_undecided(tree, active))) if active else ("healthy", ())


def _undecided(tree: Tree, tops: Sequence[int]) -> Iterator[int]:
    """Yield the failures that have reached a caller which is still at work and has begun nothing since."""
    todo = list(tops)
    while todo:
        hop = todo.pop()
        children = tree.children[hop]
        latest = max((s for c in children if (s := tree.start[c]) is not None), default=math.inf)
        for c in children:
            end = tree.end[c]
            if tree.hops[c].status.failure_like and end is not None and end >= latest:
                yield c
            elif not tree.hops[c].status.terminal:
                todo.append(c)
