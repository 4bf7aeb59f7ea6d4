"""The question to a hop that was at work when its caller stopped waiting: what was it waiting for, or did it hang?

Source: a wait that expires leaves the child's row open (`asyncio.wait_for`, the SDK's own limit), the reaper closes
quiet rows later with status `timeout`, and a slow child may still succeed or fail afterwards (AgentField 0.1.80, seen
live).
"""

import math

from operator_mcp.investigation.facts import Facts
from operator_mcp.investigation.failed import STATES
from operator_mcp.investigation.fork import MOMENT, Evidence, Fork, Option, Place
from operator_mcp.models import Status


class Waiting(Fork):
    """A hop at work, and the evidence for each child it may have been waiting for."""

    def __init__(self, facts: Facts, place: Place) -> None:
        moments = [m for m in (place.given_up, facts.tree.end[place.hop]) if m is not None]
        super().__init__(facts, place.hop, min(moments, default=None))

    def options(self) -> list[Option]:
        """Give "it hung here" first, then each child at work at that moment, or failed before it."""
        found: list[Option] = []
        working = set(self.working)
        for c in self.children:
            if c in working:
                found.append(Option(Place(c, self.until if self.until is not None else math.inf), self._at_work(c)))
            elif self.facts.failed(c) and not self._later(c):
                found.append(Option(Place(c), self._ended(c)))
        return [Option(None, self._itself(len(found))), *found]

    def _later(self, c: int) -> bool:
        start = self.tree.start[c]
        return start is not None and self.until is not None and start > self.until

    def _at_work(self, c: int) -> Evidence:
        state = STATES.get(self.tree.hops[c].status, "hung")
        found: Evidence = {f"{state} below waiting": 1}
        end, start = self.tree.end[c], self.tree.start[c]
        if state in ("slow", "late") and end is not None and self.until is not None and self.until < math.inf:
            found["below waiting, margin"] = math.log1p(max(0.0, end - self.until) / MOMENT)
        if start is not None and start >= self.starts[-1]:
            found["below waiting, started last"] = 1
        return found

    def _ended(self, c: int) -> Evidence:
        found: Evidence = {"failed below waiting": 1}
        if (end := self.tree.end[c]) is not None:
            if self.starts and self.starts[-1] > end:
                found["failed below waiting, went on"] = 1
            found["failed below waiting, gap"] = self.gap(end)
        return found

    def _itself(self, others: int) -> Evidence:
        ends = [e for c in self.children if (e := self.tree.end[c]) is not None]
        last = max((e for e in ends if self.until is None or e <= self.until), default=self.tree.start[self.p])
        found: Evidence = {"hung itself": 1, "hung itself, options": math.log1p(others)}
        if self.hop.status is Status.SUCCEEDED:
            found["slow itself"] = 1
        found["hung itself, since"] = self.gap(last)
        return found
