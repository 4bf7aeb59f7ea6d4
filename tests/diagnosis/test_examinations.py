"""Causes of really provoked failures of fleets whose authors had seen no rule: some looked at, some held out."""

import pytest

from benchmarks.causes import Score, examined_cases, score
from benchmarks.examination import HELD_OUT, fleets, questions
from operator_mcp.diagnosis.taxonomy import TAXONOMY

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module", params=["looked at", "held out"])
async def scored(request: pytest.FixtureRequest) -> Score:
    chosen = [fleet for fleet in fleets() if (fleet in HELD_OUT) == (request.param == "held out")]
    return score([case for fleet in chosen for case in await examined_cases(fleet)])


def test_every_class_is_examined_in_every_fleet() -> None:
    for fleet in fleets():
        assert {question.cause for question in questions(fleet)} == set(TAXONOMY) - {"unknown"}


async def test_causes_of_strangers_fleets_are_read_in_every_class(scored: Score) -> None:
    assert scored.macro_f1() >= 0.9
    assert all(f1 >= 0.75 for cause in TAXONOMY if (f1 := scored.f1(cause)) is not None)


async def test_what_does_not_tell_is_left_unknown(scored: Score) -> None:
    silent, dark = scored.silent()
    assert silent >= 0.9 * dark


async def test_code_is_blamed_for_what_code_did(scored: Score) -> None:
    assert scored.code_level_precision() >= 0.97
    code = [j for j in scored.judged if j.case.truth.code_level and j.case.truth.detectable]
    assert sum(j.diagnosis.code_level for j in code) >= 0.7 * len(code)


async def test_likeness_alone_never_reaches_what_a_fix_needs(scored: Score) -> None:
    alike = [j.diagnosis for j in scored.judged if "likeness" in j.diagnosis.summary]
    assert len(alike) >= 5
    assert all(d.provisional and not d.code_level and d.confidence < 0.75 for d in alike)
    assert all(any(point.startswith("no known sign names the cause") for point in d.open_points) for d in alike)
