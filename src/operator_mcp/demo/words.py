"""The status words of a control plane: aliases, what counts as active or terminal, and the two ways to sum up a run."""

from collections import Counter
from collections.abc import Iterable

COUNTED = ("cancelled", "failed", "paused", "pending", "queued", "running", "succeeded", "timeout", "waiting")
ACTIVE = frozenset({"running", "waiting", "pending", "queued"})
TERMINAL = frozenset({"succeeded", "failed", "timeout", "cancelled"})
FAILED = frozenset({"failed", "timeout", "cancelled"})

_ALIASES = {
    "succeeded": "success successful completed complete done ok",
    "failed": "error errored failure",
    "cancelled": "canceled cancel",
    "timeout": "timed_out",
    "queued": "wait",
    "waiting": "awaiting_approval awaiting_human approval_pending",
    "running": "in_progress processing",
    "paused": "pause hold on_hold suspended",
}
_WORDS = {alias: word for word, aliases in _ALIASES.items() for alias in aliases.split()} | {w: w for w in COUNTED}


def normalised(status: str) -> str:
    """Give the canonical word, or `unknown` (AgentField 0.1.80, pkg/types/status)."""
    return _WORDS.get(status.strip().lower(), "unknown")


def counts(statuses: Iterable[str]) -> dict[str, int]:
    """Count normalised statuses; every known word is a key, zero or not."""
    seen = Counter(map(normalised, statuses))
    return {word: seen[word] for word in COUNTED}


def dag_status(statuses: Iterable[str]) -> str:
    """Sum up a run as the DAG does: paused, then active, then failed, timeout, cancelled, else succeeded."""
    seen = set(map(normalised, statuses))
    return "paused" if "paused" in seen else _summed(seen)


def list_status(statuses: Iterable[str]) -> str:
    """Sum up a run as the run list does: active, then failed, timeout, cancelled, paused, else succeeded."""
    return _summed(set(map(normalised, statuses)))


def _summed(seen: set[str]) -> str:
    if seen & ACTIVE:
        return "running"
    return next((word for word in ("failed", "timeout", "cancelled", "paused") if word in seen), "succeeded")
