"""A believable fleet: recorded runs, moved in time so that they happened in the last hours.

The data files hold rows of runs that a real control plane recorded. `tests/demo/packing.py` makes them from the
recordings, with the time taken out of the ids (a run keeps one id whenever the fleet is booted).
"""

import gzip
from collections.abc import Iterable
from datetime import datetime, timedelta
from importlib.resources import files

from operator_mcp.demo.recorded import RecordedRows
from operator_mcp.demo.rows import ExecutionRow, NodeRow
from operator_mcp.demo.shifting import shifted
from operator_mcp.demo.store import Fleet
from operator_mcp.demo.times import nanoseconds

_HEALTHY, _UNREACHABLE = "active", "agent_unreachable"

STORIES: dict[str, timedelta] = {
    "slow-copy": timedelta(minutes=1, seconds=14),
    "royalty": timedelta(minutes=12, seconds=38),
    "full-intake": timedelta(minutes=19, seconds=5),
    "lost-partner": timedelta(minutes=34, seconds=51),
    "fax": timedelta(minutes=41, seconds=22),
    "carrier-season": timedelta(minutes=58, seconds=47),
    "throttled": timedelta(hours=1, minutes=7, seconds=9),
    "proof-rejected": timedelta(hours=1, minutes=31, seconds=33),
    "company-register": timedelta(hours=1, minutes=50, seconds=56),
    "term-count": timedelta(hours=2, minutes=4, seconds=18),
    "no-transcription": timedelta(hours=2, minutes=26, seconds=41),
    "invoice": timedelta(hours=2, minutes=55, seconds=3),
    "volume": timedelta(hours=3, minutes=20, seconds=27),
    "carrier": timedelta(hours=3, minutes=48, seconds=12),
    "chapters": timedelta(hours=4, minutes=15, seconds=49),
    "plates": timedelta(hours=5, minutes=2, seconds=36),
    "feed-key": timedelta(hours=5, minutes=37, seconds=8),
    "register-copy": timedelta(hours=6, minutes=11, seconds=54),
    "long-volume": timedelta(hours=7, minutes=24, seconds=30),
}
"""Data file -> how long before now the run was last heard of."""


def believable_fleet(now: datetime) -> Fleet:
    """Give a fleet of recorded runs, failed, healthy and unfinished, that ended in the hours before `now`."""
    fleet = Fleet()
    moment = nanoseconds(now)
    for name, age in STORIES.items():
        rows = story(name)
        ended = moment - age // timedelta(microseconds=1) * 1000
        shifted(rows, ended - max(row.touched_at for row in rows.executions)).into(fleet)
    fleet.load((), nodes=_nodes(fleet.executions(), moment))
    return fleet


def story(name: str) -> RecordedRows:
    """Read one data file: the rows of one recorded run, at the times of its recording."""
    packed = (files("operator_mcp.demo") / "data" / f"{name}.json.gz").read_bytes()
    return RecordedRows.model_validate_json(gzip.decompress(packed))


def _nodes(rows: Iterable[ExecutionRow], now: int) -> list[NodeRow]:
    """Give the agents that the rows name: unreachable ones inactive since, all others alive at this moment."""
    reasoners: dict[str, dict[str, None]] = {}
    lost: dict[str, int] = {}
    first: dict[str, int] = {}
    for row in rows:
        reasoners.setdefault(row.agent, {})[row.reasoner] = None
        first.setdefault(row.agent, row.started_at)
        if row.status_reason == _UNREACHABLE:
            lost[row.agent] = row.started_at
    return [
        NodeRow(
            node_id=agent,
            base_url=f"http://{agent}.internal:8001",
            version="1.4.0",
            reasoners=tuple({"id": name} for name in names),
            health_status="inactive" if agent in lost else _HEALTHY,
            lifecycle_status="offline" if agent in lost else "ready",
            registered_at=first[agent],
            last_heartbeat=lost.get(agent, now),
        )
        for agent, names in reasoners.items()
    ]
