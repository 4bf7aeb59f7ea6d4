"""A success that is none, told from results that merely speak of failures."""

import pytest
from pydantic import JsonValue

from operator_mcp.investigation.origin import find_origin
from operator_mcp.models import Status
from tests.investigation.runs import hop, run

ENVELOPE: dict[str, JsonValue] = {
    "status": "cancelled",
    "execution_id": "exec_1",
    "error_message": "cancelled_by_control_plane",
    "result": None,
    "duration_ms": 14,
}


def test_a_root_that_returns_a_failure_envelope_succeeded_falsely() -> None:
    found = find_origin(run(hop("root", status=Status.SUCCEEDED, result=ENVELOPE)))
    assert found.verdict == "healthy"
    assert found.false_success is not None
    assert found.false_success.execution_id == "root"
    assert "cancelled_by_control_plane" in found.false_success.why


@pytest.mark.parametrize(
    "result",
    [
        {"status": "failed", "error": None, "items": []},
        {"errors": 0, "note": "previous attempt failed: timeout"},
        {"status": "failed", "error_message": "no reading today", "meters": 4},
        {**ENVELOPE, "result": {"pages": 3}},
        {**ENVELOPE, "error_message": None},
        {**ENVELOPE, "error_message": ""},
        ["failed"],
        "error_message: failed",
        None,
    ],
)
def test_results_that_merely_speak_of_failure_are_believed(result: JsonValue) -> None:
    assert find_origin(run(hop("root", status=Status.SUCCEEDED, result=result))).false_success is None
