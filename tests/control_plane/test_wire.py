"""Wire shapes, statuses and bodies: whatever arrives is read as far as it can be, and nothing crashes."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from operator_mcp.control_plane.answers import MAX_DEPTH, Answer, complaint, parse, read
from operator_mcp.control_plane.lenient import Wire
from operator_mcp.control_plane.statuses import NAMES, normalise
from operator_mcp.control_plane.wire import (
    DetailsRow,
    ExecutionRow,
    ListedRun,
    LogList,
    LogRow,
    NoteList,
    NoteRow,
    RunList,
    unwrap,
)
from operator_mcp.errors import ControlPlaneError, UnexpectedAnswer
from operator_mcp.models import Noun, Status

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
ROWS: tuple[type[Wire], ...] = (ExecutionRow, DetailsRow, LogRow, NoteRow, ListedRun)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("succeeded", Status.SUCCEEDED),
        (" Completed ", Status.SUCCEEDED),
        ("OK", Status.SUCCEEDED),
        ("errored", Status.FAILED),
        ("canceled", Status.CANCELLED),
        ("timed_out", Status.TIMEOUT),
        ("wait", Status.QUEUED),
        ("awaiting_human", Status.WAITING),
        ("in_progress", Status.RUNNING),
        ("on_hold", Status.PAUSED),
        ("", Status.UNKNOWN),
        ("exploded", Status.UNKNOWN),
    ],
)
def test_a_status_word_is_normalised(word: str, status: Status) -> None:
    assert normalise(word) is status


def test_every_status_is_its_own_word() -> None:
    assert all(NAMES[status.value] is status for status in Status)


@pytest.mark.parametrize("shape", ROWS)
@given(data=st.data())
def test_a_row_with_anything_in_any_field_still_becomes_a_noun(shape: type[Wire], data: st.DataObject) -> None:
    known = st.fixed_dictionaries({}, optional=dict.fromkeys(shape.model_fields, JSON))
    noun: Noun = shape.model_validate(data.draw(known)).noun()  # type: ignore[attr-defined]
    assert isinstance(json.loads(noun.model_dump_json()), dict)


@given(JSON)
def test_a_list_with_anything_in_it_is_read_or_refused(body: JsonValue) -> None:
    for shape, field in ((LogList, "entries"), (NoteList, "notes"), (RunList, "runs")):
        loaded = shape.model_validate({field: body})
        rows = body if isinstance(body, list) else []
        assert len(getattr(loaded, field)) == sum(isinstance(row, dict) for row in rows)


@given(st.binary(max_size=60) | JSON.map(lambda body: json.dumps(body).encode()), st.integers(100, 599))
def test_any_answer_is_given_or_refused_with_a_typed_error(content: bytes, status: int) -> None:
    answer = Answer(host="http://h", asked="GET /x", status=status, content=content)
    try:
        read(answer)
    except ControlPlaneError as e:
        assert "http://h" in e.what  # noqa: PT017
        assert "GET /x" in e.what  # noqa: PT017
    else:
        assert 200 <= status < 300


@given(JSON)
def test_the_error_of_any_body_can_be_read(body: JsonValue) -> None:
    assert len(complaint(body).text) <= 400


def test_a_number_or_an_object_for_an_error_text_keeps_its_words() -> None:
    assert ExecutionRow.model_validate({"error": {"message": "böse"}}).noun().error == '{"message": "böse"}'
    assert ExecutionRow.model_validate({"error": ""}).noun().error is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24T11:10:39.178158104Z", datetime(2026, 11, 24, 11, 10, 39, 178158, UTC)),
        ("2026-11-24T12:10:39+01:00", datetime(2026, 11, 24, 11, 10, 39, 0, UTC)),
        ("2026-11-24T11:10:39", datetime(2026, 11, 24, 11, 10, 39, 0, UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-23:00", None),
        ("yesterday", None),
        (1788468172, None),
    ],
)
def test_moments_are_read_in_utc_and_go_zero_is_none(text: object, moment: datetime | None) -> None:
    assert ExecutionRow.model_validate({"started_at": text}).started_at == moment


@pytest.mark.parametrize(
    ("stored", "arguments"),
    [
        ({"input": {"a": 1}, "context": {"x": 2}}, {"a": 1}),
        ({"input": {"a": 1}}, {"a": 1}),
        ({"input": {}}, {}),
        ({"input": "a text", "context": {}}, {"input": "a text", "context": {}}),
        ({"input": {"a": 1}, "more": 1}, {"input": {"a": 1}, "more": 1}),
        ({"context": {"a": 1}}, {"context": {"a": 1}}),
        ({}, {}),
        ([1], [1]),
        (None, None),
    ],
)
def test_the_envelope_of_an_input_is_taken_off(stored: JsonValue, arguments: JsonValue) -> None:
    assert unwrap(stored) == arguments


def test_a_payload_with_half_a_character_can_still_be_encoded() -> None:
    parsed = parse(b'{"k\\ud800": ["a\\ud83d", "\\ud83d\\ude00"]}')
    assert parsed == {"k\ufffd": ["a\ufffd", "\U0001f600"]}
    json.dumps(parsed, ensure_ascii=False).encode()


@pytest.mark.parametrize("depth", [150, 300, 900])
def test_a_deep_payload_is_read_or_cut_with_a_mark(depth: int) -> None:
    parsed = parse(b'{"a":' * depth + b"1" + b"}" * depth)
    text = json.dumps(parsed)
    assert "1" in text if depth <= 150 else "[nested too deep]" in text
    assert text.count("a") <= max(150, MAX_DEPTH + 1)


def test_a_bottomless_payload_is_refused_and_not_a_crash() -> None:
    answer = Answer(host="http://h", asked="GET /x", status=200, content=b"[" * 100_000)
    with pytest.raises(UnexpectedAnswer, match="not JSON"):
        answer.json()


@pytest.mark.parametrize("content", [b'{"a": NaN}', b'{"a": 1e999}', b'{"a": -Infinity}'])
def test_a_number_that_json_cannot_hold_is_read_as_none_or_left_encodable(content: bytes) -> None:
    parsed = parse(content)
    assert isinstance(parsed, dict)
    json.dumps(parsed["a"], allow_nan=False)


def test_what_stands_in_the_payload_store_only_is_noticed() -> None:
    assert ExecutionRow.model_validate({"input_uri": "payload://x"}).stored_apart
    assert not ExecutionRow.model_validate({"input_uri": "payload://x", "input": {"a": 1}}).stored_apart
    assert not ExecutionRow.model_validate({"result": None}).stored_apart


def test_failed_counts_hops_that_failed_or_ran_out_of_time() -> None:
    counts = {"failed": 2, "timeout": 1, "cancelled": 4, "succeeded": 5, "odd": "x"}
    assert ListedRun.model_validate({"status_counts": counts}).noun().failed == 3
