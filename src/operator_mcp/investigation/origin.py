"""Naming the hop where a failure began."""

from collections.abc import Mapping, Sequence

from operator_mcp.investigation import beside, telling
from operator_mcp.investigation.facts import Facts
from operator_mcp.investigation.false_success import false_success
from operator_mcp.investigation.fork import Place
from operator_mcp.investigation.kinds import kind_of
from operator_mcp.investigation.tree import Tree
from operator_mcp.investigation.verdict import judge
from operator_mcp.investigation.walk import Candidate, Visit, candidates, walk
from operator_mcp.models import Finding, Hop, HopRef, LogEntry, Run

SURE = 0.9
"""From this confidence on no logs are asked for."""

WORTH_ASKING = 0.03
"""The least part of the doubt that must lie at one fork for its logs to be worth a request."""


def find_origin(run: Run, logs: Mapping[str, Sequence[LogEntry]] | None = None) -> Finding:
    """Name the hop where the failure of a run began, with what speaks for it and what else stands beside it.

    Pure and deterministic; takes any rows; linear in hops. `logs` (execution id to entries, see `wanted_logs`) sharpen
    an undecided verdict. An unfinished run gets no origin: its failures that nobody has dealt with yet are
    `alternatives`.
    """
    tree = Tree(run.hops)
    facts = Facts(tree, logs or {})
    verdict, tops = judge(tree)
    visits = walk(facts, tops) if tops and verdict != "cancelled" else []
    found = candidates(facts, visits)
    if verdict == "cancelled":
        found = [Candidate(Place(tops[0]), 1.0)]
    origin = found.pop(0) if found and verdict != "unfinished" else None
    lists = beside.lists(facts, origin.place if origin else None)
    return Finding(
        run_id=run.run_id,
        verdict=verdict,
        origin=tree.hops[origin.hop] if origin else None,
        kind=kind_of(facts, origin.place) if origin else "none",
        confidence=round(origin.confidence if origin else 1.0, 3),
        why=telling.why(facts, verdict, origin, visits, lists),
        path=tuple(_ref(tree.hops[i]) for i in tree.path(origin.hop)) if origin else (),
        alternatives=telling.alternatives(facts, verdict, found),
        false_success=false_success(tree) if verdict == "healthy" else None,
        **lists,
    )


def wanted_logs(run: Run, finding: Finding) -> tuple[str, ...]:
    """Give the executions (two at most) whose logs could decide an unsure verdict; none when it is sure.

    They are the hops at whose forks most of the doubt lies: a caught failure is often logged by whoever caught it.
    """
    if finding.origin is None or finding.verdict != "failed" or finding.confidence >= SURE:
        return ()
    tree = Tree(run.hops)
    visits = walk(Facts(tree, {}), judge(tree)[1])
    doubtful = sorted(visits, key=lambda v: (-_doubt(v), v.place.hop))
    wanted = [v for v in doubtful[:2] if _doubt(v) >= WORTH_ASKING]
    return tuple(tree.hops[v.place.hop].execution_id for v in wanted)


def _doubt(visit: Visit) -> float:
    return visit.chance * (1 - max(share for _, share in visit.shares))


def _ref(hop: Hop) -> HopRef:
    return HopRef(execution_id=hop.execution_id, agent=hop.agent, reasoner=hop.reasoner, status=hop.status)
