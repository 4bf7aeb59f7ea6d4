"""Memory in words, for every state a fix can be in."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from operator_mcp.memory.lines import SUMMARY, memory_line
from operator_mcp.memory.telling import seen, standing, step
from operator_mcp.models import LIVE_FIX_STATES, FixState, Memory
from tests.memory.conftest import verdict

FIRST = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
ADVICE = "read the key with a default"


def remembered(count: int = 14, fix: FixState | None = None, *, back: bool = False, summary: str = "s") -> Memory:
    last = FIRST + timedelta(days=9)
    return Memory(
        fingerprint="r:code_bug",
        diagnosis=verdict(summary=summary),
        count=count,
        first_seen=FIRST,
        last_seen=last,
        runs=("run-1",),
        signatures=("sig",),
        fix_state=fix,
        fix_id="fix-abc" if fix else None,
        fix_at=last + timedelta(days=-1 if back else 1) if fix else None,
    )


def test_how_often_and_since_when_is_said() -> None:
    assert seen(remembered()) == "seen 14 times since 2 Nov 2026"
    assert seen(remembered(1)) == "seen once since 2 Nov 2026"


@pytest.mark.parametrize("state", get_args(FixState))
def test_the_state_of_the_fix_is_said_in_words_with_its_id(state: FixState) -> None:
    memory = remembered(fix=state)
    assert seen(memory) == f"seen 14 times since 2 Nov 2026, fix {state.replace('_', ' ')} 12 Nov 2026 (fix-abc)"
    assert standing(memory) == state
    ended = state not in LIVE_FIX_STATES and state != "merged"
    assert (step(memory) == ADVICE) == ended
    assert ended or "fix-abc" in step(memory)


def test_a_failure_that_came_back_after_its_fix_is_said_to_have() -> None:
    memory = remembered(fix="merged", back=True)
    assert seen(memory).endswith("fix merged 10 Nov 2026 (fix-abc), and back after it, last on 11 Nov 2026")
    assert standing(memory) == "regressed"
    assert "did not hold" in step(memory)


def test_without_a_fix_the_diagnosis_says_what_to_do() -> None:
    assert (standing(remembered()), step(remembered())) == ("open", ADVICE)


def test_a_long_summary_is_one_short_line_in_a_list() -> None:
    line = memory_line(remembered(summary="a line\nand " + "more " * 200))
    assert len(line.summary) == SUMMARY
    assert line.summary.startswith("a line and more")
    assert line.summary.endswith("…")
