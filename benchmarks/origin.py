"""How often the hop where a failure began is named: `python -m benchmarks.origin` writes the score to the document.

Over every recording with a truth and over generated runs by seeds that took no part in fitting, in words that no
recording uses. The finder is asked as the server asks it: once with the rows, and where it is not sure once more with
the logs that it wants (two executions at most).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import sqrt

from benchmarks.baselines import BASELINES
from benchmarks.ciphered import ciphered
from benchmarks.report import publish, table
from benchmarks.samples import Sample, generated, recordings
from operator_mcp.investigation.origin import find_origin, wanted_logs
from operator_mcp.models import Finding

SEEDS, MIXED = range(50_000, 50_008), 500
LISTS = ("handled", "recovered", "collateral", "concurrent")
GROUPS = {"real": "real agents", "single": "one phenomenon a run", "mixed": "many mixed"}


@dataclass(frozen=True)
class Verdict:
    """What the finder said of one sample, and whether it was right (exactly, as acceptable, within three)."""

    sample: Sample
    finding: Finding
    asked_logs: bool
    exact: bool
    right: bool
    among_three: bool


def ask(sample: Sample) -> Verdict:
    """Ask the finder as the server does."""
    finding = find_origin(sample.run)
    wanted = wanted_logs(sample.run, finding)
    if wanted:
        finding = find_origin(sample.run, {id: sample.logs.get(id, ()) for id in wanted})
    truth, named = sample.truth, finding.origin.execution_id if finding.origin else None
    exact = named == truth.origin or (named is None and truth.null_ok)
    right = exact or named in truth.acceptable_origins
    others = {alternative.execution_id for alternative in finding.alternatives}
    return Verdict(sample, finding, bool(wanted), exact, right, right or bool(others & set(truth.acceptable_origins)))


def wilson(right: int, of: int) -> str:
    """Give a share with its 95 % Wilson interval, in percent."""
    if not of:
        return "-"
    z, p = 1.96, right / of
    middle, half = (p + z * z / (2 * of)), z * sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    low, high = (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)
    return f"{p:.1%} ({low:.0%} to {high:.0%})"


def failed(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Give the verdicts on runs that failed."""
    return [v for v in verdicts if v.sample.truth.verdict == "failed"]


def false_alarms(verdicts: Iterable[Verdict]) -> tuple[int, int]:
    """Give how many runs without an origin were given one, and how many such runs there are."""
    healthy = [v for v in verdicts if v.sample.truth.origin is None]
    return sum(v.finding.origin is not None for v in healthy), len(healthy)


def calibration_error(verdicts: Sequence[Verdict]) -> float:
    """Give the expected calibration error over ten bins of confidence."""
    bins: dict[int, list[Verdict]] = defaultdict(list)
    for v in verdicts:
        bins[min(9, int(v.finding.confidence * 10))].append(v)
    off = (abs(sum(v.right for v in b) - sum(v.finding.confidence for v in b)) for b in bins.values())
    return sum(off) / max(1, len(verdicts))


def sure(verdicts: Iterable[Verdict]) -> tuple[int, int]:
    """Give how many of the verdicts with confidence 0.9 and more are right, and how many those are."""
    chosen = [v for v in verdicts if v.finding.confidence >= 0.9]
    return sum(v.right for v in chosen), len(chosen)


@dataclass
class Hits:
    """Members of one list: said, true, and both."""

    said: int = 0
    true: int = 0
    both: int = 0


@dataclass
class Beside:
    """How well the failures beside the path are sorted, over runs whose origin was named right."""

    hits: dict[str, Hits] = field(default_factory=lambda: {name: Hits() for name in LISTS})

    def count(self, verdict: Verdict) -> None:
        """Count one verdict; the path and acceptable origins stand in no list."""
        truth = verdict.sample.truth
        apart = {*truth.path, *truth.acceptable_origins}
        for name, hits in self.hits.items():
            said = {why.execution_id for why in getattr(verdict.finding, name)} - apart
            true = set(getattr(truth, name)) - apart
            hits.said, hits.true, hits.both = (
                hits.said + len(said), hits.true + len(true), hits.both + len(said & true),
            )  # fmt: skip


