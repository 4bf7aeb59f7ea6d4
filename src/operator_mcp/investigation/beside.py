"""The failures beside the path to the origin: handled, recovered, collateral, concurrent."""

import math
from bisect import bisect_left
from itertools import pairwise
from typing import Literal, TypedDict

from operator_mcp.investigation.facts import Facts
from operator_mcp.investigation.fork import Place
from operator_mcp.investigation.walk import likeliest, options, weigh
from operator_mcp.models import Hop, HopWhy, Status

Word = Literal["handled", "recovered", "collateral", "concurrent"]


class Lists(TypedDict):
    """The four lists of a finding, each in the server's order."""

    handled: tuple[HopWhy, ...]
    recovered: tuple[HopWhy, ...]
    collateral: tuple[HopWhy, ...]
    concurrent: tuple[HopWhy, ...]


def lists(facts: Facts, origin: Place | None) -> Lists:
    """Sort every failure-like hop that is not on the path into the list it belongs to. Linear in hops."""
    sorting = _Sorting(facts, origin)
    found: dict[Word, list[HopWhy]] = {"handled": [], "recovered": [], "collateral": [], "concurrent": []}
    for i in sorted(sorting.words):
        word, why = sorting.words[i]
        hop = facts.tree.hops[i]
        found[word].append(HopWhy(execution_id=hop.execution_id, agent=hop.agent, reasoner=hop.reasoner, why=why))
    return Lists(
        handled=tuple(found["handled"]),
        recovered=tuple(found["recovered"]),
        collateral=tuple(found["collateral"]),
        concurrent=tuple(found["concurrent"]),
    )


class _Sorting:
    def __init__(self, facts: Facts, origin: Place | None) -> None:
        self.facts, self.tree = facts, facts.tree
        self.path = () if origin is None else self.tree.path(origin.hop)
        self.next = dict(pairwise(self.path))
        self.words: dict[int, tuple[Word, str]] = {}
        self.chains: dict[int, dict[int, tuple[int, ...]]] = {}
        self.fatal: dict[int, int | None] = {}
        self.failures: dict[int, list[float]] = {}
        on_path = set(self.path)
        for i in self.tree.downwards:
            if facts.failed(i) and i not in on_path:
                self.words[i] = self._word(i, self.tree.parent[i])

    def _word(self, i: int, p: int | None) -> tuple[Word, str]:
        if p is None:
            return "concurrent", "another root of the run"
        caller, name = self.tree.hops[p], _name(self.tree.hops[p])
        chain = self._chain(i, p)
        if chain and self.tree.hops[chain[-1]].status is Status.SUCCEEDED:
            return "recovered", f"attempt {chain.index(i) + 1} of {len(chain)}: a later one succeeded"
        cancelled = self.tree.hops[i].status is Status.CANCELLED
        if caller.status is Status.SUCCEEDED and not (cancelled and self._sibling_failed(i, p)):
            return "handled", f"{name} succeeded all the same"
        if cancelled:
            return "collateral", f"cancelled while {name} was ending"
        if self.tree.hops[i].status is Status.TIMEOUT:
            return "collateral", "left open, and closed by the reaper later"
        if self.facts.open(p):
            return self._below_open(i, p, name)
        return self._below_failed(i, p, name, chain)

    def _below_open(self, i: int, p: int, name: str) -> tuple[Word, str]:
        cut = next((e for a in reversed(self.tree.path(p)) if (e := self.tree.end[a]) is not None), None)
        end = self.tree.end[i]
        if cut is not None and end is not None and end > cut:
            return "concurrent", f"failed after the callers of {name} had ended"
        return "handled", f"{name} did not end by it"

    def _below_failed(self, i: int, p: int, name: str, chain: tuple[int, ...] | None) -> tuple[Word, str]:
        end, over, fatal = self.tree.end[i], self.tree.end[p], self._fatal(p)
        if fatal is not None and (fatal == i or (chain and fatal in chain) or self._alike(i, fatal)):
            above = self.words.get(p)
            if above is None:
                return "concurrent", f"failed beside what ended {name}"
            return above[0], f"it ended {name}, and its failure went no further up than told there"
        if end is not None and over is not None and end > over:
            return "concurrent", f"failed after {name} had ended"
        if fatal is None:
            return "handled", f"{name} failed of something of its own"
        begun = self.tree.start[fatal]
        if end is not None and begun is not None and end > begun:
            return "concurrent", f"failed beside the call that ended {name}"
        return "handled", f"{name} failed of another call later"

    def _fatal(self, p: int) -> int | None:
        """Give the child that a failed hop failed of: the next on the path, else the likeliest at its fork."""
        if p not in self.fatal:
            if p in self.next or (self.path and p == self.path[-1]):
                self.fatal[p] = self.next.get(p)
            else:
                to = likeliest(self.facts, weigh(options(self.facts, Place(p)))).to
                self.fatal[p] = None if to is None else to.hop
        return self.fatal[p]

    def _sibling_failed(self, i: int, p: int) -> bool:
        """Tell whether another call of the same caller failed while this one was at work."""
        if p not in self.failures:
            failed = (c for c in self.tree.children[p] if self.tree.hops[c].status is Status.FAILED)
            self.failures[p] = sorted(e for c in failed if (e := self.tree.end[c]) is not None)
        start, end = self.tree.start[i], self.tree.end[i]
        first = bisect_left(self.failures[p], -math.inf if start is None else start)
        return first < len(self.failures[p]) and (end is None or self.failures[p][first] < end)

    def _alike(self, i: int, other: int) -> bool:
        said = self.facts.said(i)
        return not said.blank and said.text == self.facts.said(other).text

    def _chain(self, i: int, p: int) -> tuple[int, ...] | None:
        if p not in self.chains:
            self.chains[p] = self.facts.attempts(p)
        return self.chains[p].get(i)


def _name(hop: Hop) -> str:
    return f"{hop.agent}.{hop.reasoner}"
