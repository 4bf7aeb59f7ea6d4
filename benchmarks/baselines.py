"""The simple ways to name an origin that the finder is measured beside. Each gives an execution id or None."""

from collections.abc import Callable, Mapping, Sequence

from operator_mcp.investigation.texts import strip_prefixes
from operator_mcp.investigation.tree import Tree
from operator_mcp.models import Hop, LogEntry, Run, Status

Logs = Mapping[str, Sequence[LogEntry]]
Baseline = Callable[[Run, Logs], str | None]


def first_failed(run: Run, logs: Logs) -> str | None:
    """The common recipe: the first failed entry of the timeline, which is ordered by start."""
    return next((hop.execution_id for hop in run.hops if hop.status.failure_like), None)


def deepest(run: Run, logs: Logs) -> str | None:
    """The failed hop furthest from its root; of several, the first."""
    tree = Tree(run.hops)
    failed = _failed(tree)
    return tree.hops[max(failed, key=lambda i: (tree.depth[i], -i))].execution_id if failed else None


def latest(run: Run, logs: Logs) -> str | None:
    """The failed hop that started last."""
    tree = Tree(run.hops)
    return tree.hops[max(failed, key=tree.age)].execution_id if (failed := _failed(tree)) else None


def last_error_log(run: Run, logs: Logs) -> str | None:
    """The execution of the last log entry of level error."""
    errors = [
        (entry.at.timestamp(), execution)
        for execution, entries in logs.items()
        for entry in entries
        if entry.at is not None and entry.level.lower() == "error"
    ]
    return max(errors)[1] if errors else None


def plain(run: Run, logs: Logs) -> str | None:
    """The finder that AgentField's own data suggests: down by containment of texts, then by the latest end.

    From the earliest failed root: to the failed child that ended before and whose words the parent's error holds, else,
    where the parent's error is a relay or has no words, to the last of them to end; attempts that a later equal call
    made good are passed over. A text that speaks of time running out is followed into the deepest child left open.
    """
    tree = Tree(run.hops)
    roots = [r for r in sorted(tree.roots, key=tree.age) if tree.hops[r].status.failure_like]
    if not roots:
        return None
    hop = roots[0]
    while (below := _next(tree, hop)) is not None:
        hop = below
    return tree.hops[hop].execution_id


def _next(tree: Tree, hop: int) -> int | None:
    ended = tree.end[hop] or float("inf")
    recovered = {_call(tree.hops[c]) for c in tree.children[hop] if tree.hops[c].status is Status.SUCCEEDED}
    before = [c for c in tree.children[hop] if tree.hops[c].status.failure_like and (tree.end[c] or 0.0) <= ended + 1]
    failed = [c for c in before if tree.hops[c].status is not Status.CANCELLED] or before
    error = tree.hops[hop].error or ""
    own = strip_prefixes(error)
    if holding := [c for c in failed if (words := strip_prefixes(tree.hops[c].error or "")) and words in own]:
        return max(holding, key=lambda c: (tree.end[c] or 0.0, c))
    if any(word in own.lower() for word in ("timed out", "timeout", "no activity")) or not own:
        left = [
            c for c in tree.children[hop] if not tree.hops[c].status.terminal or tree.hops[c].status is Status.TIMEOUT
        ]
        if left:
            return max(left, key=tree.age)
    failed = [c for c in failed if _call(tree.hops[c]) not in recovered]
    close = [c for c in failed if ended - (tree.end[c] or 0.0) < 0.25 or own != error.strip()]
    return max(close, key=lambda c: (tree.end[c] or 0.0, c), default=None)


def _call(hop: Hop) -> str:
    return f"{hop.agent}.{hop.reasoner}({hop.input!r})"


def _failed(tree: Tree) -> list[int]:
    return [i for i, hop in enumerate(tree.hops) if hop.status.failure_like]


BASELINES: dict[str, Baseline] = {
    "first failed in the timeline": first_failed,
    "deepest": deepest,
    "latest": latest,
    "last error log": last_error_log,
    "plain finder": plain,
}
