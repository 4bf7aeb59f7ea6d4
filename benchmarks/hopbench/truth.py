"""The truth of a run, read from the exceptions as they travelled (births and fates), never from the rows' words."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmarks.hopbench.plane import Birth, Row
from operator_mcp.models import Kind, Status, VerdictWord


@dataclass
class Outcome:
    """What became of a run: verdict, the beginning of its failure if it has one, and every failure beside it."""

    verdict: VerdictWord
    birth: Birth | None = None
    origin: Row | None = None
    acceptable: list[Row] = field(default_factory=list)
    path: list[Row] = field(default_factory=list)
    provisional: bool = False
    false_successes: list[Row] = field(default_factory=list)
    beside: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """The kind of the failure, `none` without one."""
        kinds: dict[str, Kind] = {
            "error": "error",
            "hang": "hang",
            "unreachable": "unreachable",
            "orphaned": "orphaned",
            "capacity": "capacity",
            "bad_response": "bad_response",
            "human": "human",
            "cancelled": "cancelled",
        }
        return kinds[self.birth.kind] if self.birth else "none"


def judge(rows: list[Row], roots: list[Row]) -> Outcome:
    """Say what became of the run that `roots` (in order of start) began."""
    outcome = _verdict(rows, roots)
    if outcome.birth is not None:
        outcome.origin = _origin(rows, roots, outcome.birth)
        seen: list[Row] = []
        for row in [outcome.origin, *outcome.birth.origins]:
            if row not in seen:
                seen.append(row)
        outcome.acceptable = seen
        outcome.path = [*_ancestors(outcome.origin)][::-1]
    outcome.false_successes = [row for row in rows if row.false_success]
    for row in rows:
        if row.status.failure_like and row not in outcome.path and row not in outcome.acceptable:
            outcome.beside.setdefault(_disposition(row, outcome.path), []).append(row)
    return outcome


def _verdict(rows: list[Row], roots: list[Row]) -> Outcome:
    for root in roots:
        if root.status in (Status.FAILED, Status.TIMEOUT):
            return Outcome("failed", root.ending)
    for root in roots:
        if root.status is Status.CANCELLED:
            return Outcome("cancelled", root.ending)
    if all(root.status is Status.SUCCEEDED for root in roots):
        return Outcome("healthy")
    pending = [row for row in rows if row.status.failure_like and row.ending and _pending(row)]
    return Outcome("unfinished", pending[0].ending if pending else None, provisional=True)


def _pending(row: Row) -> bool:
    """True where a failure has reached a caller that still works and has not said what it makes of it."""
    return row.fate is None and row.parent is not None and row.parent.open


def _origin(rows: list[Row], roots: list[Row], birth: Birth) -> Row:
    if birth.kind != "orphaned":
        return birth.origins[0]
    way = next(root for root in roots if root.ending is birth)
    while below := [r for r in rows if r.parent is way and r.ending is birth and r.fate is None]:
        way = min(below, key=lambda r: r.ended or 0.0)
    return way if way in birth.origins else birth.origins[0]


def _ancestors(row: Row) -> Iterable[Row]:
    hop: Row | None = row
    while hop is not None:
        yield hop
        hop = hop.parent


def passed(row: Row) -> bool:
    """True where the caller of a row failed by the row's failure."""
    caller = row.parent
    return caller is not None and caller.ending is not None and row.ending in caller.ending.family()


def _disposition(row: Row, path: list[Row]) -> str:
    if row.fate is not None:
        return row.fate.value
    if passed(row) and row.parent is not None and row.parent not in path:
        return _disposition(row.parent, path)
    return "concurrent"
