"""Causes of recorded runs of a real control plane, read at their true origins."""

import pytest

from benchmarks.causes import Score, recorded_cases, score
from operator_mcp.diagnosis.evidence import normalise, sources, verify

UNDECIDED_BY_ROWS = {"cause-15-plates"}
"""A hop that never ends is a time-out whether or not it says what it waits for; its twins are held to be detectable."""


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def scored() -> Score:
    return score(await recorded_cases())


async def test_detectable_causes_are_read(scored: Score) -> None:
    assert len(scored.judged) > 200
    assert scored.macro_f1() >= 0.95
    assert all(f1 >= 0.9 for cause in {j.wanted for j in scored.judged} if (f1 := scored.f1(cause)) is not None)


async def test_undetectable_causes_are_left_unknown_below_one_half(scored: Score) -> None:
    pretended = {j.case.name for j in scored.judged if not j.case.truth.detectable and not j.right}
    assert pretended <= UNDECIDED_BY_ROWS


async def test_code_is_blamed_only_where_it_is_to_be_changed(scored: Score) -> None:
    assert scored.code_level_precision() >= 0.97
    assert sum(j.diagnosis.code_level for j in scored.judged) >= 40
    assert scored.calibration_error() <= 0.1


async def test_every_quote_stands_in_the_trace_at_its_source(scored: Score) -> None:
    for judged in scored.judged:
        texts = [(source, normalise(text)) for source, text in sources(judged.case.trace)]
        for piece in judged.diagnosis.evidence:
            assert piece.verified
            assert any(source == piece.source and normalise(piece.quote) in text for source, text in texts)


async def test_the_decisive_words_are_quoted_where_the_trace_shows_them(scored: Score) -> None:
    for judged in scored.judged:
        quoted = [normalise(piece.quote) for piece in judged.diagnosis.evidence]
        for quote in judged.case.truth.must_quote:
            visible = verify([quote], judged.case.trace)[0].verified
            assert not visible or any(normalise(quote) in q for q in quoted), (judged.case.name, quote)


async def test_no_recorded_secret_reaches_a_diagnosis(scored: Score) -> None:
    for judged in scored.judged:
        told = judged.diagnosis.model_dump_json()
        assert [secret for secret in judged.case.truth.secrets if secret in told] == []
