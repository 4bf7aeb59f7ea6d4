"""Saying why: a few short sentences that a person can check against the rows."""

from collections.abc import Sequence
from datetime import UTC, datetime

from operator_mcp.investigation.beside import Lists
from operator_mcp.investigation.facts import Facts
from operator_mcp.investigation.fork import Evidence
from operator_mcp.investigation.walk import Candidate, Visit
from operator_mcp.investigation.weights import WEIGHTS
from operator_mcp.models import HopWhy, Status, VerdictWord

QUOTE = 120
"""Characters of an error that are quoted; the whole text stands in the trace."""

TELLING = 0.4
"""Nats from which on a piece of evidence is worth a clause."""

DOUBT = 0.9
"""Below this confidence the next best answer is named."""


def why(
    facts: Facts, verdict: VerdictWord, origin: Candidate | None, visits: Sequence[Visit], lists: Lists
) -> tuple[str, ...]:
    """Give one to four sentences for a verdict."""
    if origin is None:
        return _nothing(facts, verdict, lists)
    if verdict == "cancelled":
        return (f"{_name(facts, origin.hop)} is the root and was cancelled{_at(facts.tree.end[origin.hop])}.",)
    told = [_ended(facts, origin)]
    if passed := _passed_on(facts, origin, visits):
        told.append(passed)
    told.append(_below(facts, origin, visits))
    if origin.confidence < DOUBT:
        told.append(f"The rows leave a doubt: {origin.confidence:.0%} for this hop, the alternatives share the rest.")
    return tuple(told)


def alternatives(facts: Facts, verdict: VerdictWord, found: Sequence[Candidate]) -> tuple[HopWhy, ...]:
    """Give the two next best answers and why each is possible."""
    told: list[HopWhy] = []
    for candidate in [c for c in found if c.chance >= 0.01][:2]:
        hop = facts.tree.hops[candidate.hop]
        if verdict == "unfinished":
            reason = "it failed, and its caller is still at work and has begun nothing since"
        elif candidate.place.given_up is not None:
            reason = f"{candidate.chance:.0%}: it was at work when a caller above it stopped waiting"
        else:
            reason = f"{candidate.chance:.0%}: {_said(facts, candidate.hop)}{_at(facts.tree.end[candidate.hop])}"
        told.append(HopWhy(execution_id=hop.execution_id, agent=hop.agent, reasoner=hop.reasoner, why=reason))
    return tuple(told)


def _nothing(facts: Facts, verdict: VerdictWord, lists: Lists) -> tuple[str, ...]:
    roots = ", ".join(_name(facts, r) for r in facts.tree.roots[:3]) or "the run"
    told = [f"The run is not finished: {roots} is still open." if verdict == "unfinished" else f"{roots} succeeded."]
    handled, recovered = len(lists["handled"]), len(lists["recovered"])
    if handled or recovered:
        told.append(f"Below, {handled} failures were handled and {recovered} attempts were repeated with success.")
    return tuple(told)


def _ended(facts: Facts, origin: Candidate) -> str:
    name, i = _name(facts, origin.hop), origin.hop
    hop, given_up = facts.tree.hops[i], origin.place.given_up
    if given_up is not None or hop.status is Status.TIMEOUT or facts.open(i):
        since = _at(facts.tree.start[i])
        until = f" when its caller stopped waiting{_at(given_up)}" if given_up is not None else ""
        return f"{name}, begun{since}, was at work{until}; its row reads {hop.status.value}."
    reason = f" ({hop.status_reason[:QUOTE]})" if hop.status_reason else ""
    return f"{name} {hop.status.value}{_at(facts.tree.end[i])}{reason}, {_said(facts, i)}."


def _passed_on(facts: Facts, origin: Candidate, visits: Sequence[Visit]) -> str:
    parent = facts.tree.parent[origin.hop]
    if parent is None:
        return ""
    for visit in visits:
        for option, _ in visit.shares:
            if option.to == origin.place and visit.place.hop == parent:
                clauses = _clauses(option.evidence)
                because = f": {'; '.join(clauses)}" if clauses else ""
                return f"Its caller {_name(facts, parent)} {_took(facts, origin.hop, parent)}{because}."
    return ""


def _took(facts: Facts, i: int, parent: int) -> str:
    end, after = facts.tree.end[i], facts.tree.end[parent]
    if end is None or after is None or after < end:
        return "failed of it"
    return f"failed {after - end:.3f} s later"


def _below(facts: Facts, origin: Candidate, visits: Sequence[Visit]) -> str:
    failed = sum(facts.failed(c) for c in facts.tree.children[origin.hop])
    if not facts.tree.children[origin.hop]:
        return "It called nothing that could have failed."
    if not failed:
        return "None of its own calls failed before."
    itself = next((v.shares[0][0].evidence for v in visits if v.place == origin.place), {})
    clauses = _clauses(itself)
    because = f": {'; '.join(clauses)}" if clauses else ""
    return f"{failed} of its own calls failed, but it did not fail of them{because}."


def _clauses(evidence: Evidence) -> list[str]:
    weighed = sorted(((WEIGHTS[n][0] * a, n) for n, a in evidence.items() if WEIGHTS[n][1]), reverse=True)
    return [WEIGHTS[name][1] for nats, name in weighed[:2] if nats >= TELLING]


def _said(facts: Facts, i: int) -> str:
    said = facts.said(i)
    if said.blank:
        return "without words"
    text = " ".join(said.text[: 2 * QUOTE].split())
    return f'saying "{text[:QUOTE]}{"..." if len(text) > QUOTE else ""}"'


def _name(facts: Facts, i: int) -> str:
    hop = facts.tree.hops[i]
    return f"{hop.agent}.{hop.reasoner}"


def _at(moment: float | None) -> str:
    if moment is None or not 0 <= moment < 253_402_300_800:
        return ""
    return f" at {datetime.fromtimestamp(moment, UTC):%H:%M:%S.%f}"[:-3]
