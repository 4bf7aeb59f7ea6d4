"""What kind of failure an origin is, from what the control plane recorded of it."""

from operator_mcp.investigation.facts import Facts
from operator_mcp.investigation.fork import Place
from operator_mcp.models import Kind, Status

REASONS: tuple[tuple[str, Kind], ...] = (
    ("agent_restart_orphaned", "orphaned"),
    ("agent_unreachable", "unreachable"),
    ("node_unavailable", "unreachable"),
    ("concurrency_limit", "capacity"),
    ("llm_unavailable", "capacity"),
    ("bad_response", "bad_response"),
    ("agent_timeout", "hang"),
    ("approval_rejected", "human"),
    ("approval_expired", "human"),
)
"""Prefix of `status_reason` -> kind (AgentField 0.1.80; newer: `node_unavailable`)."""


def kind_of(facts: Facts, place: Place) -> Kind:
    """Give the kind of failure that began at a place."""
    hop, parent = facts.tree.hops[place.hop], facts.tree.parent[place.hop]
    if (hop.approval_status or "").lower() in ("rejected", "expired"):
        return "human"
    for reason in (hop.status_reason or "", facts.said(place.hop).text):
        for prefix, kind in REASONS:
            if reason.startswith(prefix):
                return kind
    if (
        hop.status is not Status.CANCELLED
        and parent is not None
        and facts.said(parent).text == "Execution was cancelled"
    ):
        return "human"  # the agent's callback overwrote the `cancelled` of a rejected approval (seen live)
    if place.given_up is not None:
        return "hang"
    if hop.status is Status.CANCELLED:
        return "cancelled"
    return "error" if hop.status is Status.FAILED else "hang"
