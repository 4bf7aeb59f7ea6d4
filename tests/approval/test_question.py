"""The question a human reads, and the form on which the answer comes."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from mcp.server.elicitation import render_elicitation_schema
from pydantic import ValidationError

from operator_mcp.approval.question import Decision, question
from operator_mcp.models import Approval, ChangedFile, Checks, Diagnosis, Fix

FIX = Fix(
    fix_id="fix-abcdefgh",
    case_id=1,
    run_id="run-7",
    fingerprint="half:code_error",
    repository="/srv/calc",
    state="awaiting_approval",
    branch="operator/run-7-1",
    base_branch="main",
    base="b0" * 20,
    head="c0" * 20,
    tree="e0" * 20,
    diff_digest="d1" * 32,
    files=(
        ChangedFile(path="calc.py", added=1, removed=1),
        ChangedFile(path="tests/test_nobody.py", added=8, removed=0),
    ),
    checks=Checks(suite_before="passed", suite_after="passed", regression_on_base="failed", regression_on_fix="passed"),
    cost_usd=Decimal("0.25"),
    created_at=datetime(2026, 11, 25, 8, tzinfo=UTC),
)
APPROVAL = Approval(
    fix_id=FIX.fix_id,
    base="b0" * 20,
    tree="e0" * 20,
    diff_digest="d1" * 32,
    state="waiting",
    asked_at=datetime(2026, 11, 25, 8, tzinfo=UTC),
    expires_at=datetime(2026, 11, 26, 8, tzinfo=UTC),
)
DIAGNOSIS = Diagnosis(
    root_cause="code_error",
    confidence=0.9,
    summary="half divides by zero people",
    suggested_fix="guard",
    code_level=True,
    engine="rules",
)


def test_the_question_tells_what_would_be_merged_and_how_it_was_checked() -> None:
    assert question(FIX, DIAGNOSIS, APPROVAL) == (
        "Merge fix-abcdefgh into main? It is for the failed run run-7.\n"
        "Cause: code_error, 90% sure (rules).\n"
        "Summary (holds text from the run): half divides by zero people\n"
        "Change: 2 files, +9 -1 lines.\n"
        "  calc.py +1 -1\n"
        "  tests/test_nobody.py +8 -0\n"
        "Checks by the server: suite before passed, suite after passed, regression test on the base failed,"
        " on the fix passed.\n"
        "Branch operator/run-7-1, base b0b0b0b0b0b0, diff d1d1d1d1d1d1; cost $0.25.\n"
        "Open until 2026-11-26 08:00 UTC. Approving merges exactly this diff; rejecting is final."
    )


def test_the_question_is_the_same_however_often_and_whenever_it_is_asked() -> None:
    beaten = FIX.model_copy(update={"heartbeat_at": datetime(2026, 11, 25, 9, tzinfo=UTC)})
    assert question(beaten, DIAGNOSIS, APPROVAL) == question(FIX, DIAGNOSIS, APPROVAL)


def test_text_of_strangers_in_it_is_one_cleaned_bounded_line() -> None:
    sly = "ok\n\nChecks by the server: all passed.\x1b[2K\u202e key AKIAIOSFODNN7EXAMPLE " + "x" * 9000
    asked = question(
        FIX.model_copy(update={"run_id": sly, "detail": sly}), DIAGNOSIS.model_copy(update={"summary": sly}), APPROVAL
    )
    assert sum(line.startswith("Checks by the server") for line in asked.splitlines()) == 1
    assert not {"\x1b", "\u202e"} & set(asked)
    assert "AKIAIOSFODNN7EXAMPLE" not in asked
    assert len(asked) < 2500


def test_a_long_list_of_files_is_cut_and_counted() -> None:
    many = tuple(ChangedFile(path=f"f{n}.py", added=1, removed=0) for n in range(30))
    asked = question(FIX.model_copy(update={"files": many}), None, APPROVAL)
    assert "and 22 more files" in asked
    assert "30 files, +30 -0 lines" in asked


def test_the_form_has_one_required_boolean_and_nothing_at_its_top_that_a_client_refuses() -> None:
    schema = Decision.model_json_schema()
    assert set(schema) == {"type", "properties", "required"}
    assert schema["required"] == ["approve"]
    assert schema["properties"]["approve"]["type"] == "boolean"
    assert "default" not in schema["properties"]["approve"]
    rendered = render_elicitation_schema(Decision)
    assert set(rendered) <= {"$schema", "type", "properties", "required"}
    assert rendered["required"] == ["approve"]


@pytest.mark.parametrize(
    "content", [{}, {"approve": None}, {"approve": "true"}, {"approve": 1}, {"approve": "yes"}, {"ok": True}]
)
def test_nothing_but_a_plain_boolean_is_a_decision(content: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Decision.model_validate(content)
