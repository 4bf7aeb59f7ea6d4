"""Execution status words, normalised."""

from operator_mcp.models import Status

ALIASES: dict[str, Status] = {
    **dict.fromkeys(("success", "successful", "completed", "complete", "done", "ok"), Status.SUCCEEDED),
    **dict.fromkeys(("error", "errored", "failure"), Status.FAILED),
    **dict.fromkeys(("canceled", "cancel"), Status.CANCELLED),
    "timed_out": Status.TIMEOUT,
    "wait": Status.QUEUED,
    **dict.fromkeys(("awaiting_approval", "awaiting_human", "approval_pending"), Status.WAITING),
    **dict.fromkeys(("in_progress", "processing"), Status.RUNNING),
    **dict.fromkeys(("pause", "hold", "on_hold", "suspended"), Status.PAUSED),
}
"""Words that mean a status without being its name (AgentField 0.1.80, pkg/types/status.go)."""

NAMES: dict[str, Status] = {status.value: status for status in Status} | ALIASES


def normalise(word: str) -> Status:
    """Give the status a raw word stands for, trimmed and whatever its case; `UNKNOWN` for a word no table has.

    Needed because the public execution, the summary and the agentic routes answer with the stored word
    (AgentField 0.1.80), the DAG and the details with the normalised one.
    """
    return NAMES.get(word.strip().lower(), Status.UNKNOWN)
