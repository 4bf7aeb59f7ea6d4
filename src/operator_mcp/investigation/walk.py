"""The way down: at each fork every option gets a chance, and a hop's chance is the product of those on the way to it.

Greedy descent would lose the truth at the first undecided fork; chances carry it on, and tell how sure the verdict is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from operator_mcp.investigation.facts import Facts
from operator_mcp.investigation.failed import HEARD, Failed
from operator_mcp.investigation.fork import Evidence, Option, Place
from operator_mcp.investigation.waiting import Waiting
from operator_mcp.investigation.weights import WEIGHTS
from operator_mcp.models import Status

NEGLIGIBLE = 0.002
"""Branches less likely than this are not walked: they change no answer."""

LIKELY = 0.5
"""An option with this share of its fork is walked all the same; else what it left would go to the hop above."""

CALIBRATION = ((0.0, 0.0), (0.25, 0.55), (0.55, 0.62), (0.75, 0.74), (0.93, 0.895), (0.98, 0.97), (1.0, 1.0))
"""Chance -> how often verdicts of that chance were right on generated runs; in between, along straight lines."""


Shares = tuple[tuple[Option, float], ...]
"""The options of a fork and their chances, "it began here" first; they sum to 1."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where the failure may have begun, and how likely that is."""

    place: Place
    chance: float

    @property
    def hop(self) -> int:
        """The position of the hop."""
        return self.place.hop

    @property
    def confidence(self) -> float:
        """How sure a verdict for it is: its chance, calibrated."""
        for (low, at_low), (high, at_high) in pairwise(CALIBRATION):
            if self.chance <= high:
                return at_low + (at_high - at_low) * (self.chance - low) / (high - low)
        return 1.0


@dataclass(frozen=True, slots=True)
class Visit:
    """A fork the walk came to: how likely it was to come there, and the chance of each option."""

    place: Place
    chance: float
    shares: Shares


def options(facts: Facts, place: Place) -> list[Option]:
    """Give the options at a place, "it began here" first, each with its evidence (names as in `weights.py`)."""
    waiting = place.given_up is not None or facts.open(place.hop)
    if waiting or facts.tree.hops[place.hop].status is Status.TIMEOUT:
        return Waiting(facts, place).options()
    return Failed(facts, place.hop).options()


def walk(facts: Facts, tops: Sequence[int]) -> list[Visit]:
    """Walk down from the given hops (equally likely) and give every fork worth a visit. Linear in hops."""
    visits: list[Visit] = []
    todo = [(Place(top), 1.0 / len(tops)) for top in tops]
    while todo:
        place, chance = todo.pop()
        links: list[tuple[Place, Shares]] = []
        shares = summed_up(facts, weigh(options(facts, place)))
        while (below := _passed_on(facts, place, shares)) is not None:
            links.append((place, shares))
            place = below
            shares = summed_up(facts, weigh(options(facts, place)))
        folded, chance = fold(links, chance)
        visits += [*folded, Visit(place, chance, shares)]
        todo += [(o.to, chance * s) for o, s in shares if o.to is not None and _worth(facts, place, o.to, chance, s)]
    return visits


def _worth(facts: Facts, place: Place, to: Place, chance: float, share: float) -> bool:
    """Tell whether an option is walked: where a hop's own child is the likely answer always, however deep it lies."""
    return chance * share >= NEGLIGIBLE or (share >= LIKELY and facts.tree.parent[to.hop] == place.hop)


def _passed_on(facts: Facts, place: Place, shares: Shares) -> Place | None:
    """Give the one child whose failure a hop can have passed on, where nothing else went on; else None.

    Its words came up, or neither has any, and its caller began nothing since.
    """
    if len(shares) != 2 or (to := shares[1][0].to) is None or facts.tree.parent[to.hop] != place.hop:
        return None
    evidence = shares[1][0].evidence
    spoken = any(name in evidence for name in HEARD) or (facts.said(place.hop).blank and facts.said(to.hop).blank)
    heard = spoken and not any(name.startswith("went on") for name in evidence)
    return to if heard else None


