"""Families whose rows are odd: several roots, rows that are missing, parent links in a circle, very many rows."""

from collections.abc import Callable
from random import Random

from benchmarks.hopbench.builder import Builder, Scene
from benchmarks.hopbench.model import Generated, Truth
from benchmarks.hopbench.program import CATCH, Act, Call, Fan, Part, Work
from benchmarks.hopbench.simple import chain
from operator_mcp.models import Hop

Family = Callable[[Builder], Scene]


def second_root(b: Builder) -> Scene:
    """Two roots in one run; one or both fail."""
    which = b.rng.choice(["first", "second", "both"])
    first = b.above(b.failing(b.agent()) if which != "second" else b.healthy(b.agent()), b.depth(1, 3))
    second = b.above(b.failing(b.agent()) if which != "first" else b.healthy(b.agent()), b.depth(1, 3))
    return Scene((first, second), f"Two roots in one run; failing: {which}.")


def missing_parent(b: Builder) -> Scene:
    """A hop in the middle of the path was never recorded."""
    return Scene((b.above(b.failing(b.agent()), b.depth(3, 5)),), "A hop in the middle was never recorded.")


def parent_cycle(b: Builder) -> Scene:
    """Parent links that close a circle."""
    scene = chain(b)
    root = scene.roots[0]
    side = b.above(b.healthy(root.agent, 0), 2)
    side.step = False
    root.body = (b.work(), Call(side), *root.body)
    return Scene((root,), "Parent links that close a circle.")


def large(b: Builder) -> Scene:
    """About a thousand rows; one failure far down reaches the root."""
    return sized(b, b.rng.randint(800, 1300))


def sized(b: Builder, hops: int) -> Scene:
    """Draw a wide run of about `hops` rows: branches of fifty, one of them with the failure, some with caught ones."""
    root = b.part(b.agent())
    branches = max(1, hops // 50)
    doomed = b.rng.randrange(branches)
    parts: list[Part] = []
    for k in range(branches):
        branch = b.part(b.agent())
        leaves: list[Act] = [Fan(tuple(_leaf(b) for _ in range(min(48, max(1, hops // branches - 2)))))]
        if b.chance(0.1):
            leaves.append(Call(b.failing(branch.agent), CATCH))
        if k == doomed:
            leaves.append(Call(b.above(b.failing(b.agent(), steps=0), 1)))
        branch.body = (b.work(), *leaves)
        parts.append(_dispatched(branch))
    root.body = (b.work(), Fan(tuple(parts), "first", stagger=0.01))
    return Scene((root,), f"A wide run of about {hops} hops; one failure far down reaches the root.", linger=30)


def _leaf(b: Builder) -> Part:
    return b.part(b.agent(), Work(b.rng.uniform(0.01, 0.5)))


def _dispatched(part: Part) -> Part:
    part.step = False
    return part


def tampered(run: Generated) -> Generated:
    """Give the run as its family's oddity leaves it; the truth follows, as far as rows are gone."""
    if run.family == "missing-parent":
        return _without_a_parent(run)
    if run.family == "parent-cycle":
        return _in_a_circle(run)
    return run


def _without_a_parent(run: Generated) -> Generated:
    path = run.truth.path
    at = Random(run.seed).randrange(1, len(path) - 1)
    hops = tuple(hop for hop in run.run.hops if hop.execution_id != path[at])
    lost_above = path[:at]
    truth = run.truth.model_copy(
        update={"path": path[at + 1 :], "concurrent": (*run.truth.concurrent, *lost_above), "detectable": False}
    )
    return _with(run, hops, truth=truth)


def _in_a_circle(run: Generated) -> Generated:
    """Close a circle: the root its own parent, or a healthy branch whose top hangs under its own child."""
    root = run.run.hops[0]
    children = [hop for hop in run.run.hops if hop.parent_id == root.execution_id]
    side = next(hop for hop in children if hop.execution_id not in run.truth.path)
    below = next((hop for hop in run.run.hops if hop.parent_id == side.execution_id), side)
    own = Random(run.seed).random() < 0.4
    moved, to = (root, root) if own else (side, below)
    hops = tuple(hop.model_copy(update={"parent_id": to.execution_id}) if hop is moved else hop for hop in run.run.hops)
    return _with(run, hops, truth=run.truth)


def _with(run: Generated, hops: tuple[Hop, ...], *, truth: Truth) -> Generated:
    kept = {hop.execution_id for hop in hops}
    return Generated(
        family=run.family,
        seed=run.seed,
        wordings=run.wordings,
        run=run.run.model_copy(update={"hops": hops}),
        logs={i: entries for i, entries in run.logs.items() if i in kept},
        truth=truth,
    )


FAMILIES: dict[str, Family] = {
    "second-root": second_root,
    "missing-parent": missing_parent,
    "parent-cycle": parent_cycle,
    "large": large,
}
