from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_mcp.errors import UsageError
from operator_mcp.ledger import Ledger
from operator_mcp.ledger.columns import KEY_LENGTH, clean, dump, load, short_key
from operator_mcp.models import Note
from tests.ledger.conftest import Clock, open_case

ANY_TEXT = st.text(st.characters(), max_size=400)


@given(text=st.one_of(ANY_TEXT, ANY_TEXT.map(lambda text: text * 3)))
def test_keys_are_short_and_storable_and_stay_apart(text: str) -> None:
    key = short_key(text)
    assert len(key) <= KEY_LENGTH
    assert key == short_key(key)
    assert "\x00" not in key
    assert key.encode("utf-8").decode("utf-8") == key
    assert short_key(text + "x") != key


@given(text=ANY_TEXT)
def test_a_noun_comes_back_as_it_was_whatever_its_text(text: str) -> None:
    note = Note(message=text, tags=(text, "b"))
    stored = dump(note)
    assert stored == clean(stored)
    assert load(Note, stored) == note


def test_times_come_back_in_utc_whatever_zone_the_clock_is_in(url: str) -> None:
    east = datetime(2026, 3, 1, 5, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    ledger = Ledger.open(url, clock=lambda: east)
    opened = open_case(ledger).opened_at
    ledger.close()
    assert opened == east
    assert opened.tzinfo is UTC


def test_a_clock_without_a_zone_is_refused(url: str) -> None:
    ledger = Ledger.open(url, clock=Clock(datetime(2026, 3, 1)))
    with pytest.raises(UsageError, match="has no zone"):
        open_case(ledger)
    ledger.close()


def test_the_audit_trail_is_told_newest_first_and_within_the_limit(url: str) -> None:
    ledger = Ledger.open(url)
    for n in range(4):
        ledger.record("watch", f"notified {n}", "run-1", "by mail")
    ledger.record("watch", "notified", "run-2", "by mail")
    assert [line.action for line in ledger.audit("run-1", limit=2)] == ["notified 3", "notified 2"]
    assert [line.subject for line in ledger.audit(limit=2)] == ["run-2", "run-1"]
    ledger.close()
