"""A run drawn: what is shown, what is folded, and a page that stands alone."""

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from operator_mcp.answers import FailedHop
from operator_mcp.drawing.folding import fold
from operator_mcp.drawing.page import page
from operator_mcp.drawing.tree import draw
from operator_mcp.investigation.origin import find_origin
from operator_mcp.ledger import Investigation
from operator_mcp.models import Finding, Hop, HopRef, Run, Status
from operator_mcp.shaping.hop import failed_hop


def hop(id: str, parent: str | None = None, status: Status = Status.SUCCEEDED, error: str | None = None) -> Hop:
    return Hop(execution_id=id, parent_id=parent, agent="desk", reasoner=id, status=status, error=error, duration_ms=5)


def wide_run(healthy: int) -> Run:
    hops = [
        hop("root", None, Status.FAILED, "Execution failed: boom"),
        *(hop(f"page{n}", "root") for n in range(healthy)),
        hop("bad", "root", Status.FAILED, "boom"),
    ]
    return Run(run_id="run_1", hops=tuple(hops))


def shaped(run: Run) -> FailedHop:
    found = Investigation(finding=find_origin(run), trace=None, signature="")
    return failed_hop(found, None, None, detail="brief")


def test_healthy_fan_out_is_folded_and_the_path_to_the_origin_is_not() -> None:
    run = wide_run(390)
    drawn = [line.plain for line in draw(fold(run, find_origin(run)))]
    assert drawn == [
        "desk.root  failed  5 ms",
        "├─ desk.page0  succeeded  5 ms",
        "├─ desk.page1  succeeded  5 ms",
        "├─ desk.bad  failed  5 ms  <- it began here",
        "└─ ... 388 more succeeded",
    ]


def test_a_fold_never_stands_for_a_single_hop() -> None:
    run = wide_run(3)
    assert all(line.hop is not None for line in fold(run, find_origin(run)))


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 30))
def test_every_hop_is_drawn_or_counted_in_a_fold(healthy: int, failed: int, deep: int) -> None:
    chain = [hop(f"d{n}", f"d{n - 1}" if n else "root", Status.FAILED, "x") for n in range(deep)]
    hops = [
        hop("root", None, Status.FAILED, "x"),
        *(hop(f"h{n}", "root") for n in range(healthy)),
        *(hop(f"f{n}", "root", Status.FAILED, "y") for n in range(failed)),
        *chain,
    ]
    run = Run(run_id="run_1", hops=tuple(hops))
    lines = fold(run, find_origin(run))
    drawn = [line.hop.execution_id for line in lines if line.hop]
    assert len(drawn) == len(set(drawn))
    assert len(drawn) + sum(line.folded for line in lines) == len(hops)


def test_a_chain_of_thousands_is_drawn_to_its_end_and_says_what_it_left_out() -> None:
    hops = tuple(hop(f"d{n}", f"d{n - 1}" if n else None, Status.FAILED, "x") for n in range(5_000))
    path = tuple(HopRef(execution_id=h.execution_id, agent="desk", reasoner=h.reasoner, status=h.status) for h in hops)
    found = Finding(
        run_id="run_1", verdict="failed", origin=hops[-1], kind="error", confidence=1, why=("said so",), path=path
    )
    lines = fold(Run(run_id="run_1", hops=hops), found)
    assert lines[-1].mark == "origin"
    assert len(lines) < 100
    assert sum(line.folded for line in lines) + sum(line.hop is not None for line in lines) == 5_000


class _Loads(HTMLParser):
    """Collects whatever would make a browser ask the network or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "img", "iframe", "object", "embed", "use"):
            self.found.append(tag)
        self.found += [name for name, _ in attrs if name in ("src", "href") or name.startswith("on")]


def test_the_page_stands_alone_and_escapes_what_the_fleet_wrote() -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    bad = Hop(execution_id="bad", parent_id=None, agent=hostile, reasoner=hostile, status=Status.FAILED, error=hostile)
    run = Run(run_id="run_1", hops=(bad,))
    html = page(shaped(run), fold(run, find_origin(run)))
    parser = _Loads()
    parser.feed(html)
    assert parser.found == []
    assert "&lt;script&gt;" in html
    assert re.search(r'name="viewport"', html)
