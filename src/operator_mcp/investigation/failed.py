"""The question to a hop that failed: whose failure did it pass on, or is it its own?

Source of what is weighed: the Python SDK 0.1.80 raises a child's failure in its caller with one prefix for each call
through the control plane and none for a step in process; callers catch, retry, gather, re-word (seen live). The control
plane never passes on a failure by itself.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property

from operator_mcp.investigation.facts import Facts
from operator_mcp.investigation.fork import MOMENT, Evidence, Fork, Option, Place
from operator_mcp.investigation.texts import words
from operator_mcp.investigation.voices import concrete, raw, says_waiting_ended, vague
from operator_mcp.models import Status

MINTED_IN_PROCESS = re.compile(r"exec_\d{13}_[0-9a-f]{8}")
"""Ids of steps called in process (Python SDK 0.1.80)."""

MINTED_BY_CONTROL_PLANE = re.compile(r"exec_\d{8}_\d{6}_[0-9a-z]{8}")
"""Ids of calls through the control plane (0.1.80)."""

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

STATES = {Status.SUCCEEDED: "slow", Status.FAILED: "late", Status.CANCELLED: "stopped"}
"""What a child that was at work when its caller ended came to afterwards; otherwise it hung."""

NEIGHBOURS = 8
"""Failures before and after a log entry that are looked at for the one it speaks of."""

QUOTED = 2_000
"""Characters of a text that must come up in its caller's: the caller's own words push its end out of sight."""

HEARD = ("same text", "text contained", "no words, relayed")


class Failed(Fork):
    """A failed hop, and the evidence for each child it may have failed of."""

    def __init__(self, facts: Facts, p: int) -> None:
        super().__init__(facts, p, facts.tree.end[p])
        self.waited = says_waiting_ended(self.said.text)
        self.cancelled = "cancel" in self.said.raw[:2000].lower()
        self.told = facts.told(p)
        self.logged = self.hop.execution_id in facts.logs
        self.chains = facts.attempts(p)
        ends = [(e, c) for c in self.children if (e := self.tree.end[c]) is not None]
        before = [(e, c) for e, c in ends if self.until is None or e <= self.until]
        self.last_end = max((e for e, _ in before), default=None)
        self.last_failure = max((e for e, c in before if facts.failed(c)), default=None)

    def options(self) -> list[Option]:
        """Give "it began here" first, then each child that had failed, or was at work when the hop failed."""
        found: list[Option] = []
        working = set(self.working)
        for c in self.children:
            if c in working:
                found.append(Option(self._below(c), self._at_work(c)))
            elif self.facts.failed(c) and not self._superseded(c):
                found.append(Option(Place(c), self._ended(c)))
        if not any(o.to and self.facts.failed(o.to.hop) for o in found):
            found += [Option(Place(c), self._ended(c)) for c in self._lost()]
        return [Option(None, self._itself([o.evidence for o in found])), *found]

    def _below(self, c: int) -> Place:
        failed_by_itself = self.tree.hops[c].status is Status.FAILED and not self.waited and not self.said.blank
        return Place(c) if failed_by_itself or self.until is None else Place(c, self.until)

    def _superseded(self, c: int) -> bool:
        chain = self.chains.get(c)
        return chain is not None and c != chain[-1] and self.facts.failed(chain[-1])

    def _lost(self) -> list[int]:
        """Give the failures whose own caller was never recorded and whose words this hop passed on."""
        if self.said.blank or self.until is None or (own := self.tree.start[self.p]) is None:
            return []
        lost: list[int] = []
        for c in self.tree.strays:
            start, end, theirs = self.tree.start[c], self.tree.end[c], self.facts.said(c)
            if start is None or end is None or c == self.p or not self.facts.failed(c):
                continue
            if own <= start and end <= self.until and not theirs.blank and theirs.text in self.said.text:
                lost.append(c)
        return lost

    def _at_work(self, c: int) -> Evidence:
        """Evidence for a child that was at work when the hop failed."""
        state = STATES.get(self.tree.hops[c].status, "hung")
        says = "waited" if self.waited else "nothing" if self.said.blank else "other words"
        found: Evidence = {f"{state}, caller says {says}": 1}
        if state == "slow" and self.cancelled:
            found["slow, caller says cancelled"] = 1
        if state == "late":
            self._text(c, found)
        found["at work, of many"] = math.log(len(self.working))
        if (start := self.tree.start[c]) is None:
            return found
        if start >= self.starts[-1] - MOMENT:
            found["at work, started last"] = 1
        limit = re.search(r"(\d{1,6}(?:\.\d{1,3})?) ?s", self.said.text)
        if limit and self.until is not None:
            found["at work, wait fits"] = float(0.7 < float(limit[1]) / max(self.until - start, 1e-3) < 1.1)
        if self.last_failure is not None and start >= self.last_failure:
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

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the hop's error."""
        return words(self.said.text)

    def _text(self, c: int, found: Evidence) -> None:
        own, theirs, hop = self.said, self.facts.said(c), self.tree.hops[c]
        if theirs.blank:
            if own.blank and own.relayed > theirs.relayed:
                found["no words, relayed"] = 1
            elif own.prefixes:
                found["no words, caller relays some"] = 1
            return
        if own.text == theirs.text:
            fits = own.prefixes - theirs.prefixes in _relays_of(hop.execution_id)
            found["same text"] = 1
            found["same text, relays fit" if fits else "same text, relays do not fit"] = 1
            found["same text, length"] = min(len(own.text), 60) / 60
        elif len(theirs.text) > 3 and theirs.text[:QUOTED] in own.text:
            found["text contained"] = 1
            found["text contained, length"] = min(len(theirs.text), 60) / 60
        else:
            if own.prefixes:
                found["caller relays other words"] = 1
            if (their_words := words(theirs.text)) and self.words:
                found["words shared"] = len(their_words & self.words) / len(their_words)
        if "same text" in found or "text contained" in found:
            found["text common in the run"] = math.log(max(1, self.facts.begun_texts[theirs.text]))
        if hop.reasoner and hop.reasoner in own.raw:
            found["reasoner named"] = 1
        if hop.agent and hop.agent in own.raw:
            found["agent named"] = 1

    def _time(self, c: int, found: Evidence) -> None:
        if (end := self.tree.end[c]) is None:
            return
        though = ", though its words came up" if any(h in found for h in HEARD) else ""
        upto = len(self.starts) if self.until is None else bisect_right(self.starts, self.until)
        anew = len(self.fresh) - bisect_right(self.fresh, end)
        if anew > 0:
            found[f"went on anew{though}"] = 1
            found[f"went on anew, many{though}"] = math.log1p(anew)
        if upto > bisect_right(self.starts, end):
            found[f"went on{though}"] = 1
        elif self.working:
            found["others still at work"] = 1
        if self.last_failure is not None and end >= self.last_failure:
            found["last failure"] = 1
        if self.last_end is not None and end >= self.last_end:
            found["last to end"] = 1
        start = self.tree.start[c]
        if self.counted and start is not None and start >= self.starts[-min(self.counted, len(self.starts))]:
            found["counts fit"] = 1
        found["gap"] = self.gap(end)

    @cached_property
    def counted(self) -> int:
        """How many last calls the words count ("3 of 5 failed", "2/5"), where as many of those failed; else 0."""
        numbers = sorted({int(n) for n in re.findall(r"(?<![\w.-])\d{1,4}(?![\w.-])", self.said.text[:200])})
        for total in reversed(numbers):
            if 1 < total <= len(self.ordered):
                failed = sum(self.facts.failed(c) for c in self.ordered[-total:])
                if failed and any(n in (failed, total - failed) for n in numbers if n < total or failed == total):
                    return total
        return 0

    def _retry(self, c: int, found: Evidence) -> None:
        if (chain := self.chains.get(c)) is None:
            return
        if self.tree.hops[chain[-1]].status is Status.SUCCEEDED:
            found["recovered"] = 1
        elif c == chain[-1]:
            found["attempts used up"] = 1

    def _log(self, c: int, found: Evidence) -> None:
        if not self.logged:
            return
        if c not in self.warned_of:
            found["not logged after"] = 1
            return
        at_work = ", others at work" if self.working else ""
        found[f"logged after{at_work}"] = 1
        hop, text = self.tree.hops[c], self.facts.said(c).text
        if any(hop.reasoner in message or (text and text in message) for message in self.warned_of[c]):
            found["logged after, named"] = 1

    @cached_property
    def warned_of(self) -> dict[int, list[str]]:
        """What the hop's own code logged, by the failed child that ended nearest: whoever catches often logs."""
        failed = sorted((e, c) for c in self.children if self.facts.failed(c) and (e := self.tree.end[c]) is not None)
        found: dict[int, list[str]] = {}
        for entry in self.told:
            if entry.at is None:
                continue
            at = entry.at.timestamp()
            here = bisect_left(failed, (at, -1))
            near = failed[max(0, here - NEIGHBOURS) : here + NEIGHBOURS]
            before = [(abs(at - e), c) for e, c in near if self.facts.soonest_end(c) <= at + MOMENT / 4]
            if before:
                found.setdefault(min(before)[1], []).append(entry.message)
        return found

    def _itself(self, others: Sequence[Evidence]) -> Evidence:
        """Evidence for the hop itself."""
        said = self.said
        ended = [e for e in others if "failed" in e]
        signs = {
            "itself": True,
            "itself, relays": said.prefixes > 0,
            "itself, no words": said.blank,
            "itself, waited": self.waited,
            "itself, others at work": bool(self.working),
            "itself, control plane says so": (self.hop.status_reason or "").startswith(CONTROL_PLANE_REASONS),
            "itself, cancelled": self.hop.status is Status.CANCELLED,
            "itself, went on after all": bool(ended) and all("went on anew" in e for e in ended),
            "itself, a library's words": raw(said.text),
            "itself, says only that it failed": vague(said.text),
            "itself, such words begin elsewhere": not said.blank
            and bool(others)
            and self.facts.begun_shapes[self.facts.shape(self.p)] > 0,
        }
        found: Evidence = {name: 1.0 for name, holds in signs.items() if holds}
        found["itself, concrete"] = concrete(said.text) / 4
        found["itself, options"] = math.log1p(len(others))
        found["itself, gap"] = self.gap(self.last_end)
        if self.logged and self.children:
            at_work = ", others at work" if self.working else ""
            found[f"itself, {'warned last' if self._warned_last() else 'did not warn last'}{at_work}"] = 1
        return found

    def _warned_last(self) -> bool:
        """Tell whether the hop's own code logged a warning after the last move of its children."""
        ends = [self.facts.soonest_end(c) for c in self.children]
        moves = [m for m in (*self.starts, *ends) if m < math.inf and (self.until is None or m <= self.until)]
        last = max(moves, default=-math.inf)
        return any(e.at is not None and e.at.timestamp() >= last - MOMENT / 4 for e in self.told)


def _relays_of(execution_id: str) -> tuple[int, ...]:
    """Give how many relay prefixes a call's failure may gain on its way to the caller.

    One through the control plane, none in process (Python SDK 0.1.80); ids are opaque, so either where the form of the
    id tells neither.
    """
    if MINTED_IN_PROCESS.fullmatch(execution_id):
        return (0,)
    return (1,) if MINTED_BY_CONTROL_PLANE.fullmatch(execution_id) else (0, 1)
