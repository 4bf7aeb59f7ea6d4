"""How well the rules tell causes: `python -m benchmarks.causes`.

Over the recordings, over generated runs of wordings that no recording uses, and over the examinations: really
provoked failures of fleets whose authors knew no rule (`benchmarks/examinations/README.md` tells how each was read at
first sight). Held out are the fleets that nobody has looked at, so that no rule could be written from them. A case
counts as right where the class is the truth's, or where the evidence does not tell (`detectable` is false) and the
reading is `unknown` below 0.5; in the lenient count, also where the truth accepts the class. Causes are read at the
true origin, apart from finding it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import anyio

from benchmarks import report
from benchmarks.examination import HELD_OUT, fleets, played
from benchmarks.hopbench import corpus
from benchmarks.recorded import Case, folders, generated, recorded
from operator_mcp.diagnosis.readers import read
from operator_mcp.diagnosis.taxonomy import TAXONOMY, UNKNOWN
from operator_mcp.models import Diagnosis

GENERATED = 400
SEED = 11
BINS = (0.0, 0.5, 0.75, 0.9, 1.01)
HIDDEN = "Examinations held out"
LARGEST = 1200
"""Recordings with more hops than this are left to the benchmark of scale."""


@dataclass(frozen=True)
class Judged:
    """One case with its diagnosis: what was wanted, and whether it came."""

    case: Case
    diagnosis: Diagnosis

    @property
    def wanted(self) -> str:
        """The truth's class, or `unknown` where the evidence does not tell it."""
        return (self.case.truth.cause or UNKNOWN) if self.case.truth.detectable else UNKNOWN

    @property
    def right(self) -> bool:
        """True where the wanted class was read, and an unknown one without pretence."""
        return self.diagnosis.root_cause == self.wanted and (self.wanted != UNKNOWN or self.diagnosis.confidence < 0.5)

    @property
    def accepted(self) -> bool:
        """True where the truth accepts the class as well."""
        return self.right or self.diagnosis.root_cause in self.case.truth.acceptable_causes


@dataclass(frozen=True)
class Score:
    """The score of one set of cases."""

    judged: tuple[Judged, ...]

    def f1(self, cause: str, *, lenient: bool = False) -> float | None:
        """Give the F1 of a class over detectable cases; None where no case has it."""
        told = [(j.wanted, self._read(j, lenient)) for j in self.judged if j.case.truth.detectable]
        true = sum(wanted == cause == found for wanted, found in told)
        wanted = sum(wanted == cause for wanted, _ in told)
        found = sum(found == cause for _, found in told)
        return 2 * true / (wanted + found) if wanted else None

    @staticmethod
    def _read(judged: Judged, lenient: bool) -> str:
        return judged.wanted if lenient and judged.accepted else judged.diagnosis.root_cause

    def macro_f1(self, *, lenient: bool = False) -> float:
        """Give the mean F1 of the classes that occur."""
        scores = [f1 for cause in TAXONOMY if (f1 := self.f1(cause, lenient=lenient)) is not None]
        return sum(scores) / len(scores)

    def code_level_precision(self) -> float:
        """Give the share of `code_level` verdicts that the truth bears out."""
        said = [j.case.truth.code_level for j in self.judged if j.diagnosis.code_level]
        return sum(said) / len(said) if said else 1.0

    def silent(self) -> tuple[int, int]:
        """Give how many undetectable cases were read as `unknown` below 0.5, and how many there are."""
        dark = [j for j in self.judged if not j.case.truth.detectable]
        return sum(j.right for j in dark), len(dark)

    def calibration_error(self) -> float:
        """Give the expected calibration error of the named classes (an `unknown` claims nothing)."""
        named = [j for j in self.judged if j.diagnosis.root_cause != UNKNOWN]
        bins = [[j for j in named if low <= j.diagnosis.confidence < high] for low, high in pairwise(BINS)]
        return sum(
            abs(_mean(j.diagnosis.confidence for j in b) - _mean(j.accepted for j in b)) * len(b) for b in bins if b
        ) / max(1, len(named))


