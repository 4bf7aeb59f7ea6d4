"""What one run says about each of its hops: texts below their relays, times, retries, and the logs at hand."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from operator_mcp.investigation.texts import LIMIT, blank, peel, shape
from operator_mcp.investigation.tree import HUNG, Tree
from operator_mcp.models import Hop, LogEntry, Status

NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Said:
    """An error's words: how many relays carried it, and what stands below them (`""` where nothing was said)."""

    raw: str
    prefixes: int
    text: str
    blank: bool


class Facts:
    """Facts of one run, each worked out once and only when asked for."""

    def __init__(self, tree: Tree, logs: Mapping[str, Sequence[LogEntry]]) -> None:
        """Take the tree and the logs that were fetched, by execution id (often none)."""
        self.tree = tree
        self.logs = logs
        self._said: dict[int, Said] = {}
        self._targets: dict[int, str] = {}

    def said(self, i: int) -> Said:
        """Give the words of a hop's error."""
        if (known := self._said.get(i)) is None:
            raw = (self.tree.hops[i].error or "")[:LIMIT]
            prefixes, text = peel(raw)
            known = self._said[i] = Said(raw.strip(), prefixes, text, blank(text))
        return known

    def failed(self, i: int) -> bool:
        """Tell whether a hop is failure-like."""
        return self.tree.hops[i].status.failure_like

    def open(self, i: int) -> bool:
        """Tell whether a hop never came to an end, persons' waiting aside."""
        return self.tree.hops[i].status in HUNG

    def outlived(self, i: int, parent: int) -> bool:
        """Tell whether a hop was still at work when its parent ended."""
        ended = self.tree.end[parent]
        own_end = self.tree.end[i]
        if ended is None:
            return False
        if own_end is None:
            return not self.tree.hops[i].status.terminal
        return own_end > ended

    def call(self, i: int) -> str:
        """Give what identifies a call: target and input. Equal calls of one parent are attempts of one call."""
        if (known := self._targets.get(i)) is None:
            hop = self.tree.hops[i]
            known = self._targets[i] = f"{hop.agent}\0{hop.reasoner}\0{_canonical(hop)}"
        return known

    def attempts(self, parent: int) -> dict[int, tuple[int, ...]]:
        """Group the children of a hop into attempts of one call: equal target and input, one after the other.

        Gives, for each child that has equals, the group in the order of start. Overlapping calls are a fan-out.
        """
        groups: dict[str, list[int]] = {}
        children = self.tree.children[parent]
        targets = Counter((self.tree.hops[i].agent, self.tree.hops[i].reasoner) for i in children)
        for i in children:
            if targets[self.tree.hops[i].agent, self.tree.hops[i].reasoner] > 1:
                groups.setdefault(self.call(i), []).append(i)
        chains: dict[int, tuple[int, ...]] = {}
        for group in groups.values():
            ordered = tuple(sorted(group, key=self.tree.age))
            if len(ordered) > 1 and self._one_by_one(ordered):
                chains.update(dict.fromkeys(ordered, ordered))
        return chains

    def _one_by_one(self, ordered: Sequence[int]) -> bool:
        for before, after in zip(ordered, ordered[1:], strict=False):
            end, start = self.tree.end[before], self.tree.start[after]
            if self.tree.hops[before].input is None:
                return False
            if end is not None and start is not None and end > start + 0.002:
                return False
        return True

    @cached_property
    def leaf_shapes(self) -> Counter[str]:
        """How often each shape of error stands at a failure that has no failed or open child: written where it began."""
        tree = self.tree
        return Counter(
            self.shape(i)
            for i in range(len(tree.hops))
            if self.failed(i) and not any(self.failed(c) or self.open(c) for c in tree.children[i])
        )

    @cached_property
    def leaf_texts(self) -> Counter[str]:
        """How often each text below the relays stands at a failure that has no failed or open child."""
        tree = self.tree
        return Counter(
            self.said(i).text
            for i in range(len(tree.hops))
            if self.failed(i) and not any(self.failed(c) or self.open(c) for c in tree.children[i])
        )

    def shape(self, i: int) -> str:
        """Give the shape of a hop's words."""
        return shape(self.said(i).text)


def _canonical(hop: Hop) -> str:
    value = hop.input
    if isinstance(value, dict) and set(value) <= {"input", "context"} and isinstance(value.get("input"), dict):
        value = value["input"]
    try:
        return json.dumps(value, sort_keys=True)[:LIMIT]
    except RecursionError:
        return hop.execution_id


def cancelled(hop: Hop) -> bool:
    """Tell whether a person or a caller stopped a hop."""
    return hop.status is Status.CANCELLED
