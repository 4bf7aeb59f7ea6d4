"""The same failure once more: one generated scene, played again with other ids, numbers and times."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from benchmarks.hopbench import composed, names, odd, outside, simple, stage
from benchmarks.hopbench.builder import Builder
from benchmarks.hopbench.model import Generated
from benchmarks.hopbench.simple import Family
from benchmarks.hopbench.wordings import Wordings

SCENES: dict[str, Family] = {**simple.FAMILIES, **outside.FAMILIES, **odd.FAMILIES, "composed": composed.composed}

APART = 1_000_000
"""Between the seeds by which a scene's plays are timed and numbered."""


class Numbered(Wordings):
    """Wordings whose ids and numbers are drawn apart from everything else, and which know their templates.

    `templates` leads from an error text to what was filled in: two texts of one template are the same failure.
    """

    def __init__(self, rng: Random, wordings: str, things: tuple[str, ...], numbers: Random) -> None:
        super().__init__(rng, wordings, things)
        self._numbers = numbers
        self.templates: dict[str, str] = {}

    def _fill(self, template: str, **known: object) -> str:
        filled = super()._fill(template, **known)
        self.templates.setdefault(filled, template)
        return filled

    def _value(self, name: str, known: dict[str, object]) -> str:
        if name not in ("identifier", "n", "big", "hex") or known.get(name, "") != "":
            return super()._value(name, known)
        thing = self._rng.choice(self._things)
        match name:
            case "identifier":
                return f"{thing[:2].upper()}-{self._numbers.randint(1000, 9999)}"
            case "n":
                return str(self._numbers.randint(2, 40))
            case "big":
                return str(self._numbers.randint(1_000, 999_999))
        return f"{self._numbers.getrandbits(16):04X}"


@dataclass(frozen=True)
class Played:
    """One play of a scene, and the templates of its texts."""

    generated: Generated
    templates: Mapping[str, str]

    @property
    def truth(self) -> tuple[str, str, str | None, str] | None:
        """What failed, apart from all ids and numbers: reasoner, kind, cause, template. None where nothing did."""
        truth = self.generated.truth
        origin = next((hop for hop in self.generated.run.hops if hop.execution_id == truth.origin), None)
        if origin is None:
            return None
        said = origin.error or origin.status_reason or ""
        return origin.reasoner, truth.kind, truth.cause, self.templates.get(said, "")


def play(family: str, seed: int, take: int = 0, *, wordings: str = "mixed") -> Played:
    """Play a scene. Another `take` has the same agents, faults and words, and other ids, numbers and times."""
    rng = Random(f"{family}/{seed}/{wordings}")
    fleet = names.draw(rng)
    words = Numbered(rng, wordings, fleet.things, Random(f"{family}/{seed}/{take}/numbers"))
    builder = Builder(rng, fleet, words)
    scene = SCENES[family](builder)
    played = odd.tampered(stage.play(family, seed + take * APART, wordings, scene, builder))
    return Played(played, words.templates)
