"""What of a caller's proposal is believed."""

import pytest

from operator_mcp.diagnosis.proposal import judge
from operator_mcp.diagnosis.readers import read
from operator_mcp.errors import RuleRefusal, UsageError
from operator_mcp.models import Diagnosis, Proposal, Trace
from tests.diagnosis.wordings import FOUND, log, trace

SILENT = trace(
    "stage 4 aborted", logs=(log("info", "knife set to 4 mm", 3), log("error", "blade sensor reads minus one", 4))
)


def proposal(*evidence: str, **fields: object) -> Proposal:
    base: dict[str, object] = {
        "root_cause": "code_bug",
        "confidence": 0.9,
        "summary": "the sensor's value is not checked",
        "suggested_fix": "check the sensor's value in bake",
        "code_level": True,
        "evidence": evidence,
    }
    return Proposal.model_validate(base | fields)


def judged(given: Proposal, shown: Trace = SILENT) -> Diagnosis:
    return judge(given, shown, FOUND, read(shown, FOUND))


def test_a_proposal_whose_quotes_stand_in_error_or_error_logs_is_accepted_with_their_sources() -> None:
    found = judged(proposal("stage 4 aborted", "blade sensor reads minus one"))
    assert (found.root_cause, found.confidence, found.code_level, found.engine) == ("code_bug", 0.9, True, "proposal")
    assert [piece.source.rpartition("bbbbbbbb/")[2] for piece in found.evidence] == ["error", "log/4"]
    assert all(piece.verified for piece in found.evidence)
    assert not found.provisional


def test_a_long_quote_is_verified_by_as_much_of_it_as_is_kept() -> None:
    text = "stage 4 aborted because " + " and ".join(f"blade {n} was dull" for n in range(80))
    found = judged(proposal(text[:900]), trace(text))
    assert found.evidence[0].verified
    assert len(found.evidence[0].quote) == 500


def test_quotes_that_do_not_stand_in_the_record_are_dropped_and_named() -> None:
    found = judged(proposal("stage 4 aborted", "the disk is on fire"))
    assert [piece.quote for piece in found.evidence] == ["stage 4 aborted"]
    assert any("the disk is on fire" in point for point in found.open_points)


def test_without_a_decisive_quote_confidence_is_capped_and_code_is_not_blamed() -> None:
    found = judged(proposal("knife set to 4 mm"))
    assert (found.confidence, found.code_level) == (0.5, False)


def test_a_proposal_with_nothing_that_stands_in_the_record_is_refused_by_rule_1() -> None:
    for quotes in ((), ("the disk is on fire",), ("a",)):
        with pytest.raises(RuleRefusal) as refused:
            judged(proposal(*quotes))
        assert refused.value.rule == 1


def test_an_unknown_class_is_wrong_use_and_names_the_classes() -> None:
    with pytest.raises(UsageError, match="code_bug, schema_mismatch"):
        judged(proposal("stage 4 aborted", root_cause="gremlins"))


@pytest.mark.parametrize(
    ("fields", "fact"),
    [
        ({"approval_status": "rejected", "kind": "human"}, "human"),
        ({"status_reason": "agent_unreachable", "kind": "unreachable"}, "unavailable"),
        ({"status_reason": "concurrency_limit", "kind": "capacity"}, "rate_limit"),
        ({"status_reason": "agent_restart_orphaned: x", "kind": "orphaned"}, "unavailable"),
    ],
)
def test_facts_win_over_a_proposal_that_contradicts_them(fields: dict[str, object], fact: str) -> None:
    shown = trace("stage 4 aborted", **fields)
    found = judged(proposal("stage 4 aborted"), shown)
    assert (found.root_cause, found.code_level, found.engine) == (fact, False, "proposal")
    assert "code_bug" in found.open_points[0]
    assert judged(proposal("stage 4 aborted", root_cause=fact), shown).root_cause == fact


def test_a_proposal_against_decisive_words_stays_below_the_bar_for_a_fix() -> None:
    found = judged(proposal("No space left on device"), trace("[Errno 28] No space left on device"))
    assert found.confidence < 0.75
    assert any("resources" in point for point in found.open_points)


def test_a_callers_unknown_is_never_sure_nor_code_level() -> None:
    found = judged(proposal("stage 4 aborted", root_cause="unknown"))
    assert (found.confidence, found.code_level) == (0.5, False)


def test_the_proposals_words_are_cleaned() -> None:
    found = judged(proposal("stage 4 aborted", summary="key sk-proj-7HfQz2LmXw94TbRkVn3sYpDe8uJc\u202e leaked"))
    assert found.summary == "key [redacted: model key] leaked"


def test_a_quote_may_carry_a_redacted_secret() -> None:
    shown = trace("vault said 401 to [redacted: model key] today")
    found = judged(proposal("vault said 401 to sk-proj-7HfQz2LmXw94TbRkVn3sYpDe8uJc today", root_cause="auth"), shown)
    assert found.evidence[0].verified


def test_for_a_hop_without_words_its_callers_error_decides() -> None:
    caller = {"execution_id": "exec_up", "agent": "shop", "reasoner": "sell", "error": "nobody answered at the oven"}
    shown = trace("", caller=caller, kind="hang", status="running")
    assert judged(proposal("nobody answered at the oven", root_cause="timeout"), shown).confidence == 0.9


def test_a_long_quote_is_sought_by_its_beginning() -> None:
    error = "the ledger could not be balanced: " + " ".join(f"row{n} had {n * 7}" for n in range(100))
    found = judged(proposal(error[:900]), trace(error))
    assert found.evidence[0].verified
    assert found.evidence[0].quote == error[:500].strip()
