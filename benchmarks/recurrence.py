"""How well a failure is recognised, and what that costs: `python -m benchmarks.recurrence`.

Looks: every scene is played twice, with other ids, numbers and times the second time. A *miss* is a pair of plays of
one failure whose signatures differ; a *false merge* a pair of different failures of one reasoner (another kind, cause
or wording) whose signatures are equal. Signatures are those of the origins that the finder names.

Memory: the same plays are diagnosed one after the other by the real verbs, over one embedded fleet and one ledger.

Alike: a thousand runs that fail alike, diagnosed one after the other.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import anyio
import httpx2

from benchmarks import report
from benchmarks.hopbench.loader import into_fleet
from benchmarks.meter import percentile
from benchmarks.twins import SCENES, Played, play
from operator_mcp.answers import Diagnosed
from operator_mcp.casework import Casework
from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.demo.app import app
from operator_mcp.demo.store import Fleet
from operator_mcp.diagnosis.readers import read
from operator_mcp.investigation.origin import find_origin, wanted_logs
from operator_mcp.investigation.signature import signature
from operator_mcp.ledger import Ledger
from operator_mcp.models import Diagnosis
from operator_mcp.settings import Settings

SEEDS = range(40)
DIAGNOSED = range(12)
"""Of the seeds, so many are diagnosed end to end."""

ALIKE = 1000


@dataclass(frozen=True)
class Look:
    """One play of a failure as memory first meets it: what it truly is, and its signature."""

    played: Played
    truth: tuple[str, str, str | None, str]
    signature: str


def main() -> None:
    """Measure all three, print the result, and put it into the document."""
    firsts, pairs = looks(SEEDS)
    apart, merged = merges(firsts)
    missed = [pair for pair in pairs if pair[0].signature != pair[1].signature]
    told = anyio.run(recognised, DIAGNOSED)
    took = anyio.run(alike, ALIKE)
    body = "\n\n".join([_of_looks(len(pairs), len(missed), apart, merged), _of_memory(told), _of_alike(took)])
    print(body)
    report.publish("recurrence", "Recognising a failure", body)


def looks(seeds: Iterable[int]) -> tuple[list[Look], list[tuple[Look, Look]]]:
    """Give the first play of every failing scene, and the pairs of plays that are one failure."""
    firsts: list[Look] = []
    pairs: list[tuple[Look, Look]] = []
    for seed in seeds:
        for family in sorted(SCENES):
            first = look(play(family, seed))
            if first is None:
                continue
            firsts.append(first)
            again = look(play(family, seed, 1))
            if again is not None and again.truth == first.truth:  # other times can let another part fail first
                pairs.append((first, again))
    return firsts, pairs


def look(played: Played) -> Look | None:
    """Give what a play looks like; None where nothing failed."""
    truth = played.truth
    if truth is None:
        return None
    run, logs = played.generated.run, played.generated.logs
    finding = find_origin(run)
    wanted = {id: logs.get(id, ()) for id in wanted_logs(run, finding)}
    finding = find_origin(run, wanted) if wanted else finding
    return Look(played, truth, signature(finding.origin, finding.kind) if finding.origin else "")


def merges(firsts: Sequence[Look]) -> tuple[int, int]:
    """Give how many pairs of different failures of one reasoner there are, and how many of them look alike."""
    groups: dict[str, list[Look]] = defaultdict(list)
    for first in firsts:
        groups[first.truth[0]].append(first)
    apart = [(a, b) for group in groups.values() for a, b in combinations(group, 2) if a.truth != b.truth]
    return len(apart), sum(a.signature == b.signature != "" for a, b in apart)


@dataclass(frozen=True)
class Told:
    """What was said of one run: the answer, what its own evidence reads as, and what is true."""

    played: Played
    answer: Diagnosed
    own: Diagnosis

    @property
    def misled(self) -> bool:
        """True where memory told another cause than the truth, and the run's own evidence would have told it."""
        causes = self.played.generated.truth.acceptable_causes
        known = self.own.root_cause in causes and not self.own.provisional
        return self.answer.engine == "memory" and self.answer.root_cause not in causes and known