def report(verdicts: Sequence[Verdict]) -> str:
    """Give the tables for one set of runs."""
    parts = [_by(verdicts, lambda v: GROUPS[v.sample.group]), _beside_them(verdicts), _lists(verdicts)]
    return "\n\n".join([*parts, _by(verdicts, lambda v: v.sample.family)])


def _by(verdicts: Sequence[Verdict], name: Callable[[Verdict], str]) -> str:
    groups: dict[str, list[Verdict]] = defaultdict(list)
    for v in verdicts:
        groups[name(v)].append(v)
    rows = []
    for group, members in sorted(groups.items()):
        runs = failed(members)
        alarms, healthy = false_alarms(members)
        right, of = sure(runs)
        shares = [
            wilson(sum(hit), len(runs)) for hit in zip(*((v.right, v.exact, v.among_three) for v in runs), strict=True)
        ]
        error = f"{calibration_error(runs):.3f}" if runs else "-"
        rows.append([group, len(runs), *(shares or "---"), f"{alarms} of {healthy}", f"{right} of {of}", error])
    return table(
        [
            "runs",
            "failed",
            "right (95 %)",
            "exactly the truth's",
            "within three",
            "false alarms",
            "sure and right",
            "ECE",
        ],
        rows,
    )


def _beside_them(verdicts: Sequence[Verdict]) -> str:
    rows: list[list[object]] = []
    groups = [g for g in GROUPS if failed(v for v in verdicts if v.sample.group == g)]
    runs = {g: failed(v for v in verdicts if v.sample.group == g) for g in groups}
    rows.append(["this finder", *(f"{sum(v.right for v in runs[g]) / len(runs[g]):.1%}" for g in groups)])
    for name, baseline in BASELINES.items():
        hits = {
            g: sum(baseline(v.sample.run, v.sample.logs) in v.sample.truth.acceptable_origins for v in runs[g])
            for g in groups
        }
        rows.append([name, *(f"{hits[g] / len(runs[g]):.1%}" for g in groups)])
    return table(["finder", *(GROUPS[g] for g in groups)], rows)


def _lists(verdicts: Sequence[Verdict]) -> str:
    beside = Beside()
    for v in verdicts:
        if v.right:
            beside.count(v)
    return table(
        ["failures beside the path", "precision", "recall", "hops"],
        [
            [name, f"{h.both / max(1, h.said):.2f}", f"{h.both / max(1, h.true):.2f}", h.true]
            for name, h in beside.hits.items()
        ],
    )


def main() -> None:
    """Score, print and publish."""
    recorded = [ask(sample) for sample in recordings()]
    in_cipher = [ask(ciphered(sample)) for sample in recordings()]
    played = [ask(sample) for sample in generated(SEEDS, MIXED)]
    runs = failed([*recorded, *played])
    right, of = sure(runs)
    body = (
        "A verdict is right where it names the truth's origin or a hop that the truth accepts as well. The weights\n"
        "were fitted on generated runs of other seeds; no recording took part.\n\n"
        f"All {len(runs)} failed runs: expected calibration error {calibration_error(runs):.3f}; "
        f"of {of} verdicts with confidence 0.9 and more {right} are right ({right / max(1, of):.1%}); "
        f"logs were asked for in {sum(v.asked_logs for v in runs)}.\n\n"
        f"### Recordings\n\n{report(recorded)}\n\n"
        "### Recordings in a cipher\n\nThe same runs with the letters of all words shifted; names and the SDK's own\n"
        "sentences stay. What is left is owed to how failures travel.\n\n"
        f"{_by(in_cipher, lambda v: GROUPS[v.sample.group])}\n\n"
        f"### Generated runs, in words that no recording uses\n\n{report(played)}"
    )
    print(body)
    publish("origin", "Where a failure began", body)


if __name__ == "__main__":
    main()