def score(cases: Iterable[Case]) -> Score:
    """Read every case and judge the readings."""
    return Score(tuple(Judged(case, read(case.trace, case.finding)) for case in cases))


async def recorded_cases() -> list[Case]:
    """Give the recorded cases, the very large ones aside."""
    found = [await recorded(folder) for folder in folders() if not folder.name.startswith(("huge", "big"))]
    return [case for case in found if case is not None and case.truth.cause]


async def generated_cases(count: int = GENERATED) -> list[Case]:
    """Give generated cases in wordings that no recording uses, causes drawn from all styles."""
    found = [await generated(run) for run in corpus(count, SEED) if len(run.run.hops) <= LARGEST]
    return [case for case in found if case is not None and case.truth.cause]


async def examined_cases(fleet: str) -> list[Case]:
    """Give the cases of one examination."""
    found = [await generated(run) for run in played(fleet)]
    return [case for case in found if case is not None]


def main() -> None:
    """Score all sets, print what was found, and put it into the document."""
    exams = {fleet: anyio.run(examined_cases, fleet) for fleet in fleets()}
    sets = {
        "Recordings": anyio.run(recorded_cases),
        "Generated runs": anyio.run(generated_cases),
        "Examinations": [case for fleet, cases in exams.items() if fleet not in HELD_OUT for case in cases],
        HIDDEN: [case for fleet, cases in exams.items() if fleet in HELD_OUT for case in cases],
    }
    parts = [f"### {title}\n\n{describe(score(cases), names=title != HIDDEN)}" for title, cases in sets.items()]
    parts.append("\n".join(f"- {fleet}: {_numbers(score(cases))}" for fleet, cases in exams.items()))
    body = "\n\n".join([__doc__.split("\n\n", 1)[1] if __doc__ else "", *parts])
    print(body)
    report.publish("causes", "Cause classes, read by rules", body)


def describe(found: Score, *, names: bool = True) -> str:
    """Give the numbers of one set as Markdown, with the confusion and the calibration, and what was read wrong."""
    rows = [[cause, *_row(found, cause)] for cause in TAXONOMY if any(j.wanted == cause for j in found.judged)]
    table = report.table(["class", "cases", "F1", "read as"], rows)
    wrong = [
        f"- {j.case.name}: {j.wanted} read as {j.diagnosis.root_cause} ({j.diagnosis.confidence:.2f})"
        for j in found.judged
        if not j.accepted
    ]
    told = "\n".join(wrong[:20]) if names else ""
    return "\n\n".join([_numbers(found), table, _calibration(found.judged), told])


def _numbers(found: Score) -> str:
    silent, dark = found.silent()
    return (
        f"{len(found.judged)} cases; macro-F1 {found.macro_f1():.3f} ({found.macro_f1(lenient=True):.3f} with accepted "
        f"classes); `unknown` on {silent} of {dark} undetectable; code-level precision "
        f"{found.code_level_precision():.3f}; calibration error {found.calibration_error():.3f}."
    )


def _row(found: Score, cause: str) -> list[object]:
    of_class = [j for j in found.judged if j.wanted == cause]
    read_as = Counter(j.diagnosis.root_cause for j in of_class).most_common()
    f1 = found.f1(cause)
    return [len(of_class), "" if f1 is None else f"{f1:.2f}", ", ".join(f"{name} {n}" for name, n in read_as)]


def _calibration(judged: Sequence[Judged]) -> str:
    rows: list[list[object]] = []
    for low, high in pairwise(BINS):
        inside = [j for j in judged if low <= j.diagnosis.confidence < high]
        if inside:
            share = _mean(j.accepted for j in inside)
            rows.append(
                [
                    f"{low:.2f} to {min(high, 1):.2f}",
                    len(inside),
                    f"{_mean(j.diagnosis.confidence for j in inside):.2f}",
                    f"{share:.2f}",
                ]
            )
    return report.table(["confidence", "cases", "mean", "right"], rows)


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0


if __name__ == "__main__":
    main()
