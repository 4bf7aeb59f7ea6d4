"""Which hop made the value that the origin could not take."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from operator_mcp.investigation.bounds import bounded, size
from operator_mcp.investigation.upstream import upstream
from operator_mcp.models import Hop, Run, Status

START = datetime(2026, 1, 1, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=8), inner, max_size=6),
    max_leaves=40,
)


def hop(n: int, *, parent: int | None = 0, ok: bool = True, input: JsonValue = None, result: JsonValue = None) -> Hop:
    """Give a hop that starts at second n and ends half a second later; hop 0 is the root and ends last."""
    return Hop(
        execution_id=f"exec_{n}",
        parent_id=None if n == 0 else f"exec_{parent}",
        agent="a",
        reasoner=f"r{n}",
        status=Status.SUCCEEDED if ok else Status.FAILED,
        started_at=START + timedelta(seconds=n),
        ended_at=START + timedelta(seconds=100 if n == 0 else n + 0.5),
        input=input,
        result=result,
    )


def failed(n: int, error: str, input: JsonValue = None, *, ends: float | None = None) -> Hop:
    row = hop(n, ok=False, input=input).model_copy(update={"error": error})
    return row.model_copy(update={"ended_at": START + timedelta(seconds=ends)}) if ends else row


def run(*hops: Hop, outside: JsonValue = None) -> Run:
    return Run(run_id="run_1", hops=(hop(0, ok=False, input=outside), *hops))


def maker(found: Run, origin: Hop) -> tuple[str, str] | None:
    answer = upstream(found, origin)
    return (answer.execution_id, answer.field) if answer else None


def test_a_quoted_value_leads_to_the_sibling_whose_result_holds_it() -> None:
    origin = failed(5, "could not convert string to float: '1.204,50'", {"total": "1.204,50"})
    assert maker(
        run(hop(1, result={"seat": "Bremen"}), hop(2, result={"sum": {"total": "1.204,50"}}), origin), origin
    ) == (
        "exec_2",
        "sum.total",
    )


def test_a_call_that_the_origin_made_itself_counts_too() -> None:
    origin = failed(1, "could not convert string to float: '12,90 EUR'", ends=9)
    child = hop(3, parent=1, result={"price": "12,90 EUR"})
    assert maker(run(origin, child), origin) == ("exec_3", "price")


def test_a_refused_field_leads_to_the_result_it_was_taken_from() -> None:
    address: JsonValue = {"street": "Hafenweg", "town": "Husum"}
    origin = failed(5, "'zip'", {"address": address, "weight": 3})
    assert maker(run(hop(1, result={"where": address}), origin), origin) == ("exec_1", "where")


def test_the_value_that_a_validator_shows_leads_to_its_maker() -> None:
    shown = "{'street': 'Hafenweg', 'town': 'Husum'}"
    error = f"1 validation error for Box\nzip\n  Field required [type=missing, input_value={shown}, input_type=dict]"
    address: JsonValue = {"street": "Hafenweg", "town": "Husum"}
    origin = failed(5, error, {"where": address})
    assert maker(run(hop(1, result=address), origin), origin) == ("exec_1", "result")


ORIGIN = failed(5, "cannot read '12,90 EUR'", {"price": "12,90 EUR"})


@pytest.mark.parametrize(
    "found",
    [
        run(hop(1, result={"price": "12,90 EUR"}), ORIGIN, outside={"price": "12,90 EUR"}),
        run(hop(1, input={"text": "12,90 EUR"}, result={"price": "12,90 EUR"}), ORIGIN),
        run(hop(1, result={"price": "12,90 EUR"}), hop(2, result=["12,90 EUR"]), ORIGIN),
        run(hop(1, result={"price": "12,90 EUR"}, ok=False), ORIGIN),
        run(hop(6, result={"price": "12,90 EUR"}), ORIGIN),
        run(hop(1, result={"price": "12,90 EUR and more"}), ORIGIN),
        run(ORIGIN),
    ],
    ids=["from outside", "passed on", "two makers", "failed", "later", "part of a longer text", "nobody"],
)
def test_in_doubt_nobody_is_named(found: Run) -> None:
    assert upstream(found, ORIGIN) is None


@pytest.mark.parametrize(
    ("error", "input"),
    [
        ("unsupported operand type(s) for +: 'int' and 'text'", {"n": 1}),
        ("unknown status 'open'", {"n": 1}),
        ("got 404 from upstream", {"n": 1}),
        ("", {"code": 404}),
    ],
)
def test_plain_words_and_numbers_that_the_origin_was_not_given_prove_nothing(error: str, input: JsonValue) -> None:
    origin = failed(5, error, input)
    assert upstream(run(hop(1, result={"a": "text", "b": "open", "c": 404}), origin), origin) is None


def test_a_number_that_the_origin_was_given_and_one_hop_made_leads_to_it() -> None:
    origin = failed(5, "record 47110 is not in the catalogue", {"number": 47110})
    assert maker(run(hop(1, result={"next": 47110}), origin), origin) == ("exec_1", "next")


def test_a_small_value_that_two_hops_may_hold_by_chance_proves_nothing() -> None:
    origin = failed(5, "status is wrong", {"status": {"ok": True}, "word": "accepted"})
    assert upstream(run(hop(1, result={"status": {"ok": True}, "word": "accepted"}), origin), origin) is None


@given(JSON, JSON, JSON, st.text(max_size=60))
def test_any_payloads_and_any_error_are_judged_without_a_crash(
    outside: JsonValue, given: JsonValue, made: JsonValue, error: str
) -> None:
    origin = failed(5, error, given)
    found = upstream(run(hop(1, input=outside, result=made), origin, outside=outside), origin)
    assert found is None or found.execution_id == "exec_1"


@given(JSON, st.integers(100, 2000))
def test_a_payload_is_kept_whole_where_it_fits_and_near_the_limit_where_not(value: JsonValue, limit: int) -> None:
    cut = bounded(value, limit)
    if size(value) <= limit:
        assert cut == value
    else:
        assert "[cut" in str(cut)
        assert size(cut) <= limit * 2 + 500


def test_a_deep_payload_of_long_lists_stays_near_the_limit() -> None:
    value: JsonValue = "leaf " * 100
    for _ in range(30):
        value = [value] * 3 if size(value) < 2_000_000 else [value]
    assert size(bounded(value, 4_000)) < 12_000


def _large(hops: int, values: int, error: str) -> tuple[Run, Hop]:
    origin = failed(hops + 1, error, {"page": "seven"})
    result: JsonValue = [f"v{k}" for k in range(values)]
    rows = [hop(n, result=result) for n in range(1, hops)]
    return run(*rows, hop(hops, result={"total": "1.204,50"}), origin), origin


def test_an_error_that_quotes_nothing_costs_nothing_however_large_the_results() -> None:
    large, origin = _large(300, 20_000, "the press is out of ink")
    began = time.process_time()
    assert upstream(large, origin) is None
    assert time.process_time() - began < 0.05


def test_the_newest_siblings_are_looked_at_first_and_only_so_many_values_of_a_run() -> None:
    large, origin = _large(300, 20_000, "could not convert string to float: '1.204,50'")
    began = time.process_time()
    assert maker(large, origin) == ("exec_300", "total")
    assert time.process_time() - began < 0.5
