"""One fork of the way down: a hop, and the evidence for each child its failure may have come from, or for none of them.

Two questions are asked. Of a hop that *failed*: whose failure did it pass on, or is it its own? Of a hop that was *at
work* when its caller stopped waiting: which of its children was it waiting for, or was it the hop itself that hung?
"""

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from operator_mcp.investigation.facts import Facts
from operator_mcp.investigation.texts import concrete, says_waiting_ended, words
from operator_mcp.models import Status

MINTED_IN_PROCESS = re.compile(r"exec_\d{13}_[0-9a-f]{8}")
"""Ids of steps called in process (Python SDK 0.1.80); calls through the control plane get ids minted there."""

CONTROL_PLANE_REASONS = (
    "llm_unavailable",
    "concurrency_limit",
    "agent_timeout",
    "agent_error",
    "agent_unreachable",
    "bad_response",
    "internal_error",
    "target_not_found",
    "node_unavailable",
    "agent_restart_orphaned",
    "agent_client_error",
    "control_plane_shutdown",
)
"""Prefixes of `status_reason` that the control plane sets itself (AgentField 0.1.80 and newer)."""

MOMENT = 0.02
"""Seconds: the scale on which gaps are measured (one report to the control plane)."""

Evidence = dict[str, float]


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


def options(facts: Facts, place: Place) -> list[Option]:
    """Give the options at a place, the hop itself first, each with its evidence (names as in `weights.py`)."""
    if place.given_up is not None or facts.tree.hops[place.hop].status is Status.TIMEOUT or facts.open(place.hop):
        return _Waiting(facts, place).options()
    return _Failed(facts, place.hop).options()


class _Fork:
    """What both questions need: the hop, its children, its times and its words."""

    def __init__(self, facts: Facts, p: int, until: float | None) -> None:
        self.facts, self.tree, self.p, self.until = facts, facts.tree, p, until
        self.hop = self.tree.hops[p]
        self.children = self.tree.children[p]
        self.said = facts.said(p)
        self.chains = facts.attempts(p)

    @cached_property
    def starts(self) -> list[float]:
        return sorted(s for c in self.children if (s := self.tree.start[c]) is not None)

    @cached_property
    def working(self) -> list[int]:
        return [c for c in self.children if self.facts.at_work(c, self.until)]

    def gap(self, moment: float | None) -> float:
        if moment is None or self.until is None:
            return 0.0
        return math.log1p(max(0.0, self.until - moment) / MOMENT)


