"""Runs with their truth for the origin benchmark and its fitting: recorded ones, and generated ones by seed."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import anyio
import httpx2

from benchmarks.hopbench import FAMILIES, STYLES, Truth, generate
from benchmarks.hopbench.model import Generated
from benchmarks.recorded import RECORDINGS, folders, truth_of
from benchmarks.strain import strained
from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.control_plane.wire import AgenticAnswer, DetailsRow, LogList
from operator_mcp.demo.app import app
from operator_mcp.demo.recorded import recorded_rows
from operator_mcp.demo.store import Fleet
from operator_mcp.models import LogEntry, Run

WORDINGS = ("mixed", *STYLES)


@dataclass(frozen=True)
class Sample:
    """One run as the finder meets it, and what is true of it. `group` is real, single or mixed."""

    name: str
    group: str
    family: str
    run: Run
    logs: Mapping[str, Sequence[LogEntry]]
    truth: Truth


def recordings() -> Iterator[Sample]:
    """Yield every recording that has a truth, by name."""
    for folder in folders(RECORDINGS):
        truth = truth_of(folder)
        run, logs = _read(folder, truth.run_id)
        name = folder.name
        group = "mixed" if name.startswith("hard") else "single" if folder.parent.name == "generated" else "real"
        yield Sample(name, group, truth.family, run, logs, truth)


def _read(folder: Path, run_id: str) -> tuple[Run, dict[str, tuple[LogEntry, ...]]]:
    run, logs, decided = Run(run_id=run_id, hops=()), {}, {}
    with gzip.open(folder / "http.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            if not any(part in line[:160] for part in ("/agentic/run/", "/logs", "/details")):
                continue
            answer = json.loads(line)
            path, body = answer["path"], answer["body"]
            if "/agentic/run/" in path and (data := AgenticAnswer.model_validate(body).data):
                run = Run(run_id=run_id, hops=tuple(row.noun() for row in data.executions))
            elif path.endswith("/logs") and not answer.get("query"):
                logs[path.split("/")[-2]] = tuple(row.noun() for row in LogList.model_validate(body).entries)
            elif path.endswith("/details") and (details := DetailsRow.model_validate(body).noun()).approval_status:
                decided[details.execution_id] = details.approval_status
    if not run.hops:
        return anyio.run(_asked, folder, run_id), logs
    hops = (h.model_copy(update={"approval_status": decided.get(h.execution_id)}) for h in run.hops)
    return run.model_copy(update={"hops": tuple(hops)}), logs


async def _asked(folder: Path, run_id: str) -> Run:
    """Give a run whose one-call answer is broken, put together by the client from its parts."""
    with gzip.open(folder / "http.jsonl.gz", "rt", encoding="utf-8") as lines:
        fleet = recorded_rows(map(json.loads, lines)).into(Fleet())
    async with ControlPlane("http://recorded", transport=httpx2.ASGITransport(app=app(fleet))) as control_plane:
        return await control_plane.run(run_id)


def generated(seeds: range, mixed: int) -> Iterator[Sample]:
    """Yield every single family once a seed and `mixed` mixed runs, half of each as a slow control plane has them."""
    singles = [family for family in FAMILIES if family not in ("composed", "large")]
    for seed in seeds:
        for family in singles:
            yield _sample(family, seed, "single")
    for seed in range(seeds.start, seeds.start + mixed):
        yield _sample("composed", seed, "mixed")


def _sample(family: str, seed: int, group: str) -> Sample:
    played: Generated = generate(family, seed, wordings=WORDINGS[seed % len(WORDINGS)])
    rng = Random(f"{family}/{seed}")
    if rng.random() < 0.5:
        played = strained(played, rng)
    return Sample(f"{family}-{seed}", group, family, played.run, played.logs, played.truth)
