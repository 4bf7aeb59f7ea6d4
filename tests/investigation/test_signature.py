"""Signatures: equal for failures alike, different where the failure differs, and silent about the words."""

import itertools
import random
import re

from benchmarks.samples import recordings
from operator_mcp.investigation.signature import row_signature, signature
from operator_mcp.models import Hop, RunRow, Status
from tests.investigation.runs import hop

ORIGINS = [
    (next(h for h in s.run.hops if h.execution_id == s.truth.origin), s.truth)
    for s in recordings()
    if s.truth.verdict == "failed"
]


NUMBER = re.compile(
    r"(?<![\d.])(?<!status )(?<!code )(?<!code: )(?<!code=)(?<!status: )(?<!errno )(?<!http )(?<!http/)\d+",
    re.IGNORECASE,
)
"""A number that may change from run to run: not the status of an answer, nor a program's exit."""


def changed(text: str | None, rng: random.Random) -> str | None:
    """Give a text with other numbers and other hexadecimal ids."""
    if text is None:
        return None
    ids = re.sub(r"\b[0-9a-f]{8,}\b", lambda m: "".join(rng.choice("0123456789abcdef") for _ in m[0]), text)
    return NUMBER.sub(lambda m: str(rng.randrange(10 ** rng.randint(1, len(m[0]) + 1))), ids)


def test_recorded_failures_with_different_truth_hardly_ever_share_a_signature() -> None:
    pairs = shared = 0
    for (one, first), (other, second) in itertools.combinations(ORIGINS, 2):
        if (one.reasoner, first.cause) != (other.reasoner, second.cause):
            pairs += 1
            shared += signature(one, first.kind) == signature(other, second.kind)
    assert pairs > 10_000
    assert shared / pairs <= 0.001


def test_recorded_failures_keep_their_signature_when_ids_and_numbers_change() -> None:
    rng, missed = random.Random(7), 0
    for origin, truth in ORIGINS:
        again = origin.model_copy(
            update={
                "error": changed(origin.error, rng),
                "status_reason": changed(origin.status_reason, rng),
                "execution_id": "exec_other",
            }
        )
        missed += signature(again, truth.kind) != signature(origin, truth.kind)
    assert missed / len(ORIGINS) <= 0.01


def test_the_kind_of_a_failure_is_part_of_its_signature() -> None:
    one = hop("a", error=None)
    assert len({signature(one, "error"), signature(one, "hang"), signature(one, "human")}) == 3


def test_reasoners_whose_names_are_not_latin_are_told_apart() -> None:
    one, other = (hop("a", error="boom").model_copy(update={"reasoner": name}) for name in ("分析", "翻译"))
    assert signature(one, "error") != signature(other, "error")


def test_the_words_of_an_error_do_not_stand_in_its_signature() -> None:
    one: Hop = hop("a", error="login of wilhelmina refused, passphrase tannenbaum")
    assert "tannenbaum" not in signature(one, "error")
    assert re.fullmatch(r"do_a\|[0-9a-f]{12}", signature(one, "error"))


def test_lines_of_the_run_list_that_look_alike_share_a_signature() -> None:
    def line(error: str) -> RunRow:
        return RunRow(
            run_id="r",
            root_execution_id="e",
            root_status=Status.FAILED,
            root_error=error,
            status=Status.FAILED,
            agent="a",
            reasoner="do",
        )

    assert row_signature(line("Execution failed: no page 12")) == row_signature(line("no page 7"))
    assert row_signature(line("no page 12")) != row_signature(line("no paper 12"))
