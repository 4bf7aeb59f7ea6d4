"""Saying why: a few short sentences that a person can check against the rows."""

from operator_mcp.investigation.facts import Facts
from operator_mcp.models import VerdictWord


def why(facts: Facts, verdict: VerdictWord, origin: int | None, chance: float) -> tuple[str, ...]:
    """Give two to four sentences for a verdict."""
    if origin is None:
        return (f"The run is {verdict}.",)
    hop = facts.tree.hops[origin]
    return (f"{hop.agent}.{hop.reasoner} is where it began.",)
