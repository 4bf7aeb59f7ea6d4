"""Naming the hop where a failure began: walk down from the root, weighing at each fork which child it came from."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from operator_mcp.investigation import beside
from operator_mcp.investigation.facts import Facts
from operator_mcp.investigation.false_success import false_success
from operator_mcp.investigation.fork import Option, Place, options
from operator_mcp.investigation.kinds import kind_of
from operator_mcp.investigation.telling import why
from operator_mcp.investigation.tree import Tree
from operator_mcp.investigation.weights import WEIGHTS
from operator_mcp.models import Finding, Hop, HopRef, HopWhy, LogEntry, Run, Status, VerdictWord

NEGLIGIBLE = 0.002
"""Branches less likely than this are not walked: they change no answer."""

SURE = 0.9
"""From here on no logs are asked for."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hop where the failure may have begun, and how likely that is."""

    hop: int
    chance: float


def find_origin(run: Run, logs: Mapping[str, Sequence[LogEntry]] | None = None) -> Finding:
    """Name the hop where the failure of a run began, with what speaks for it and what else stands beside it.

    Pure and deterministic; takes any rows; O(n). `logs` (execution id to entries) sharpen an undecided verdict:
    see `wanted_logs`.
    """
    tree = Tree(run.hops)
    facts = Facts(tree, logs or {})
    verdict, tops = _judge(tree)
    found = sorted(_candidates(facts, tops), key=lambda c: (-c.chance, c.hop)) if tops else []
    if verdict == "unfinished":
        found = [c for c in found if tree.hops[c.hop].status.failure_like]
    origin = found[0] if found else None
    lists = beside.lists(facts, None if origin is None else origin.hop)
    return Finding(
        run_id=run.run_id,
        verdict=verdict,
        origin=tree.hops[origin.hop] if origin else None,
        kind=kind_of(facts, origin.hop) if origin else "none",
        confidence=round(min(1.0, origin.chance if origin else 1.0), 3),
        why=why(facts, verdict, origin.hop if origin else None, origin.chance if origin else 1.0),
        path=tuple(_ref(tree.hops[i]) for i in tree.path(origin.hop)) if origin else (),
        alternatives=tuple(_alternative(tree.hops[c.hop], c.chance) for c in found[1:3] if c.chance >= 0.01),
        false_success=false_success(tree) if verdict == "healthy" else None,
        **lists,
    )


def wanted_logs(run: Run, finding: Finding) -> tuple[str, ...]:
    """Give the executions (two at most) whose logs could decide an unsure verdict; none when it is sure."""
    if finding.origin is None or finding.confidence >= SURE or finding.verdict != "failed":
        return ()
    ids = [ref.execution_id for ref in finding.path]
    return tuple(ids[-2:])


def _judge(tree: Tree) -> tuple[VerdictWord, list[int]]:
    """Give the verdict, and the roots to walk down from."""
    roots = sorted(tree.roots, key=tree.age)
    failed = [r for r in roots if tree.hops[r].status in (Status.FAILED, Status.TIMEOUT)]
    if failed:
        return "failed", failed[:1]
    cancelled = [r for r in roots if tree.hops[r].status is Status.CANCELLED]
    if cancelled:
        return "cancelled", cancelled[:1]
    active = [r for r in roots if not tree.hops[r].status.terminal]
    return ("unfinished", active[:1]) if active else ("healthy", [])


def _candidates(facts: Facts, tops: Sequence[int]) -> list[Candidate]:
    found: list[Candidate] = []
    todo = [(Place(top), 1.0) for top in tops]
    while todo:
        place, chance = todo.pop()
        for option, share in weigh(options(facts, place)):
            if option.to is None:
                found.append(Candidate(place.hop, chance * share))
            elif chance * share >= NEGLIGIBLE:
                todo.append((option.to, chance * share))
    return found


def weigh(found: Sequence[Option]) -> list[tuple[Option, float]]:
    """Give each option of a fork its chance; they sum to 1."""
    scores = [sum(WEIGHTS.get(name,0.0) * amount for name, amount in option.evidence.items()) for option in found]
    top = max(scores)
    shares = [math.exp(s - top) for s in scores]
    total = sum(shares)
    return [(option, share / total) for option, share in zip(found, shares, strict=True)]


def _ref(hop: Hop) -> HopRef:
    return HopRef(execution_id=hop.execution_id, agent=hop.agent, reasoner=hop.reasoner, status=hop.status)


def _alternative(hop: Hop, chance: float) -> HopWhy:
    return HopWhy(
        execution_id=hop.execution_id, agent=hop.agent, reasoner=hop.reasoner, why=f"{chance:.0%} likely to be it"
    )
