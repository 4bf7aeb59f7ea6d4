"""A slow control plane: the same run, as it stands in the rows of a server that writes one report after the other."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from benchmarks.hopbench.model import Generated
from operator_mcp.models import Hop, LogEntry

WRITING = (0.006, 0.020)
"""Seconds that one report takes to be written, as in runs that were played into a real server."""


def strained(generated: Generated, rng: Random) -> Generated:
    """Give a run as a slow server would have stamped it: every start, log line and end waits for those before it.

    Durations stay, as agents measure them themselves. The order of reports stays too; so does the truth.
    """
    logs = generated.logs
    moments = sorted(
        {m for hop in generated.run.hops for m in _of(hop)} | {e.at for es in logs.values() for e in es if e.at}
    )
    late = dict(_queued(moments, rng))
    hops = tuple(hop.model_copy(update=_moved(hop, late)) for hop in generated.run.hops)
    moved = {id: tuple(_later(entry, late) for entry in entries) for id, entries in logs.items()}
    return replace(generated, run=generated.run.model_copy(update={"hops": hops}), logs=moved)


def _queued(moments: Iterable[datetime], rng: Random) -> Iterable[tuple[datetime, datetime]]:
    free: datetime | None = None
    for moment in moments:
        begun = moment if free is None else max(free, moment)
        free = begun + timedelta(seconds=rng.uniform(*WRITING))
        yield moment, free


def _of(hop: Hop) -> Iterable[datetime]:
    return (moment for moment in (hop.started_at, hop.ended_at) if moment is not None)


def _moved(hop: Hop, late: dict[datetime, datetime]) -> dict[str, datetime]:
    moments = {"started_at": hop.started_at, "ended_at": hop.ended_at}
    return {name: late[moment] for name, moment in moments.items() if moment is not None}


def _later(entry: LogEntry, late: dict[datetime, datetime]) -> LogEntry:
    return entry if entry.at is None else entry.model_copy(update={"at": late[entry.at]})
