"""One fork of the way down: a failed hop, and the evidence for each child it may have failed of, or for none of them."""

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from operator_mcp.investigation.facts import Facts
from operator_mcp.investigation.texts import concrete, says_waiting_ended, words
from operator_mcp.models import LogEntry, Status

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

Evidence = dict[str, float]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to "where did this hop's failure come from?": a child's position, or None for the hop itself."""

    child: int | None
    evidence: Evidence


def options(facts: Facts, p: int) -> list[Option]:
    """Give the options at hop `p`, itself first, each with its evidence (names as in `weights.py`)."""
    fork = _Fork(facts, p)
    found = [Option(c, fork.of_child(c)) for c in fork.candidates]
    return [Option(None, fork.of_itself([o.evidence for o in found])), *found]


class _Fork:
    def __init__(self, facts: Facts, p: int) -> None:
        self.facts, self.tree, self.p = facts, facts.tree, p
        self.hop = self.tree.hops[p]
        self.children = self.tree.children[p]
        self.ended = self.tree.end[p]
        self.said = facts.said(p)
        self.waited = says_waiting_ended(self.said.text)
        self.chains = facts.attempts(p)
        self.starts = sorted(s for c in self.children if (s := self.tree.start[c]) is not None)
        self.candidates = [c for c in self.children if self._may_be(c)]
        failed = [e for c in self.candidates if facts.failed(c) and (e := self.tree.end[c]) is not None]
        self.last_failure = max(failed, default=None)
        done = [
            e for c in self.children if (e := self.tree.end[c]) is not None and (self.ended is None or e <= self.ended)
        ]
        self.last_end = max(done, default=None)
        self.at_work = sum(facts.outlived(c, p) for c in self.children)
        self.words = words(self.said.text)
        self.entries = _told(facts.logs.get(self.hop.execution_id, ()))
        self.state = "open" if facts.open(p) or self.hop.status is Status.TIMEOUT else ""

    def _may_be(self, c: int) -> bool:
        facts = self.facts
        if facts.failed(c):
            chain = self.chains.get(c)
            return chain is None or c == chain[-1] or self.tree.hops[chain[-1]].status is Status.SUCCEEDED
        return facts.open(c) or facts.outlived(c, self.p)

    def of_child(self, c: int) -> Evidence:
        found: Evidence = {}
        self._status(c, found)
        if self.facts.failed(c):
            self._text(c, found)
        self._time(c, found)
        self._retry(c, found)
        self._log(c, found)
        return found

    def _status(self, c: int, found: Evidence) -> None:
        status = self.tree.hops[c].status
        late = self.facts.outlived(c, self.p)
        if self.facts.open(c) or (late and status is not Status.FAILED):
            kind = "slow" if status is Status.SUCCEEDED else "hung"
            says = "waited" if self.waited else "blank" if self.said.blank else "other"
            found[f"{kind}, caller {says}"] = 1
            if self.hop.status is Status.TIMEOUT or self.facts.open(self.p):
                found[f"{kind} below hung"] = 1
            if kind == "slow" and "cancel" in self.said.raw.lower():
                found["slow, caller says cancelled"] = 1
            self._wait(c, found)
        elif self.facts.open(self.p):
            found["failed below open"] = 1
        if status is Status.CANCELLED:
            found["cancelled"] = 1
            if "cancel" in self.said.raw.lower():
                found["cancelled, caller says so"] = 1
        if late and status is Status.FAILED:
            found["failed late"] = 1

    def _wait(self, c: int, found: Evidence) -> None:
        start = self.tree.start[c]
        if start is None or self.ended is None or not self.starts:
            return
        if start >= self.starts[-1] - 0.05:
            found["hung, started last"] = 1
        limit = re.search(r"(\d+(?:\.\d+)?) ?s", self.said.text)
        if limit and 0.5 < float(limit[1]) / max(self.ended - start, 1e-3) < 1.1:
            found["hung, wait fits"] = 1

    def _text(self, c: int, found: Evidence) -> None:
        own, theirs = self.said, self.facts.said(c)
        step = own.prefixes - theirs.prefixes
        expected = 0 if MINTED_IN_PROCESS.fullmatch(self.tree.hops[c].execution_id) else 1
        if theirs.blank:
            if own.blank and own.prefixes + (own.text != "") > theirs.prefixes + (theirs.text != ""):
                found["blank, relayed"] = 1
            elif own.prefixes:
                found["blank, caller relays words"] = 1
            return
        if own.text == theirs.text:
            found["same text"] = 1
            found["same text, relays fit" if step == expected else "same text, relays do not fit"] = 1
            found["same text, long"] = min(len(own.text), 60) / 60
        elif len(theirs.text) > 3 and theirs.text in own.text:
            found["text contained"] = 1
            found["text contained, long"] = min(len(theirs.text), 60) / 60
        else:
            if own.prefixes:
                found["caller relays other words"] = 1
            their_words = words(theirs.text)
            if their_words and self.words:
                found["words shared"] = len(their_words & self.words) / len(their_words)
        if "same text" in found or "text contained" in found:
            found["text common"] = math.log(max(1, self.facts.leaf_texts[theirs.text]))
        hop = self.tree.hops[c]
        if hop.reasoner and hop.reasoner in own.raw:
            found["reasoner named"] = 1
        if hop.agent and hop.agent in own.raw:
            found["agent named"] = 1

    def _time(self, c: int, found: Evidence) -> None:
        end, start = self.tree.end[c], self.tree.start[c]
        if end is None or (self.ended is not None and end > self.ended):
            return
        after = len(self.starts) - bisect_right(self.starts, end)
        if after:
            found["went on"] = 1
            found["went on, many"] = math.log1p(after)
        duration = self.tree.hops[c].duration_ms
        if (
            start is not None
            and duration is not None
            and self.starts
            and self.starts[-1] > start + duration / 1000 + 0.02
        ):
            found["went on, by duration"] = 1
        elif not after and self.at_work:
            found["others still at work"] = 1
        if self.last_failure is not None and end >= self.last_failure:
            found["last failure"] = 1
        if self.last_end is not None and end >= self.last_end:
            found["last to end"] = 1
        if self.ended is not None:
            found["gap"] = math.log1p(max(0.0, self.ended - end) / 0.02)

    def _retry(self, c: int, found: Evidence) -> None:
        chain = self.chains.get(c)
        if chain is None:
            return
        if self.tree.hops[chain[-1]].status is Status.SUCCEEDED:
            found["recovered"] = 1
        elif c == chain[-1] and self.facts.failed(c):
            found["attempts used up"] = 1

    def _log(self, c: int, found: Evidence) -> None:
        end = self.tree.end[c]
        if end is None or not self.entries:
            return
        later = [s for s in self.starts if s > end]
        until = later[0] if later else (self.ended if self.ended is not None else math.inf)
        near = [e for e in self.entries if e.at is not None and end - 0.02 <= e.at.timestamp() <= until]
        if near:
            found["logged after"] = 1

    def of_itself(self, children: Sequence[Evidence]) -> Evidence:
        found: Evidence = {"itself": 1}
        if self.said.prefixes:
            found["itself, relays"] = 1
        if self.said.blank:
            found["itself, blank"] = 1
        if self.waited:
            found["itself, waited"] = 1
        if self.at_work:
            found["itself, others at work"] = 1
        reason = self.hop.status_reason or ""
        if reason.startswith(CONTROL_PLANE_REASONS):
            found["itself, control plane says so"] = 1
        if self.hop.status is Status.CANCELLED:
            found["itself, cancelled"] = 1
        if self.facts.open(self.p):
            found["itself, open"] = 1
        if self.hop.status is Status.TIMEOUT:
            found["itself, reaped"] = 1
        found["itself, concrete"] = concrete(self.said.text) / 4
        found["itself, options"] = math.log1p(len(children))
        if children and all("went on" in e for e in children):
            found["itself, went on after all"] = 1
        if self.last_end is not None and self.ended is not None:
            found["itself, gap"] = math.log1p(max(0.0, self.ended - self.last_end) / 0.02)
        if not self.said.blank and children:
            own = self.facts.leaf_shapes[self.facts.shape(self.p)]
            if own:
                found["itself, such words begin elsewhere"] = 1
        return found


def _told(entries: Sequence[LogEntry]) -> list[LogEntry]:
    return [
        e
        for e in entries
        if not e.system
        and not e.event_type.startswith(("reasoner.", "execution."))
        and e.level.lower() in ("warning", "warn", "error")
    ]
