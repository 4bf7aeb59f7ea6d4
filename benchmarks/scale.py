"""What looking costs, from 10 to 10,000 hops: `python -m benchmarks.scale`.

For each size three generated runs are served by the embedded control plane in a process of its own, and
`get_failed_hop` is asked for each in another: the real client over real HTTP, the real ledger on disk. Own time is
the call's time less the time inside the client (waiting and parsing). Of the three the median is told, of times the
least (other programs only lengthen them); the peak is the process's, with what it had before the first question.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import anyio
import anyio.to_thread
import httpx2

from benchmarks import report
from benchmarks.hopbench import generate_large
from benchmarks.hopbench.loader import into_fleet
from benchmarks.meter import MeteredControlPlane, MeteredTransport, tokens
from operator_mcp.casework import Casework
from operator_mcp.demo.fleet import Fleet, serve
from operator_mcp.ledger import Ledger
from operator_mcp.prose import render
from operator_mcp.settings import Settings

SIZES = (10, 50, 100, 500, 1000, 2000, 5000, 10_000)
SEEDS = (1, 2, 3)
WARM_UP = 20


@dataclass(frozen=True)
class Looked:
    """What one `get_failed_hop` cost. Times in seconds."""

    hops: int
    requests: int
    bytes: int
    own_s: float
    own_cpu_s: float
    whole_s: float
    again_requests: int
    again_s: float
    answer_tokens: int
    dag_tokens: int
    right: bool


def main() -> None:
    """Measure every size, print the table, and put it into the document."""
    rows: list[list[object]] = []
    for size in SIZES:
        with _served(size) as address:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.scale", "look", address], check=True, capture_output=True, text=True
            )
        found = json.loads(done.stdout)
        rows.append(_row([Looked(**looked) for looked in found["looked"]], found["before_mb"], found["peak_mb"]))
        print(report.table(HEAD, rows[-1:]).splitlines()[-1], flush=True)
    report.publish("scale", "What looking costs", f"{report.table(HEAD, rows)}\n\n{NOTE}")


HEAD = (
    "hops",
    "requests",
    "kB",
    "own ms",
    "own CPU ms",
    "whole ms",
    "peak MB",
    "answer tokens",
    "DAG tokens",
    "again: requests, ms",
)
NOTE = (
    "One `get_failed_hop` of a run never asked for before: three runs of each size, their medians, of times the "
    "least. *own* is the call less waiting and parsing, in time and in processor time; *peak* is the process's highest "
    "memory, in brackets what it was before the first run of this size; *DAG tokens* is what an agent reads that "
    "fetches the run's DAG instead, and that holds no error text; *again* is the same question asked a second time. "
    "Tokens are characters / 4."
)


def _row(looked: list[Looked], before_mb: float, peak_mb: float) -> list[object]:
    assert all(one.right for one in looked), "a run of the scale benchmark was not understood"
    return [
        f"{round(median(one.hops for one in looked)):,}",
        round(median(one.requests for one in looked)),
        f"{median(one.bytes for one in looked) / 1000:,.0f}",
        f"{min(one.own_s for one in looked) * 1000:.0f}",
        f"{min(one.own_cpu_s for one in looked) * 1000:.0f}",
        f"{min(one.whole_s for one in looked) * 1000:.0f}",
        f"{peak_mb:.0f} ({before_mb:.0f})",
        f"{round(median(one.answer_tokens for one in looked)):,}",
        f"{round(median(one.dag_tokens for one in looked)):,}",
        f"{max(one.again_requests for one in looked)}, {min(one.again_s for one in looked) * 1000:.0f}",
    ]


@contextmanager
def _served(size: int) -> Iterator[str]:
    """Serve three runs of a size in a child process while the block runs; give what the looker needs, as JSON."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.scale", "serve", str(size)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        try:
            yield child.stdout.readline()
        finally:
            child.stdin.close()


async def _serve(size: int) -> None:
    """Serve three runs of a size, and a small one, until stdin closes."""
    runs = [generate_large(WARM_UP, 0), *(generate_large(size, seed) for seed in SEEDS)]
    fleet = Fleet()
    for run in runs:
        into_fleet(run, fleet)
    told = [(run.run.run_id, len(run.run.hops), run.truth.acceptable_origins) for run in runs]
    async with serve(fleet) as url:
        print(json.dumps({"url": url, "runs": told}), flush=True)
        await anyio.to_thread.run_sync(sys.stdin.read, abandon_on_cancel=True)


async def _look(address: str) -> None:
    """Look into each of the served runs, the small one first to have everything loaded, and print what it cost."""
    served = json.loads(address)
    warm_up, *runs = served["runs"]
    with TemporaryDirectory() as home:
        settings = Settings(control_plane_url=served["url"], home=Path(home))
        ledger = await anyio.to_thread.run_sync(Ledger.open, settings.ledger_url)
        try:
            await _look_into(settings, ledger, *warm_up)
            before = _peak_mb()
            looked = [asdict(await _look_into(settings, ledger, *run)) for run in runs]
        finally:
            ledger.close()
    print(json.dumps({"looked": looked, "before_mb": before, "peak_mb": _peak_mb()}))


async def _look_into(settings: Settings, ledger: Ledger, run_id: str, hops: int, origins: list[str]) -> Looked:
    transport = MeteredTransport()
    async with MeteredControlPlane(settings.control_plane_url, transport) as control_plane:
        casework = Casework(settings, control_plane, ledger)
        began, cpu = perf_counter(), process_time()
        answer = (await casework.get_failed_hop(run_id)).wire()
        text = render(answer, nonce="0123abcd", source=run_id)
        whole, cpu = perf_counter() - began, process_time() - cpu
        requests, received = len(transport.requests), transport.bytes
        own, own_cpu = whole - control_plane.waited, cpu - control_plane.worked
        again = perf_counter()
        await casework.get_failed_hop(run_id)
        again = perf_counter() - again
    origin = answer["origin"]
    return Looked(
        hops=hops,
        requests=requests,
        bytes=received,
        own_s=own,
        own_cpu_s=own_cpu,
        whole_s=whole,
        again_requests=len(transport.requests) - requests,
        again_s=again,
        answer_tokens=tokens(text),
        dag_tokens=await _dag_tokens(settings.control_plane_url, run_id),
        right=isinstance(origin, dict) and origin["execution_id"] in origins,
    )


async def _dag_tokens(url: str, run_id: str) -> int:
    async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
        response = await client.get(f"/api/ui/v1/workflows/{run_id}/dag")
        return tokens(response.raise_for_status().text)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            main()
        case ["serve", size]:
            anyio.run(_serve, int(size))
        case ["look", address]:
            anyio.run(_look, address)
        case _:
            sys.exit("usage: python -m benchmarks.scale")
