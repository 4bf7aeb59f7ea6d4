"""HopBench: a simulated fleet with real control flow. Faults are placed by seed, exceptions really travel, and the
truth follows them, never the rows.

    generate("composed", 7).truth.origin
"""

from collections.abc import Iterator
from random import Random

from benchmarks.hopbench import composed, names, odd, outside, simple, stage
from benchmarks.hopbench.builder import Builder, Scene
from benchmarks.hopbench.model import Generated, Truth
from benchmarks.hopbench.simple import Family
from benchmarks.hopbench.wordings import STYLES, Wordings

_SCENES: dict[str, Family] = {**simple.FAMILIES, **outside.FAMILIES, **odd.FAMILIES, "composed": composed.composed}

FAMILIES: tuple[str, ...] = tuple(sorted(_SCENES))
"""The families that `generate` knows."""


def generate(family: str, seed: int, *, wordings: str = "mixed") -> Generated:
    """Play one run of a family. The same arguments give the same run, to the byte.

    `wordings` is one of `STYLES`, or "mixed": drawn anew for every text.

    Raises:
        ValueError: the family or the wordings are not known.
    """
    if family not in _SCENES:
        raise ValueError(f"family={family!r} is not one of {', '.join(FAMILIES)}")
    rng = Random(f"{family}/{seed}/{wordings}")
    fleet = names.draw(rng)
    builder = Builder(rng, fleet, Wordings(rng, wordings, fleet.things))
    return odd.tampered(stage.play(family, seed, wordings, _SCENES[family](builder), builder))


def generate_large(hops: int, seed: int, *, wordings: str = "mixed") -> Generated:
    """Play one wide run of about `hops` rows in which one failure far down reaches the root."""
    rng = Random(f"large/{hops}/{seed}/{wordings}")
    fleet = names.draw(rng)
    builder = Builder(rng, fleet, Wordings(rng, wordings, fleet.things))
    return stage.play("large", seed, wordings, odd.sized(builder, hops), builder)


def corpus(n: int, seed: int, *, wordings: str = "mixed") -> Iterator[Generated]:
    """Yield `n` runs, the families in turn."""
    for k in range(n):
        yield generate(FAMILIES[k % len(FAMILIES)], seed + k // len(FAMILIES), wordings=wordings)


__all__ = ["FAMILIES", "STYLES", "Generated", "Scene", "Truth", "corpus", "generate", "generate_large"]
