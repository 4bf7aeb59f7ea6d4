"""What `generate` promises: the same run for the same arguments, a run for every family, words as asked for."""

import pytest

from benchmarks.hopbench import FAMILIES, STYLES, Generated, corpus, generate, generate_large


def written(run: Generated) -> str:
    logs = {i: [entry.model_dump(mode="json") for entry in entries] for i, entries in run.logs.items()}
    return f"{run.run.model_dump_json()}{run.truth.model_dump_json()}{logs}"


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_arguments_give_the_same_run_to_the_byte(family: str) -> None:
    assert written(generate(family, 11)) == written(generate(family, 11))


async def test_a_run_played_inside_a_running_loop_is_the_same_run() -> None:
    inside = written(generate("composed", 3))
    assert "hops" in inside
    assert inside == EXPECTED_OUTSIDE


EXPECTED_OUTSIDE = written(generate("composed", 3))


def test_another_seed_and_other_wordings_give_another_run() -> None:
    one, other, reworded = generate("chain", 1), generate("chain", 2), generate("chain", 1, wordings="codes")
    assert len({written(one), written(other), written(reworded)}) == 3


def test_an_unknown_family_and_unknown_wordings_are_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="chain"):
        generate("chains", 1)
    with pytest.raises(ValueError, match="prose"):
        generate("chain", 1, wordings="verse")


def test_there_are_at_least_twenty_five_families_and_a_corpus_takes_them_in_turn() -> None:
    assert len(FAMILIES) >= 25
    small = [family for family in FAMILIES if family != "large"]
    drawn = [run.family for run in corpus(len(FAMILIES), seed=5)]
    assert set(small) <= set(drawn)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_words_every_kind_of_speech(style: str) -> None:
    runs = [generate(family, 4, wordings=style) for family in ("composed", "rewrap", "fan-out-several", "approval")]
    texts = [hop.error for run in runs for hop in run.run.hops if hop.error]
    assert texts
    assert not [text for text in texts if "{" in text.replace("{'error", "")]


def test_a_large_run_has_about_the_rows_asked_for() -> None:
    run = generate_large(1000, 2)
    assert 900 <= len(run.run.hops) <= 1100
    assert run.truth.verdict == "failed"
    assert len(run.truth.path) >= 4