class _Failed(_Fork):
    def __init__(self, facts: Facts, p: int) -> None:
        super().__init__(facts, p, facts.fell(p))
        self.waited = says_waiting_ended(self.said.text)
        self.cancelled = "cancel" in self.said.raw[:2000].lower()
        self.words = words(self.said.text)
        self.told = facts.told(p)
        ends = [(e, c) for c in self.children if (e := self.tree.end[c]) is not None]
        before = [(e, c) for e, c in ends if self.until is None or e <= self.until]
        self.last_end = max((e for e, _ in before), default=None)
        self.last_failure = max((e for e, c in before if facts.failed(c)), default=None)

    def options(self) -> list[Option]:
        found: list[Option] = []
        working = set(self.working)
        for c in self.children:
            if c in working:
                found.append(Option(self._below(c), self._at_work(c)))
            elif self.facts.failed(c) and not self._superseded(c):
                found.append(Option(Place(c), self._ended(c)))
        return [Option(None, self._itself([o.evidence for o in found])), *found]

    def _below(self, c: int) -> Place:
        late_failure = self.tree.hops[c].status is Status.FAILED and not self.waited and not self.said.blank
        return Place(c) if late_failure or self.until is None else Place(c, self.until)

    def _superseded(self, c: int) -> bool:
        chain = self.chains.get(c)
        return chain is not None and c != chain[-1] and self.facts.failed(chain[-1])

    def _at_work(self, c: int) -> Evidence:
        """Evidence for a child that was at work when the hop failed."""
        status = self.tree.hops[c].status
        state = {Status.SUCCEEDED: "slow", Status.FAILED: "late", Status.CANCELLED: "stopped"}.get(status, "hung")
        says = "waited" if self.waited else "nothing" if self.said.blank else "other words"
        found: Evidence = {f"{state}, caller says {says}": 1}
        if state == "slow" and self.cancelled:
            found["slow, caller says cancelled"] = 1
        if state == "late":
            self._text(c, found)
        found["at work, of many"] = math.log(len(self.working))
        start = self.tree.start[c]
        if start is not None and self.starts and start >= self.starts[-1] - MOMENT:
            found["at work, started last"] = 1
        limit = re.search(r"(\d+(?:\.\d+)?) ?s", self.said.text)
        if limit and start is not None and self.until is not None:
            found["at work, wait fits"] = float(0.7 < float(limit[1]) / max(self.until - start, 1e-3) < 1.1)
        if self.hop.duration_ms and start is not None and self.last_failure is not None and start >= self.last_failure:
            found["at work, started after the last failure"] = 1
        return found

    def _ended(self, c: int) -> Evidence:
        """Evidence for a child that had failed before the hop did."""
        found: Evidence = {"failed": 1}
        if self.tree.hops[c].status is Status.CANCELLED:
            says = "so" if self.cancelled else "waited" if self.waited else "other words"
            found[f"cancelled, caller says {says}"] = 1
        elif self.waited:
            found["failed, caller says waited"] = 1
        self._text(c, found)
        self._time(c, found)
        self._retry(c, found)
        self._log(c, found)
        return found

    def _text(self, c: int, found: Evidence) -> None:
        own, theirs = self.said, self.facts.said(c)
        hop = self.tree.hops[c]
        step = own.prefixes - theirs.prefixes
        expected = 0 if MINTED_IN_PROCESS.fullmatch(hop.execution_id) else 1
        if theirs.blank:
            if own.blank and own.relayed > theirs.relayed:
                found["no words, relayed"] = 1
            elif own.prefixes:
                found["no words, caller relays some"] = 1
            return
        if own.text == theirs.text:
            found["same text"] = 1
            found["same text, relays fit" if step == expected else "same text, relays do not fit"] = 1
            found["same text, length"] = min(len(own.text), 60) / 60
        elif len(theirs.text) > 3 and theirs.text in own.text:
            found["text contained"] = 1
            found["text contained, length"] = min(len(theirs.text), 60) / 60
        else:
            if own.prefixes:
                found["caller relays other words"] = 1
            their_words = words(theirs.text)
            if their_words and self.words:
                found["words shared"] = len(their_words & self.words) / len(their_words)
        if "same text" in found or "text contained" in found:
            found["text common in the run"] = math.log(max(1, self.facts.begun_texts[theirs.text]))
        if hop.reasoner and hop.reasoner in own.raw:
            found["reasoner named"] = 1
        if hop.agent and hop.agent in own.raw:
            found["agent named"] = 1

    def _time(self, c: int, found: Evidence) -> None:
        end = self.tree.end[c]
        if end is None:
            return
        after = len(self.starts) - bisect_right(self.starts, end)
        if after:
            found["went on"] = 1
            found["went on, many"] = math.log1p(after)
        elif self.starts and self.starts[-1] > self.facts.soonest_end(c) + MOMENT:
            found["went on, by duration"] = 1
        elif self.working:
            found["others still at work"] = 1
        if self.last_failure is not None and end >= self.last_failure:
            found["last failure"] = 1
        if self.last_end is not None and end >= self.last_end:
            found["last to end"] = 1
        found["gap"] = self.gap(end)

    def _retry(self, c: int, found: Evidence) -> None:
        chain = self.chains.get(c)
        if chain is None:
            return
        if self.tree.hops[chain[-1]].status is Status.SUCCEEDED:
            found["recovered"] = 1
        elif c == chain[-1]:
            found["attempts used up"] = 1

    def _log(self, c: int, found: Evidence) -> None:
        if not self.told:
            return
        end = self.facts.soonest_end(c)
        later = bisect_right(self.starts, end)
        until = self.starts[later] if later < len(self.starts) else math.inf
        near = [e for e in self.told if e.at is not None and end - MOMENT / 4 <= e.at.timestamp() <= until]
        if near:
            found["logged after"] = 1
            hop, text = self.tree.hops[c], self.facts.said(c).text
            if any(hop.reasoner in e.message or (text and text in e.message) for e in near):
                found["logged after, named"] = 1

    def _itself(self, others: Sequence[Evidence]) -> Evidence:
        found: Evidence = {"itself": 1}
        if self.said.prefixes:
            found["itself, relays"] = 1
        if self.said.blank:
            found["itself, no words"] = 1
        if self.waited:
            found["itself, waited"] = 1
        if self.working:
            found["itself, others at work"] = 1
        if (self.hop.status_reason or "").startswith(CONTROL_PLANE_REASONS):
            found["itself, control plane says so"] = 1
        if self.hop.status is Status.CANCELLED:
            found["itself, cancelled"] = 1
        found["itself, concrete"] = concrete(self.said.text) / 4
        found["itself, options"] = math.log1p(len(others))
        ended = [e for e in others if "failed" in e]
        if ended and all("went on" in e for e in ended):
            found["itself, went on after all"] = 1
        found["itself, gap"] = self.gap(self.last_end)
        if not self.said.blank and others and self.facts.begun_shapes[self.facts.shape(self.p)]:
            found["itself, such words begin elsewhere"] = 1
        return found


class _Waiting(_Fork):
    def __init__(self, facts: Facts, place: Place) -> None:
        own = facts.fell(place.hop)
        moments = [m for m in (place.given_up, own) if m is not None]
        super().__init__(facts, place.hop, min(moments, default=None))

    def options(self) -> list[Option]:
        found: list[Option] = []
        working = set(self.working)
        for c in self.children:
            if c in working:
                found.append(Option(Place(c, self.until if self.until is not None else math.inf), self._at_work(c)))
            elif self.facts.failed(c) and c not in self.chains:
                found.append(Option(Place(c), self._ended(c)))
        itself: Evidence = {"hung itself": 1, "hung itself, options": math.log1p(len(found))}
        if self.hop.status is Status.SUCCEEDED:
            itself["slow itself"] = 1
        itself["hung itself, since"] = self.gap(max((e for c in self.children if (e := self.tree.end[c]) is not None and (self.until is None or e <= self.until)), default=self.tree.start[self.p]))
        return [Option(None, itself), *found]

    def _at_work(self, c: int) -> Evidence:
        status = self.tree.hops[c].status
        state = {Status.SUCCEEDED: "slow", Status.FAILED: "late", Status.CANCELLED: "stopped"}.get(status, "hung")
        found: Evidence = {f"{state} below waiting": 1}
        end, start = self.tree.end[c], self.tree.start[c]
        if state in ("slow", "late") and end is not None and self.until is not None and self.until < math.inf:
            found["below waiting, margin"] = math.log1p(max(0.0, end - self.until) / MOMENT)
        if start is not None and self.starts and start >= self.starts[-1]:
            found["below waiting, started last"] = 1
        return found

    def _ended(self, c: int) -> Evidence:
        found: Evidence = {"failed below waiting": 1}
        end = self.tree.end[c]
        if end is not None:
            if self.starts and self.starts[-1] > end:
                found["failed below waiting, went on"] = 1
            found["failed below waiting, gap"] = self.gap(end)
        return found
