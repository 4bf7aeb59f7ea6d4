"""Recorded runs as a client meets them: each folder's rows behind the embedded control plane, asked in its shapes."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2

from benchmarks.hopbench.loader import into_fleet
from benchmarks.hopbench.model import Generated, Truth
from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.demo.app import app
from operator_mcp.demo.recorded import recorded_rows
from operator_mcp.demo.store import Fleet
from operator_mcp.investigation.origin import find_origin
from operator_mcp.investigation.trace import assemble
from operator_mcp.models import Finding, Trace

RECORDINGS = Path(__file__).parents[1] / "tests" / "recordings"


@dataclass(frozen=True)
class Case:
    """One run with its truth, what the finder says of it, and the evidence about its true origin."""

    name: str
    truth: Truth
    finding: Finding
    trace: Trace


def folders(root: Path = RECORDINGS) -> list[Path]:
    """Give the folders that hold a recording with a truth, sorted by path."""
    return sorted(path.parent for path in root.rglob("truth.json"))


def truth_of(folder: Path) -> Truth:
    """Read the truth of one recording."""
    fields = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return Truth.model_validate({name: fields[name] for name in Truth.model_fields if name in fields})


async def recorded(folder: Path) -> Case | None:
    """Give one recorded run; None where its truth names no origin."""
    return await _case(folder.name, truth_of(folder), recorded_rows(_answers(folder)).into(Fleet()))


async def generated(run: Generated) -> Case | None:
    """Give one generated run; None where its truth names no origin."""
    return await _case(run.truth.scenario, run.truth, into_fleet(run, Fleet()))


async def _case(name: str, truth: Truth, fleet: Fleet) -> Case | None:
    """Ask for the evidence. Where the finder names another hop than the truth, the true origin takes its place."""
    if truth.origin is None:
        return None
    async with ControlPlane("http://recorded", transport=httpx2.ASGITransport(app=app(fleet))) as control_plane:
        run = await control_plane.run(truth.run_id)
        finding = find_origin(run)
        if finding.origin is None or finding.origin.execution_id != truth.origin:
            origin = next(hop for hop in run.hops if hop.execution_id == truth.origin)
            finding = finding.model_copy(update={"origin": origin, "kind": truth.kind})
        trace = await assemble(control_plane, run, finding)
    if trace is None:
        raise AssertionError(f"{name} has an origin and no trace")
    return Case(name, truth, finding, trace)


def _answers(folder: Path) -> Iterator[dict[str, object]]:
    with gzip.open(folder / "http.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
