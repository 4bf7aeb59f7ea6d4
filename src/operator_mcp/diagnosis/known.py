"""What memory's diagnosis says of another run, and what a fresh one says where the failure is back after its fix."""

from decimal import Decimal

from operator_mcp.diagnosis.evidence import verify
from operator_mcp.models import Diagnosis, Evidence, Memory, Trace

RECOGNISED = "recognised by its signature: the summary tells of an earlier run, with that run's input and ids"

OWN = "recognised by its signature; told from this run's own record"

BACK = "regression:"


def from_memory(memory: Memory, trace: Trace, own: Diagnosis) -> Diagnosis:
    """Give the remembered diagnosis for a run that looks alike: its quotes from this run where they stand in it.

    A quote that this run words otherwise (another id, another number) keeps its place in the record of the earlier run.
    What rules read may be of another failure under the same fingerprint: where they read the same cause in this run,
    `own` is what they read.
    """
    known = memory.diagnosis
    if known.engine == "rules" and not own.provisional and own.root_cause == known.root_cause:
        return own.model_copy(update={"engine": "memory", "open_points": (OWN, *own.open_points)})
    here = {piece.quote: piece for piece in verify((e.quote for e in known.evidence), trace) if piece.verified}
    evidence: tuple[Evidence, ...] = tuple(here.get(piece.quote, piece) for piece in known.evidence)
    points = (RECOGNISED, *(point for point in known.open_points if point != RECOGNISED))
    return known.model_copy(
        update={"engine": "memory", "cost_usd": Decimal(0), "evidence": evidence, "open_points": points}
    )


def back_after_fix(fresh: Diagnosis, memory: Memory) -> Diagnosis:
    """Give a fresh diagnosis that says of which merged fix it is the regression."""
    merged = f" on {memory.fix_at:%Y-%m-%d %H:%M} UTC" if memory.fix_at else ""
    told = f"{BACK} {memory.fingerprint} is back after its fix {memory.fix_id} was merged{merged}"
    return fresh.model_copy(update={"open_points": (told, *fresh.open_points)})


def with_history(verdict: Diagnosis, stands: Diagnosis | None) -> Diagnosis:
    """Give a verdict that still says that the failure is a regression, where what stands says so."""
    back = tuple(point for point in stands.open_points if point.startswith(BACK)) if stands else ()
    return verdict.model_copy(update={"open_points": (*back, *verdict.open_points)})
