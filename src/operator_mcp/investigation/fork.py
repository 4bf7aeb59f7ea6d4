"""A fork of the way down to the origin: a hop, and what it and its children have in common for every question."""

import math
from dataclasses import dataclass
from functools import cached_property

from operator_mcp.investigation.facts import Facts

MOMENT = 0.02
"""Seconds: the scale on which gaps are measured (one report to the control plane)."""

Evidence = dict[str, float]
"""Name of a piece of evidence (a row of `weights.py`) -> its amount."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the walk stands: a hop, and when its caller stopped waiting for it (None: it failed by itself)."""

    hop: int
    given_up: float | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One answer at a fork: the place to go on from, or None for "it began here"; and what speaks for it."""

    to: Place | None
    evidence: Evidence


class Fork:
    """A hop, its children, its times and its words, up to the moment `until` (None where no end is known)."""

    def __init__(self, facts: Facts, p: int, until: float | None) -> None:
        self.facts, self.tree, self.p, self.until = facts, facts.tree, p, until
        self.hop = self.tree.hops[p]
        self.children = self.tree.children[p]
        self.said = facts.said(p)

    @cached_property
    def ordered(self) -> list[int]:
        """The children in the order of their start."""
        return sorted(self.children, key=self.tree.age)

    @cached_property
    def starts(self) -> list[float]:
        """When the children started, in order."""
        return [s for c in self.ordered if (s := self.tree.start[c]) is not None]

    @cached_property
    def fresh(self) -> list[float]:
        """When the hop began something new: starts at which no earlier child was still on its way, in order."""
        found: list[float] = []
        latest = -math.inf
        for c in self.ordered:
            start, end = self.tree.start[c], self.tree.end[c]
            if start is not None:
                if start >= latest and (self.until is None or start <= self.until):
                    found.append(start)
                latest = max(latest, start if end is None else end)
        return found

    @cached_property
    def working(self) -> list[int]:
        """The children that were at work when the hop ended or was given up."""
        return [c for c in self.children if self.facts.at_work(c, self.until)]

    def gap(self, moment: float | None) -> float:
        """Give the time from a moment to the hop's end, on a logarithmic scale; 0 where it is not known."""
        if moment is None or self.until is None or self.until == math.inf:
            return 0.0
        return math.log1p(max(0.0, self.until - moment) / MOMENT)