async def recognised(seeds: Iterable[int]) -> list[Told]:
    """Diagnose both plays of every failing scene, one after the other, over one fleet and one ledger."""
    plays = [play(family, seed, take) for seed in seeds for take in (0, 1) for family in sorted(SCENES)]
    fleet = Fleet()
    for played in plays:
        into_fleet(played.generated, fleet)
    told: list[Told] = []
    async with _working(fleet) as casework:
        for played in plays:
            run_id = played.generated.run.run_id
            if played.truth is None or played.generated.truth.verdict == "unfinished":
                continue
            answer = await casework.diagnose(run_id)
            found = casework.ledger.investigation(casework.fleet, run_id)
            if found is not None and found.trace is not None:
                told.append(Told(played, answer, read(found.trace, found.finding)))
    return told


@dataclass(frozen=True)
class Took:
    """How long each of the runs that fail alike took, in seconds, and what memory holds of them."""

    seconds: tuple[float, ...]
    verdicts: int
    count: int
    cost_usd: float


async def alike(runs: int) -> Took:
    """Diagnose runs that fail alike, one after the other."""
    plays = [play("chain", 3, take, wordings="library") for take in range(runs)]
    fleet = Fleet()
    for played in plays:
        into_fleet(played.generated, fleet)
    seconds, answers = [], []
    async with _working(fleet) as casework:
        for played in plays:
            began = perf_counter()
            answers.append(await casework.diagnose(played.generated.run.run_id))
            seconds.append(perf_counter() - began)
        (memory,) = casework.ledger.memories(casework.fleet).memories
    fresh = sum(answer.engine != "memory" for answer in answers)
    return Took(tuple(seconds), fresh, memory.count, sum(answer.cost_usd for answer in answers))


@asynccontextmanager
async def _working(fleet: Fleet) -> AsyncIterator[Casework]:
    with TemporaryDirectory() as folder:
        settings = Settings(fleet="bench", home=Path(folder), mirror=False)
        ledger = Ledger.open(settings.ledger_url)
        async with ControlPlane("http://bench", transport=httpx2.ASGITransport(app=app(fleet))) as control_plane:
            yield Casework(settings, control_plane, ledger, actor="bench")
        ledger.close()


def _of_looks(pairs: int, missed: int, apart: int, merged: int) -> str:
    rows = [
        ("one failure, twice: signatures differ (miss)", pairs, missed, f"{missed / pairs:.2%}", "5 %"),
        (
            "two failures of one reasoner: signatures are equal (false merge)",
            apart,
            merged,
            f"{merged / apart:.2%}",
            "1 %",
        ),
    ]
    return report.table(("signatures", "pairs", "wrong", "share", "at most"), rows)


def _of_memory(told: Sequence[Told]) -> str:
    again = [t for t in told if t.answer.engine == "memory"]
    misled = [t for t in again if t.misled]
    rows = [
        ("failed runs diagnosed", len(told)),
        ("answered from memory", len(again)),
        ("of these: told another cause than the truth, which their own evidence tells", len(misled)),
    ]
    return report.table(("memory, end to end", "runs"), rows)


def _of_alike(took: Took) -> str:
    first, last = took.seconds[1:101], took.seconds[-100:]
    known = took.seconds[1:]
    rows = [
        ("fresh diagnoses", took.verdicts),
        ("counted", took.count),
        ("cost, $", f"{took.cost_usd:.2f}"),
        ("ms a run, median: first hundred", f"{median(first) * 1000:.0f}"),
        ("ms a run, median: last hundred", f"{median(last) * 1000:.0f}"),
        ("ms a run, 99th percentile", f"{percentile(known, 0.99) * 1000:.0f}"),
    ]
    return report.table((f"{len(took.seconds):,} runs failing alike", ""), rows)


if __name__ == "__main__":
    main()
