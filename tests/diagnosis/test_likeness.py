"""What texts read like that no sign names."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_mcp.diagnosis.likeness import grams, likeness
from operator_mcp.diagnosis.taxonomy import TAXONOMY
from operator_mcp.diagnosis.wordless import wordless


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        ("bad_input", "we only bake loaves for the county, order 5521 is for a customer abroad"),
        ("budget", "the bakery desk has spent 9.98 of its 10.00 USD for today, no more calls until midnight"),
        ("context_overflow", "the recipe book makes a prompt of 190,000 tokens, the model takes 128,000"),
        ("human", "Marta looked at the menu and said no"),
        ("auth", "Das Zugangszertifikat der Mühle ist seit Montag abgelaufen"),
        ("model_output", "asked for a menu, the writer came back with an empty string three times"),
        ("timeout", "stopped waiting for the oven after 90 polls, it was still heating"),
        ("unknown", "could not finish the morning round"),
        ("unknown", "stage 4 came to nothing"),
    ],
)
def test_peoples_own_words_read_like_their_class(cause: str, text: str) -> None:
    assert likeness(text)[0] == cause


@given(st.text(max_size=300))
def test_any_text_reads_like_some_class(text: str) -> None:
    cause, share = likeness(text)
    assert cause in TAXONOMY
    assert 0 < share <= 1


def test_numbers_and_case_make_no_difference() -> None:
    assert grams("Order 5521 REFUSED") == grams("order 9870 refused")


@pytest.mark.parametrize(
    "text",
    [
        "'sunday'",
        "no headline",
        "worker left with code 7",
        "An unexpected error occurred while baking for customer 881",
        "Une erreur est survenue pendant la cuisson.",
        "Client error '400 Bad Request' for url 'https://mill.example/v2/flour'",
        "agent error (500): Internal Server Error",
    ],
)
def test_what_every_failure_may_say_is_nobodys_words(text: str) -> None:
    assert wordless(text)


@pytest.mark.parametrize(
    "text", ["小麦粉の在庫が足りません", "An error occurred: the mill refused our badge", "rye must be under 20 kg"]
)
def test_what_says_more_has_words(text: str) -> None:
    assert not wordless(text)


def test_a_text_of_megabytes_is_read_in_a_moment() -> None:
    began = time.process_time()
    likeness("the oven is cold and nobody knows why " * 50_000)
    assert time.process_time() - began < 0.5
