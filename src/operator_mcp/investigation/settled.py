"""Whether what a run's rows and logs say today is what they will say tomorrow."""

from datetime import datetime, timedelta

from operator_mcp.models import Run, Trace

LOGS_WITHIN = timedelta(seconds=60)
"""An SDK posts its logs beside the run and after it, without waiting: for so long more may come (seen live)."""

OPEN_FOR = timedelta(minutes=15)
"""A row still open so long after the rest of its run moved will hardly move again: the reaper acts within it."""


def settled(run: Run, trace: Trace | None, now: datetime) -> bool:
    """Tell whether an answer about a run may be kept for good. The run's root has ended."""
    moments = [at for hop in run.hops for at in (hop.started_at, hop.ended_at) if at is not None]
    quiet = now - max(moments) if moments else OPEN_FOR
    if not all(hop.status.terminal for hop in run.hops):
        return quiet >= OPEN_FOR
    awaited = trace is not None and trace.kind == "error" and not trace.logs
    return quiet >= LOGS_WITHIN or not awaited
