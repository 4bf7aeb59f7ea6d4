"""What one run says about each of its hops: texts below their relays, times, retries, and the logs at hand."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from operator_mcp.investigation.texts import LIMIT, blank, peel, shape
from operator_mcp.investigation.tree import HUNG, Tree
from operator_mcp.models import Hop, LogEntry, Status

_COUNTS_ATTEMPTS = re.compile(r"attempt|retr(?:y|ies)|tries", re.IGNORECASE)
"""Names of arguments that tell one attempt of a call from the next."""

SHAPED = 500
"""Characters of which a shape is taken here: it is for comparing, and its patterns are slow on long texts."""

RELAYED = 400
"""Characters of the relays' prefixes that are kept before the words; deep chains carry thousands of prefixes."""


@dataclass(frozen=True, slots=True)
class Said:
    """An error's words: how many relays carried it, and what stands below them (`""` where nothing was said).

    `raw` is the text as it came, with the last prefixes only where there are many.
    """

    raw: str
    prefixes: int
    text: str
    blank: bool

    @property
    def relayed(self) -> int:
        """How many relays at least carried words like these, bare relay words included."""
        return self.prefixes + (self.text != "")


class Facts:
    """Facts of one run, each worked out once and only when asked for."""

    def __init__(self, tree: Tree, logs: Mapping[str, Sequence[LogEntry]]) -> None:
        """Take the tree and the logs that were fetched, by execution id (often none)."""
        self.tree = tree
        self.logs = logs
        self._failed = [hop.status.failure_like for hop in tree.hops]
        self._said: dict[int, Said] = {}
        self._calls: dict[int, str] = {}

    def said(self, i: int) -> Said:
        """Give the words of a hop's error."""
        if (known := self._said.get(i)) is None:
            error = (self.tree.hops[i].error or "").strip()
            prefixes, text = peel(error)
            raw = error[max(0, len(error) - len(text) - RELAYED) :][:LIMIT]
            known = self._said[i] = Said(raw, prefixes, text[:LIMIT], blank(text[:LIMIT]))
        return known

    def shape(self, i: int) -> str:
        """Give the shape of a hop's words, of their beginning where they are many."""
        return shape(self.said(i).text[:SHAPED])

    def failed(self, i: int) -> bool:
        """Tell whether a hop is failure-like."""
        return self._failed[i]

    def open(self, i: int) -> bool:
        """Tell whether a hop never came to an end, persons' waiting aside."""
        return self.tree.hops[i].status in HUNG

    def soonest_end(self, i: int) -> float:
        """Give the earliest moment a hop can have ended: its report may have reached the control plane late."""
        end, start, duration = self.tree.end[i], self.tree.start[i], self.tree.hops[i].duration_ms
        if end is None:
            return float("inf")
        return end if start is None or duration is None else min(end, start + max(0, duration) / 1000)

    def at_work(self, i: int, moment: float | None) -> bool:
        """Tell whether a hop was at work at a moment (None: now): begun, and open, reaped, or ended later."""
        hop, start, end = self.tree.hops[i], self.tree.start[i], self.tree.end[i]
        if moment is not None and start is not None and start > moment:
            return False
        if not hop.status.terminal:
            return True
        if hop.status is Status.TIMEOUT and hop.error and "no activity" in hop.error:
            return True
        return end is not None and moment is not None and end > moment

    def told(self, i: int) -> list[LogEntry]:
        """Give what a hop's own code logged as a warning or an error."""
        return [
            e
            for e in self.logs.get(self.tree.hops[i].execution_id, ())
            if not e.system
            and not e.event_type.startswith(("reasoner.", "execution."))
            and e.level.lower() in ("warning", "warn", "error")
        ]

    def call(self, i: int) -> str:
        """Give what identifies a call: target and input. Equal calls of one parent are attempts of one call."""
        if (known := self._calls.get(i)) is None:
            hop = self.tree.hops[i]
            known = self._calls[i] = f"{hop.agent}\0{hop.reasoner}\0{_canonical(hop)}"
        return known

    def attempts(self, parent: int) -> dict[int, tuple[int, ...]]:
        """Group the children of a hop into attempts of one call: equal target and input, one after the other.

        Gives, for each child that has equals, the group in the order of start. Calls that overlap are a fan-out.
        """
        children = self.tree.children[parent]
        targets = Counter((self.tree.hops[i].agent, self.tree.hops[i].reasoner) for i in children)
        groups: dict[str, list[int]] = {}
        for i in children:
            if targets[self.tree.hops[i].agent, self.tree.hops[i].reasoner] > 1:
                groups.setdefault(self.call(i), []).append(i)
        chains: dict[int, tuple[int, ...]] = {}
        for group in groups.values():
            ordered = tuple(sorted(group, key=self.tree.age))
            if len(ordered) > 1 and all(self._followed(a, b) for a, b in pairwise(ordered)):
                chains.update(dict.fromkeys(ordered, ordered))
        return chains

    def _followed(self, before: int, after: int) -> bool:
        end, start, first = self.tree.end[before], self.tree.start[after], self.tree.start[before]
        if self.tree.hops[before].input is None:
            return False
        if end is None or start is None or first is None:
            return True
        return start >= first + (end - first) / 2

    @cached_property
    def begun_texts(self) -> Counter[str]:
        """How often each text stands at a failure with no failed or open child: there the words were made."""
        return Counter(self.said(i).text for i in self._begun)

    @cached_property
    def begun_shapes(self) -> Counter[str]:
        """As `begun_texts`, by shape."""
        return Counter(self.shape(i) for i in self._begun)

    @cached_property
    def _begun(self) -> list[int]:
        tree = self.tree
        return [
            i
            for i in range(len(tree.hops))
            if self.failed(i) and not any(self.failed(c) or self.open(c) for c in tree.children[i])
        ]


def _canonical(hop: Hop) -> str:
    value = hop.input
    if isinstance(value, dict) and set(value) <= {"input", "context"} and isinstance(value.get("input"), dict):
        value = value["input"]
    if isinstance(value, dict):
        value = {k: v for k, v in value.items() if not _COUNTS_ATTEMPTS.search(k)}
    try:
        return json.dumps(value, sort_keys=True)[:LIMIT]
    except RecursionError:
        return hop.execution_id
