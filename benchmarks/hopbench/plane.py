"""The simulated control plane: rows as executions leave them, stamped in the order in which it hears of them."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from random import Random

from pydantic import JsonValue

from operator_mcp.models import LogEntry, Status

AGENT_SOURCE = "sdk.python.agent_workflow"
USER_SOURCE = "sdk.python.logger"


class Fate(StrEnum):
    """What became of a failure after it had left its row, where the caller did not just let it pass."""

    HANDLED = "handled"
    RECOVERED = "recovered"
    COLLATERAL = "collateral"


@dataclass(eq=False)
class Birth:
    """Where a failure began. Exceptions carry it; re-wording and re-raising keep it.

    `origins` holds the hop of the beginning first, then others as good; `members` the failures of which this one is
    the sum (exhausted retries, a quorum missed).
    """

    origins: list["Row"]
    kind: str = "error"
    cause: str = "unknown"
    detectable: bool = False
    members: tuple["Birth", ...] = ()

    def family(self) -> list["Birth"]:
        """Give this failure and all those it is the sum of."""
        return [self, *(b for m in self.members for b in m.family())]


@dataclass(eq=False)
class Row:
    """One execution, as the control plane sees it and (below the line) as the simulation knows it."""

    execution_id: str
    agent: str
    reasoner: str
    parent: "Row | None"
    step: bool
    input: JsonValue
    started: float
    status: Status = Status.RUNNING
    reason: str | None = None
    error: str | None = None
    ended: float | None = None
    duration_ms: int | None = None
    result: JsonValue = None
    approval: str | None = None
    logs: list[LogEntry] = field(default_factory=list)

    begun: float = 0.0
    ending: Birth | None = None
    fate: Fate | None = None
    hanging: bool = False
    cancel_asked: bool = False
    gone: bool = False
    false_success: bool = False
    awaiting: list["Row"] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None

    @property
    def open(self) -> bool:
        """True while the control plane has no end for it."""
        return not self.status.terminal


class Plane:
    """Rows of one run, and the clock by which they are stamped.

    Every report takes `lag` seconds to be written, one after the other, so rows of a busy moment are stamped late and
    in the order of arrival, as a real server does.
    """

    def __init__(self, rng: Random, lag: tuple[float, float], epoch_ms: int) -> None:
        self.rows: list[Row] = []
        self._rng = rng
        self._lag = lag
        self._free = 0.0
        self._epoch_ms = epoch_ms

    def stamp(self) -> float:
        """Give the time at which a report of this moment is written."""
        self._free = max(self._free, asyncio.get_running_loop().time()) + self._rng.uniform(*self._lag)
        return self._free

    def open(self, agent: str, reasoner: str, parent: Row | None, *, step: bool, given: JsonValue) -> Row:
        """Write the first row of an execution; an in-process step brings its SDK's id, a dispatch gets the server's."""
        at = self.stamp()
        row = Row(self._new_id(at, step), agent, reasoner, parent, step, given, at)
        row.begun = asyncio.get_running_loop().time()
        self.rows.append(row)
        return row

    def close(self, row: Row, status: Status, *, error: str | None = None, reason: str | None = None) -> None:
        """Write the end of an execution. A callback overwrites an earlier end, and erases its reason."""
        if row.gone:
            return
        row.status, row.reason = status, reason
        row.error = None if status is Status.SUCCEEDED else error or row.error
        row.ended = self.stamp()
        row.duration_ms = round((asyncio.get_running_loop().time() - row.begun) * 1000)
        row.done.set()

    def log(
        self, row: Row, level: str, message: str, *, event: str = "", attributes: dict[str, JsonValue] | None = None
    ) -> None:
        """Add a log entry; with `event` it is the SDK's own, else the reasoner's."""
        row.logs.append(
            LogEntry(
                seq=len(row.logs) + 1,
                level=level,
                message=message,
                source=AGENT_SOURCE if event else USER_SOURCE,
                event_type=event or f"log.{level}",
                attributes=attributes or {},
                system=bool(event),
                at=datetime.fromtimestamp(self._epoch_ms / 1000 + asyncio.get_running_loop().time(), UTC),
            )
        )

    def _new_id(self, at: float, step: bool) -> str:
        if step:
            return f"exec_{self._epoch_ms + round(at * 1000)}_{self._rng.getrandbits(32):08x}"
        tail = "".join(self._rng.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(8))
        moment = datetime.fromtimestamp(self._epoch_ms / 1000 + at, UTC)
        return f"exec_{moment:%Y%m%d_%H%M%S}_{tail}"