def fold(links: Sequence[tuple[Place, Shares]], chance: float) -> tuple[list[Visit], float]:
    """Give the visits to the links of a chain whose first is reached with a chance, and the chance to come to its end.

    That one failure travels by the same way all along is one fact and not one for each link: the chance that a chain
    passed it on is that of its weakest link. What is left is shared out among the links as each is in doubt.
    """
    visits: list[Visit] = []
    doubts = [shares[0][1] for _, shares in links]
    weakest, total = max(doubts, default=0.0), sum(doubts)
    reached = 1.0
    for (place, shares), doubt in zip(links, doubts, strict=True):
        here = min(1.0, weakest * doubt / total / reached) if doubt and reached else 0.0
        visits.append(Visit(place, chance * reached, ((shares[0][0], here), (shares[1][0], 1.0 - here))))
        reached *= 1.0 - here
    return visits, chance * reached


def candidates(facts: Facts, visits: Sequence[Visit]) -> list[Candidate]:
    """Give every hop where it may have begun, the likeliest first.

    Failures of one caller in the same words are one failure seen several times: the first to fail stands for all, with
    the chances of all.
    """
    groups: dict[tuple[object, ...], list[Candidate]] = {}
    for visit in visits:
        hop = visit.place.hop
        said, alike = facts.said(hop), facts.failed(hop) and visit.place.given_up is None
        same = (facts.tree.parent[hop], said.text) if alike and not said.blank else (hop,)
        groups.setdefault(same, []).append(Candidate(visit.place, visit.chance * visit.shares[0][1]))
    found = [_merged(facts, group) for group in groups.values()]
    return sorted(found, key=lambda c: (-round(c.chance, 9), facts.tree.age(c.hop)))


def _merged(facts: Facts, group: Sequence[Candidate]) -> Candidate:
    best = max(c.chance for c in group)
    likely = [c for c in group if c.chance >= best / 2]
    first = min(likely, key=lambda c: (facts.tree.end[c.hop] or math.inf, facts.tree.age(c.hop)))
    return Candidate(first.place, min(1.0, sum(c.chance for c in group)))


def summed_up(facts: Facts, shares: Shares) -> Shares:
    """Let the first to end stand for all where an error sums up several failures, by quotes of each or a count."""
    quoted = [k for k, (option, _) in enumerate(shares) if option.to and "text contained" in option.evidence]
    words = {facts.said(to.hop).text for k in quoted if (to := shares[k][0].to)}
    counted = [k for k, (option, _) in enumerate(shares) if option.to and "counts fit" in option.evidence]
    together = quoted if len(words) > 1 else counted
    if len(together) < 2:
        return shares
    first = min(together, key=lambda k: _ended(facts, shares[k][0]))
    chance = sum(shares[k][1] for k in together)
    kept = [k for k in range(len(shares)) if k == first or k not in set(together)]
    return tuple((shares[k][0], chance if k == first else shares[k][1]) for k in kept)


def likeliest(facts: Facts, shares: Shares) -> Option:
    """Give the option with the best chance; of equal ones the earliest to end, then to begin."""
    best = max(round(chance, 9) for _, chance in shares)
    return min((option for option, chance in shares if round(chance, 9) == best), key=partial(_ended, facts))


def _ended(facts: Facts, option: Option) -> tuple[float, tuple[float, int]]:
    if option.to is None:
        return (-math.inf, (-math.inf, -1))
    end = facts.tree.end[option.to.hop]
    return (math.inf if end is None else end, facts.tree.age(option.to.hop))


def weigh(found: Sequence[Option]) -> Shares:
    """Give each option of a fork its chance; they sum to 1."""
    scores = [weight(option.evidence) for option in found]
    top = max(scores)
    shares = [math.exp(score - top) for score in scores]
    total = sum(shares)
    return tuple((option, share / total) for option, share in zip(found, shares, strict=True))


def weight(evidence: Evidence) -> float:
    """Give what evidence weighs in sum."""
    return sum(WEIGHTS[name][0] * amount for name, amount in evidence.items())
