"""What is left of an error when relays and what changes from run to run are taken out."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_mcp.investigation.texts import LIMIT, blank, peel, shape, strip_prefixes
from operator_mcp.investigation.voices import concrete, raw, says_waiting_ended, vague


@pytest.mark.parametrize(
    ("error", "left"),
    [
        ("boom", "boom"),
        ("Execution failed: boom", "boom"),
        ("Execution failed: Execution failed: boom: Execution failed: no", "boom: Execution failed: no"),
        ("Execution failed: Execution was cancelled: wrong order", "wrong order"),
        ("Execution failed: Execution failed", "Execution failed"),
        ("Execution was cancelled: None", "Execution was cancelled"),
        ("Execution timed out after 4 seconds", "Execution timed out after 4 seconds"),
        ("Execution failedness is a word", "Execution failedness is a word"),
        ("", ""),
    ],
)
def test_relay_prefixes_are_taken_off_and_the_words_below_them_kept(error: str, left: str) -> None:
    assert strip_prefixes(error) == left


def test_each_relay_is_counted_once() -> None:
    assert peel("Execution failed: " * 300 + "boom") == (300, "boom")


@given(st.text(max_size=300), st.integers(0, 5))
def test_relays_before_any_words_leave_those_words(words: str, hops: int) -> None:
    own = strip_prefixes(words)
    relayed = strip_prefixes("Execution failed: " * hops + own)
    assert relayed == own or blank(own)


@given(st.text())
def test_a_text_with_words_never_becomes_empty(text: str) -> None:
    assert bool(strip_prefixes(text)) == bool(text.strip())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("record 4711 not found", "record 12 not found"),
        ("no file '/etc/a/b.yaml'", "no file '/var/c/d/e.yaml'"),
        ("dial tcp 10.0.0.1:8080: refused", "dial tcp 192.168.7.20:99: refused"),
        ("at 2026-11-24T11:30:41.7Z it broke", "at 2025-01-02T03:04:05Z it broke"),
        ("request 7f3a9c1e-1111-4222-8333-abcdefabcdef lost", "request 00000000-aaaa-4bbb-8ccc-0123456789ab lost"),
        ("cannot read 'Ostrava Steel'", "cannot read 'Bremen Copper Works'"),
        ('cannot read "Ostrava Steel"', "cannot read 'Ostrava Steel'"),
        ("GET https://a.example/x/1 refused", "GET https://b.example/y refused"),
        ("amount -3.50 is negative", "amount -12 is negative"),
        ("status code 429 after 17 tries", "status code 429 after 3 tries"),
        ("error code: 4711001", "error code: 4711002"),
    ],
)
def test_a_shape_survives_what_changes_from_run_to_run(one: str, other: str) -> None:
    assert shape(one) == shape(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("'salt'", "'PRINT_GATEWAY_URL'"),
        ("object has no attribute 'total'", "object has no attribute 'date'"),
        ("Client error '403 Forbidden' for url 'x'", "Client error '429 Too Many Requests' for url 'x'"),
        ("list index out of range", "string index out of range"),
        ("Request failed with status code 429", "Request failed with status code 401"),
        ("Error code: 429 - refused", "Error code: 401 - refused"),
        ("HTTP/1.1 503", "HTTP/1.1 404"),
        ("HTTP 503 from upstream", "HTTP 502 from upstream"),
        ("[Errno 28] cannot write", "[Errno 13] cannot write"),
        ("OSError(errno=28)", "OSError(errno=13)"),
        ("worker ended with exit code 2", "worker ended with exit code 137"),
        ("returned non-zero exit status 2", "returned non-zero exit status 137"),
    ],
)
def test_a_shape_differs_where_the_failure_differs(one: str, other: str) -> None:
    assert shape(one) != shape(other)


@pytest.mark.parametrize("unit", ["'", "a", "1:", "/a", "_a", "a1-", "@", "a.b@", "Error", "waited ", "'\\", "::"])
def test_hostile_texts_are_read_in_no_time(unit: str) -> None:
    text = unit * 200_000
    began = time.perf_counter()
    shape(text), concrete(text), raw(text), vague(text), says_waiting_ended(text)
    assert time.perf_counter() - began < 1


def test_only_the_beginning_of_an_endless_text_counts() -> None:
    assert shape("x" * LIMIT + " tail") == "x" * LIMIT


@pytest.mark.parametrize(
    "text", ["Wait timeout reached after 0.8 seconds", "no answer within 4 s", "deadline exceeded"]
)
def test_texts_about_time_that_ran_out_are_known(text: str) -> None:
    assert says_waiting_ended(text)


def test_a_librarys_words_are_told_from_a_persons() -> None:
    assert raw("'NoneType' object has no attribute 'x'")
    assert not vague("[Errno 2] No such file or directory: '/x/y'")
    assert vague("the invoice could not be made")
    assert not raw("the invoice could not be made")
