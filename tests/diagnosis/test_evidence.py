"""Where quotes stand, and the key of memory."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_mcp.diagnosis.evidence import fingerprint, normalise, sources, verify
from operator_mcp.models import Caller, Note
from tests.diagnosis.wordings import log, trace

AT = "execution/exec_20250101_000000_bbbbbbbb"
SHOWN = trace(
    "the oven is at 80 degrees",
    raw_error="Execution failed: the oven is at 80 degrees",
    status_reason="agent_error",
    approval_status="rejected",
    result={"note": "half-baked loaf"},
    logs=(log("info", "heating element two is dark", 3), log("error", "thermostat 'B'  gave\n no value", 4)),
    notes=(Note(message="asked the baker about it"),),
    caller=Caller(
        execution_id="exec_up", agent="shop", reasoner="sell", input={"order": 88123}, error="no bread today"
    ),
)


@pytest.mark.parametrize(
    ("quote", "source"),
    [
        ("the oven is at 80 degrees", f"{AT}/error"),
        ("heating element two", f"{AT}/log/3"),
        ("thermostat 'B' gave no value", f"{AT}/log/4"),
        ("thermostat ‘B’ gave no value", f"{AT}/log/4"),
        ('"note":"half-baked loaf"', f"{AT}/result"),
        ('{"loaf": "rye", "grams": 900}', f"{AT}/input"),
        ("asked the baker", f"{AT}/note"),
        ("agent_error", f"{AT}/status_reason"),
        ("rejected", f"{AT}/approval_status"),
        ("no bread today", "execution/exec_up/error"),
        ('"order":88123', "execution/exec_up/input"),
        ("ｔｈｅ　ｏｖｅｎ is at 80 degrees", f"{AT}/error"),
    ],
)
def test_a_quote_is_placed_where_it_stands(quote: str, source: str) -> None:
    (piece,) = verify([quote], SHOWN)
    assert (piece.verified, piece.source, piece.quote) == (True, source, quote)


@pytest.mark.parametrize(
    "quote", ["", "  ", "a", "oven", "The oven is at 80 degrees", "the oven is at 81 degrees", "bread none"]
)
def test_what_does_not_stand_in_the_record_or_is_too_short_is_not_verified(quote: str) -> None:
    assert not verify([quote], SHOWN)[0].verified


def test_a_short_text_is_evidence_where_it_is_the_whole_of_a_text() -> None:
    assert verify(["'salt'"], trace("'salt'"))[0].verified
    assert not verify(["'salt'"], trace("no 'salt' today"))[0].verified
    assert verify(["余额不足"], trace("账户余额不足,无法调用"))[0].verified


def test_error_entries_come_before_the_others_and_facts_before_all() -> None:
    order = [source.removeprefix(f"{AT}/") for source, _ in sources(SHOWN)]
    assert order[:5] == ["approval_status", "status_reason", "error", "log/4", "log/3"]


def test_a_quote_that_spans_two_texts_is_not_evidence() -> None:
    assert not verify(["80 degrees heating element"], SHOWN)[0].verified


@given(st.text())
def test_normalising_is_idempotent(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(), st.text())
def test_a_fingerprint_is_of_safe_characters_and_bounded(reasoner: str, cause: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,80}:[A-Za-z0-9_.-]{1,80}", fingerprint(reasoner, cause))


def test_a_fingerprint_names_reasoner_and_class() -> None:
    assert fingerprint("store_ledger", "auth") == "store_ledger:auth"


def test_names_that_lose_letters_stay_two() -> None:
    names = ("分析", "翻译", "a b", "a_b", "x" * 81, "x" * 82, "x" * 80)
    keys = {fingerprint(name, "auth") for name in names}
    assert len(keys) == len(names)
    assert {"a_b:auth", f"{'x' * 80}:auth"} <= keys
