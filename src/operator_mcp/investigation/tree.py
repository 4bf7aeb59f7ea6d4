"""A run as a tree that any rows make: unknown parents and circles become roots, a repeated id counts once."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from operator_mcp.models import Hop, Status

HUNG = frozenset({Status.PENDING, Status.QUEUED, Status.RUNNING, Status.UNKNOWN})
"""Statuses of a hop that is still open and not waiting for a person."""


class Tree:
    """The hops of one run by position (0..n-1, the server's order), their links, and their times in seconds.

    `parent[i]` is None for a root: no parent named, a parent that is not in the run, or a link that would close a
    circle (the earliest hop of the circle is its root). `strays` are the roots whose named parent is not in the run.
    `start[i]` and `end[i]` are Unix seconds or None.
    """

    def __init__(self, hops: Sequence[Hop]) -> None:
        """Link the rows. O(n); accepts any rows."""
        self.position: dict[str, int] = {}
        kept: list[Hop] = []
        for hop in hops:
            if hop.execution_id not in self.position:
                self.position[hop.execution_id] = len(kept)
                kept.append(hop)
        self.hops = tuple(kept)
        self.start = tuple(_seconds(hop.started_at) for hop in kept)
        self.end = tuple(_seconds(hop.ended_at) for hop in kept)
        self.parent = self._parents()
        self.children: list[list[int]] = [[] for _ in kept]
        for i, parent in enumerate(self.parent):
            if parent is not None:
                self.children[parent].append(i)
        self.roots = tuple(i for i, parent in enumerate(self.parent) if parent is None)
        self.strays = tuple(
            i for i in self.roots if kept[i].parent_id is not None and kept[i].parent_id not in self.position
        )
        self.downwards = tuple(self._walk(self.roots))
        self.depth = [0] * len(kept)
        for i in self.downwards:
            parent = self.parent[i]
            self.depth[i] = 0 if parent is None else self.depth[parent] + 1

    def _parents(self) -> list[int | None]:
        links = [None if hop.parent_id is None else self.position.get(hop.parent_id) for hop in self.hops]
        done = [False] * len(links)
        for first in range(len(links)):
            trail: list[int] = []
            on_trail: set[int] = set()
            i: int | None = first
            while i is not None and not done[i] and i not in on_trail:
                trail.append(i)
                on_trail.add(i)
                i = links[i]
            if i is not None and i in on_trail:
                circle = trail[trail.index(i) :]
                links[min(circle, key=self.age)] = None
            for j in trail:
                done[j] = True
        return links

    def age(self, i: int) -> tuple[float, int]:
        """Sort key: by start, hops without a start last, then the server's order."""
        start = self.start[i]
        return (float("inf") if start is None else start, i)

    def _walk(self, tops: Sequence[int]) -> Iterator[int]:
        stack = list(reversed(tops))
        while stack:
            i = stack.pop()
            yield i
            stack.extend(reversed(self.children[i]))

    def below(self, top: int) -> Iterator[int]:
        """Yield a hop and all its descendants, parents before children."""
        return self._walk((top,))

    def path(self, i: int) -> tuple[int, ...]:
        """Give the positions from the root of a hop down to the hop itself."""
        steps = [i]
        while (up := self.parent[steps[-1]]) is not None:
            steps.append(up)
        return tuple(reversed(steps))


def _seconds(at: datetime | None) -> float | None:
    if at is None:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
