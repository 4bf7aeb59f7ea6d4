"""What the control plane itself recorded as fact of a hop, and which class that fact leaves.

Facts outrank every text: a program can write anything into its error, but not into its status or its approval.
Sources: AgentField 0.1.80, status reasons and statuses; approvals as the details endpoint keeps them (seen live).
"""

from dataclasses import dataclass

from operator_mcp.models import Status, Trace

CANCELLED_TEXT = "cancelled_by_control_plane"


@dataclass(frozen=True)
class Fact:
    """A fact and the class it stands for. `leaves`: the classes it does not exclude (empty: it excludes none)."""

    cause: str
    confidence: float
    quote: str
    said: str
    leaves: frozenset[str] = frozenset()

    def excludes(self, cause: str) -> bool:
        """Tell whether a diagnosis of this class would contradict the fact."""
        return bool(self.leaves) and cause not in self.leaves


def fact_of(trace: Trace) -> Fact | None:
    """Give the fact that decides the class of a hop's failure, or None where only texts can."""
    return _approval(trace) or _reason(trace) or _kind(trace)


def _approval(trace: Trace) -> Fact | None:
    status = (trace.approval_status or "").lower()
    reason = trace.status_reason or ""
    if status in ("rejected", "expired"):
        return Fact("human", 0.97, status, f"its approval was {status}", frozenset({"human"}))
    if reason.startswith(("approval_rejected", "approval_expired")):
        return Fact("human", 0.97, reason, f"its approval was {reason[9:].split(':')[0]}", frozenset({"human"}))
    return None


def _reason(trace: Trace) -> Fact | None:
    told = [text.strip() for text in (trace.status_reason or "", trace.error.partition("\n")[0])]
    for word, cause, said, leaves in (
        ("agent_restart_orphaned", "unavailable", "its agent's process went away and came back", {"unavailable"}),
        ("agent_unreachable", "unavailable", "its agent could not be reached", {"unavailable", "config"}),
        ("node_unavailable", "unavailable", "its agent was not available", {"unavailable", "config"}),
        (
            "concurrency_limit",
            "rate_limit",
            "its agent was already at its limit of executions",
            {"rate_limit", "resources"},
        ),
        (
            "llm_unavailable",
            "provider_error",
            "the model backend was not available",
            {"provider_error", "unavailable", "rate_limit"},
        ),
        ("agent_timeout", "timeout", "its agent did not answer the control plane in time", {"timeout", "unavailable"}),
        ("target_not_found", "config", "the reasoner it was meant for does not exist there", {"config", "code_bug"}),
        ("control_plane_shutdown", "unavailable", "the control plane was shut down", {"unavailable"}),
    ):
        if any(text == word or text.startswith(f"{word}:") for text in told):
            quote = trace.status_reason if (trace.status_reason or "").startswith(word) else trace.error
            return Fact(cause, 0.97, quote or word, said, frozenset(leaves))
    return None


def _kind(trace: Trace) -> Fact | None:
    match trace.kind:
        case "orphaned":
            return Fact("unavailable", 0.95, trace.error, "its agent's process went away", frozenset({"unavailable"}))
        case "unreachable":
            return Fact(
                "unavailable", 0.95, trace.error, "its agent could not be reached", frozenset({"unavailable", "config"})
            )
        case "human":
            return Fact("human", 0.9, trace.error, "a person decided against it", frozenset({"human"}))
        case "cancelled":
            return Fact(
                "human", 0.85, trace.error or trace.status_reason or "", "it was cancelled", frozenset({"human"})
            )
        case "hang":
            return Fact("timeout", _hang_confidence(trace), trace.error, "it did not end in time")
        case _:
            return None


def _hang_confidence(trace: Trace) -> float:
    """A hop that is open, or ended by the reaper or a wait, timed out; one that failed otherwise is less sure."""
    return 0.9 if trace.status in (Status.RUNNING, Status.TIMEOUT, Status.SUCCEEDED, Status.WAITING) else 0.85
