"""Fit the weights of the origin finder on generated runs: `python -m benchmarks.fitting [--write]`.

A fork is one training example: its options, and which of them lead to an acceptable origin. The weights maximise the
likelihood of those (a softmax over the options of a fork, with a small pull towards 0). The recordings take no part, so
their score stays one of unseen runs; leaving out one style of wordings at a time tells how much is owed to words.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, log
from pathlib import Path

from benchmarks.samples import WORDINGS, Sample, generated
from operator_mcp.investigation import weights
from operator_mcp.investigation.facts import Facts
from operator_mcp.investigation.fork import Evidence, Option, Place
from operator_mcp.investigation.tree import Tree
from operator_mcp.investigation.verdict import judge
from operator_mcp.investigation.walk import options

SEEDS, MIXED = range(1000, 1030), 1800
PULL = 0.5
ROUNDS = 250
MEMORY = 12


@dataclass(frozen=True)
class Example:
    """One fork on the way to the truth: the evidence of each option, and the options that are right."""

    wording: str
    evidence: tuple[Evidence, ...]
    right: frozenset[int]
    share: float


def examples(samples: Iterable[Sample]) -> Iterator[Example]:
    """Yield the forks on the way to the origin of each failed run, once without and once with logs."""
    for sample in samples:
        if sample.truth.verdict == "failed":
            seed = int(sample.name.rsplit("-", 1)[1])
            for logs in ({}, sample.logs):
                for found, right in _forks(Facts(Tree(sample.run.hops), logs), sample):
                    yield Example(WORDINGS[seed % len(WORDINGS)], tuple(o.evidence for o in found), right, 0.5)


def _forks(facts: Facts, sample: Sample) -> Iterator[tuple[Sequence[Option], frozenset[int]]]:
    position = facts.tree.position
    path = [position[id] for id in sample.truth.path if id in position]
    acceptable = {position[id] for id in sample.truth.acceptable_origins if id in position}
    ways = {hop for origin in acceptable for hop in facts.tree.path(origin)}
    place: Place | None = Place(judge(facts.tree)[1][0])
    while place is not None:
        found = options(facts, place)
        hung = place.given_up is not None
        here, below = ({path[-1]}, set(path)) if hung else (acceptable, ways)
        right = [k for k, o in enumerate(found) if (o.to.hop in below if o.to else place.hop in here)]
        if not right:
            return
        if len(found) > 1:
            yield found, frozenset(right)
        onward = [o.to for k in right if (o := found[k]).to is not None]
        on_path = [to for to in onward if to.hop in path]
        place = None if place.hop == path[-1] else next(iter(on_path or onward), None)


class Objective:
    """Minus the log-likelihood of the right options, with the pull towards 0."""

    def __init__(self, data: Sequence[Example]) -> None:
        self.names = sorted({name for e in data for option in e.evidence for name in option})
        number = {name: k for k, name in enumerate(self.names)}
        self.rows = [
            ([[(number[n], a) for n, a in option.items() if a] for option in e.evidence], e.right, e.share)
            for e in data
        ]

    def __call__(self, w: list[float]) -> tuple[float, list[float]]:
        """Give the value and the gradient at `w`."""
        value = PULL / 2 * sum(x * x for x in w)
        gradient = [PULL * x for x in w]
        for rows, right, share in self.rows:
            scores = [sum(w[k] * a for k, a in row) for row in rows]
            top = max(scores)
            odds = [exp(s - top) for s in scores]
            total, good = sum(odds), sum(odds[k] for k in right)
            value -= share * log(max(good / total, 1e-12))
            for k, row in enumerate(rows):
                pushed = share * (odds[k] / total - (odds[k] / good if k in right else 0.0))
                for name, amount in row:
                    gradient[name] += pushed * amount
        return value, gradient


def fit(data: Sequence[Example]) -> dict[str, float]:
    """Give the weights (limited-memory BFGS with backtracking)."""
    objective = Objective(data)
    w = [0.0] * len(objective.names)
    value, gradient = objective(w)
    past: list[tuple[list[float], list[float]]] = []
    for _ in range(ROUNDS):
        direction = _direction(gradient, past)
        slope, step = _dot(gradient, direction), 1.0 if past else 1 / (1 + sum(map(abs, gradient)))
        while True:
            moved = [x + step * d for x, d in zip(w, direction, strict=True)]
            new_value, new_gradient = objective(moved)
            if new_value <= value + 1e-4 * step * slope or step < 1e-9:
                break
            step /= 2
        change = [a - b for a, b in zip(moved, w, strict=True)]
        turn = [a - b for a, b in zip(new_gradient, gradient, strict=True)]
        if _dot(change, turn) > 1e-12:
            past = [*past[-MEMORY:], (change, turn)]
        settled = value - new_value < 1e-6 * value
        w, value, gradient = moved, new_value, new_gradient
        if settled:
            break
    return dict(zip(objective.names, w, strict=True))


def _direction(gradient: list[float], past: Sequence[tuple[list[float], list[float]]]) -> list[float]:
    q, kept = list(gradient), []
    for change, turn in reversed(past):
        a = _dot(change, q) / _dot(change, turn)
        kept.append(a)
        q = [x - a * y for x, y in zip(q, turn, strict=True)]
    if past:
        change, turn = past[-1]
        q = [x * _dot(change, turn) / _dot(turn, turn) for x in q]
    for (change, turn), a in zip(past, reversed(kept), strict=True):
        b = _dot(turn, q) / _dot(change, turn)
        q = [x + (a - b) * y for x, y in zip(q, change, strict=True)]
    return [-x for x in q]


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def right_share(data: Sequence[Example], w: dict[str, float]) -> float:
    """Give the share of forks at which the heaviest option is right."""
    right = 0
    for e in data:
        scores = [sum(w.get(n, 0.0) * a for n, a in option.items()) for option in e.evidence]
        right += scores.index(max(scores)) in e.right
    return right / len(data)


def write(w: dict[str, float], table: Path = Path(weights.__file__)) -> None:
    """Put the weights into the table; names and meanings stay as they are written there."""
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    rows = [
        re.sub(r'^(    "(.+?)": \()[-\d.]+', lambda m: f"{m[1]}{round(w.get(m[2], 0.0), 2)!r}", line) for line in lines
    ]
    table.write_text("".join(rows), encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    """Fit, print how it carries over to words that were left out, and with `--write` put the weights in their table."""
    data = list(examples(generated(SEEDS, MIXED)))
    print(f"{len(data)} forks")
    if "--write" in arguments:
        write(fit(data))
        return
    for wording in WORDINGS:
        seen, unseen = [e for e in data if e.wording != wording], [e for e in data if e.wording == wording]
        print(f"without {wording}: right at {right_share(unseen, fit(seen)):.3f} of {len(unseen)} unseen forks")


if __name__ == "__main__":
    main(sys.argv[1:])
