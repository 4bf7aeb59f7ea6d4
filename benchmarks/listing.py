"""What a page of `list_failures` costs, in fleets that fail often and seldom: `python -m benchmarks.listing`.

Generated runs stand behind the embedded control plane; the real client asks over real HTTP. The first three pages are
asked for, following the cursor.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

import anyio
import anyio.to_thread

from benchmarks import report
from benchmarks.hopbench import Generated, generate
from benchmarks.hopbench.loader import into_fleet
from benchmarks.meter import MeteredControlPlane, MeteredTransport, tokens
from operator_mcp.casework import Casework
from operator_mcp.demo.fleet import Fleet, serve
from operator_mcp.ledger import Ledger
from operator_mcp.prose import render
from operator_mcp.settings import Settings

FLEETS = ((50, 0.5), (500, 0.1), (2000, 0.5), (2000, 0.02))
"""Runs of a fleet, and the share of them that failed."""
PAGES = 3
FAILING = ("chain", "in-process", "rewrap", "retry-exhausted", "unreachable", "empty-error")
WELL = ("healthy", "retry-recovered", "caught-then-healthy")
HEAD = ("runs", "failed", "pages", "listed", "most requests", "kB", "own ms", "tokens of a page")
NOTE = (
    f"`list_failures` and the {PAGES - 1} pages after it, with the default limit. *most requests* is of one page, as "
    "are the others, at most; *own* is the call less waiting and parsing. Tokens are characters / 4."
)


@dataclass(frozen=True)
class Page:
    """What one page cost."""

    listed: int
    requests: int
    bytes: int
    own_s: float
    tokens: int


def main() -> None:
    """Measure every fleet, print the table, and put it into the document."""
    rows = [_row(runs, share, anyio.run(_pages, runs, share)) for runs, share in FLEETS]
    body = f"{report.table(HEAD, rows)}\n\n{NOTE}"
    print(body)
    report.publish("listing", "What a list costs", body)


def _row(runs: int, share: float, pages: list[Page]) -> list[object]:
    return [
        f"{runs:,}",
        f"{share:.0%}",
        len(pages),
        sum(page.listed for page in pages),
        max(page.requests for page in pages),
        f"{max(page.bytes for page in pages) / 1000:,.0f}",
        f"{max(page.own_s for page in pages) * 1000:.0f}",
        f"{max(page.tokens for page in pages):,}",
    ]


async def _pages(runs: int, share: float) -> list[Page]:
    fleet = Fleet()
    for run in _drawn(runs, share):
        into_fleet(run, fleet)
    pages: list[Page] = []
    with TemporaryDirectory() as home:
        async with serve(fleet) as url:
            settings = Settings(control_plane_url=url, home=Path(home))
            ledger = await anyio.to_thread.run_sync(Ledger.open, settings.ledger_url)
            try:
                cursor: str | None = None
                while len(pages) < PAGES:
                    page, cursor = await _page(settings, ledger, cursor)
                    pages.append(page)
                    if cursor is None:
                        break
            finally:
                ledger.close()
    return pages


async def _page(settings: Settings, ledger: Ledger, cursor: str | None) -> tuple[Page, str | None]:
    transport = MeteredTransport()
    async with MeteredControlPlane(settings.control_plane_url, transport) as control_plane:
        began = perf_counter()
        answer = await Casework(settings, control_plane, ledger).list_failures(cursor=cursor)
        text = render(answer.wire(), nonce="0123abcd", source="run list")
        own = perf_counter() - began - control_plane.waited
    listed = len(answer.failures)
    return Page(listed, len(transport.requests), transport.bytes, own, tokens(text)), answer.next_cursor


def _drawn(runs: int, share: float) -> Iterator[Generated]:
    rng = Random(runs)
    for seed in range(runs):
        yield generate(rng.choice(FAILING if rng.random() < share else WELL), seed)


if __name__ == "__main__":
    main()
