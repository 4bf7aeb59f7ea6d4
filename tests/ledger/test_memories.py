from datetime import timedelta

import pytest

from operator_mcp.errors import UsageError
from operator_mcp.ledger import Ledger
from tests.ledger.conftest import START, Clock, Racers, diagnosis
from tests.ledger.test_fixes import book, finish, in_state

HOUR = timedelta(hours=1)


def test_a_remembered_failure_is_recalled_by_its_signature(ledger: Ledger) -> None:
    memory = ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "sig")
    assert memory.count == 1
    assert (memory.runs, memory.signatures) == (("run-1",), ("sig",))
    assert (memory.first_seen, memory.last_seen) == (START, START)
    assert ledger.recall("fleet", "sig") == memory
    assert ledger.memory("fleet", "r:bug") == memory
    assert ledger.recall("fleet", "other") is None
    assert ledger.recall("other fleet", "sig") is None
    assert ledger.memory("fleet", "r:other") is None


def test_a_run_is_counted_once_however_often_it_is_seen(ledger: Ledger, clock: Clock) -> None:
    ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "sig")
    clock.forward(HOUR)
    for _ in range(3):
        seen = ledger.see_again("fleet", "run-2", "sig")
        ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "sig")
    assert seen is not None
    assert seen.count == 2
    assert seen.runs == ("run-2", "run-1")
    assert (seen.first_seen, seen.last_seen) == (START, START + HOUR)


def test_an_unknown_or_empty_signature_is_never_recognised(ledger: Ledger) -> None:
    ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "")
    assert ledger.see_again("fleet", "run-2", "") is None
    assert ledger.see_again("fleet", "run-2", "new") is None
    assert ledger.recall("fleet", "") is None


def test_processes_that_see_the_same_runs_at_once_count_each_run_once(url: str, ledger: Ledger, racers: Racers) -> None:
    ledger.remember("fleet", "run-0", "r:bug", diagnosis(), "s")
    runs = [{"run_id": f"run-{n}"} for n in range(1, 11)]
    racers.race(url, "see_again", runs)
    racers.race(url, "remember", runs)
    memory = ledger.memory("fleet", "r:bug")
    assert memory is not None
    assert memory.count == 11


def test_a_thousand_runs_failing_alike_tell_a_short_memory_with_the_whole_count(ledger: Ledger) -> None:
    ledger.remember("fleet", "run-0", "r:bug", diagnosis(), "sig")
    for n in range(1, 60):
        ledger.see_again("fleet", f"run-{n}", "sig")
    memory = ledger.memory("fleet", "r:bug")
    assert memory is not None
    assert memory.count == 60
    assert memory.runs == tuple(f"run-{n}" for n in range(59, 39, -1))


def test_a_provisional_memory_is_replaced_by_a_better_one_and_never_the_reverse(ledger: Ledger) -> None:
    told = []
    for n, given in enumerate(
        [
            diagnosis(confidence=0.9, provisional=True, summary="provisional"),
            diagnosis(confidence=0.5, summary="settled"),
            diagnosis(confidence=0.99, provisional=True, summary="provisional again"),
            diagnosis(confidence=0.99, engine="memory", summary="echo"),
            diagnosis(confidence=0.4, engine="model", summary="reasoned"),
            diagnosis(confidence=1.0, summary="rules again"),
        ]
    ):
        told.append(ledger.remember("fleet", f"run-{n}", "r:bug", given, "sig").diagnosis.summary)
    assert told == ["provisional", "settled", "settled", "settled", "reasoned", "reasoned"]


def test_a_run_whose_cause_is_found_to_be_another_moves_with_its_signature(ledger: Ledger) -> None:
    ledger.remember("fleet", "run-1", "r:guess", diagnosis("guess", 0.4, provisional=True), "sig")
    moved = ledger.remember("fleet", "run-1", "r:bug", diagnosis("bug", 0.9), "sig")
    assert (moved.fingerprint, moved.count, moved.runs) == ("r:bug", 1, ("run-1",))
    assert ledger.memory("fleet", "r:guess") is None
    assert ledger.recall("fleet", "sig") == moved


def test_the_other_runs_of_a_memory_stay_when_one_moves_away(ledger: Ledger) -> None:
    ledger.remember("fleet", "run-1", "r:guess", diagnosis("guess", 0.4, provisional=True), "sig")
    ledger.see_again("fleet", "run-2", "sig")
    ledger.remember("fleet", "run-1", "r:bug", diagnosis("bug", 0.9, "model"), "sig")
    left = ledger.memory("fleet", "r:guess")
    assert left is not None
    assert (left.count, left.runs) == (1, ("run-2",))


def test_a_worse_reading_moves_neither_run_nor_signature(ledger: Ledger) -> None:
    known = ledger.remember("fleet", "run-1", "r:bug", diagnosis("bug", 0.9, "model"), "sig")
    assert ledger.remember("fleet", "run-1", "r:guess", diagnosis("guess", 0.95), "sig") == known
    assert ledger.memory("fleet", "r:guess") is None
    ledger.remember("fleet", "run-2", "r:guess", diagnosis("guess", 0.95), "sig")
    assert ledger.recall("fleet", "sig") == known


def test_a_recurrence_after_the_merge_shows_the_merge_and_its_time(ledger: Ledger, clock: Clock) -> None:
    ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "sig")
    fix = book(ledger, fingerprint="r:bug")
    seen = ledger.see_again("fleet", "run-2", "sig")
    assert seen is not None
    assert (seen.fix_state, seen.fix_id) == ("booked", fix.fix_id)
    clock.forward(HOUR)
    finish(ledger, fix)
    clock.forward(HOUR)
    seen = ledger.see_again("fleet", "run-3", "sig")
    assert seen is not None
    assert (seen.fix_state, seen.fix_at, seen.count) == ("merged", START + HOUR, 3)


def test_memory_tells_the_newest_fix_of_a_fingerprint(ledger: Ledger) -> None:
    ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "sig")
    finish(ledger, book(ledger, "run-1", fingerprint="r:bug"))
    newer = in_state(ledger, "failed", "run-2", fingerprint="r:bug")
    memory = ledger.memory("fleet", "r:bug")
    assert memory is not None
    assert (memory.fix_id, memory.fix_state) == (newer.fix_id, "failed")


def test_memories_are_paged_newest_first(ledger: Ledger, clock: Clock) -> None:
    for n in range(5):
        ledger.remember("fleet", f"run-{n}", f"r:cause{n}", diagnosis(f"cause{n}"), f"sig{n}")
        clock.forward(HOUR if n % 2 else timedelta(0))
    ledger.remember("other fleet", "run", "r:elsewhere", diagnosis(), "sig")
    told, cursor = [], None
    for _ in range(3):
        page = ledger.memories("fleet", limit=2, cursor=cursor)
        told.append([memory.fingerprint for memory in page.memories])
        cursor = page.next_cursor
    assert told == [["r:cause4"], ["r:cause2", "r:cause3"], ["r:cause0", "r:cause1"]] or told == [
        ["r:cause4", "r:cause2"],
        ["r:cause3", "r:cause0"],
        ["r:cause1"],
    ]
    assert cursor is None


@pytest.mark.parametrize("cursor", ["nonsense", "2026-03-01T02:00:00 r:bug", " "])
def test_a_strange_cursor_is_refused(ledger: Ledger, cursor: str) -> None:
    with pytest.raises(UsageError, match="not a cursor of this list"):
        ledger.memories("fleet", cursor=cursor)


def test_what_a_human_forgets_is_gone_audited_and_may_be_learnt_anew(ledger: Ledger) -> None:
    ledger.remember("fleet", "run-1", "r:bug", diagnosis(summary="wrong"), "sig")
    ledger.see_again("fleet", "run-2", "sig")
    assert ledger.forget("fleet", "r:bug", actor="anna")
    assert ledger.recall("fleet", "sig") is None
    assert ledger.memories("fleet").memories == ()
    assert not ledger.forget("fleet", "r:bug", actor="anna")
    assert [(line.actor, line.action, line.detail) for line in ledger.audit("r:bug")] == [
        ("anna", "forgotten", "2 runs in fleet")
    ]
    again = ledger.remember("fleet", "run-1", "r:bug", diagnosis(confidence=0.1, summary="right"), "sig")
    assert (again.count, again.diagnosis.summary) == (1, "right")


def test_the_backlog_ranks_by_count_and_recency(ledger: Ledger, clock: Clock) -> None:
    for n in range(3):
        ledger.remember("fleet", f"old-{n}", "r:old", diagnosis("old"), "old")
    clock.forward(timedelta(days=14))
    ledger.remember("fleet", "new-0", "r:new", diagnosis("new"), "new")
    ledger.remember("fleet", "q-0", "q:ns:bug", diagnosis("bug"), "q")
    items = ledger.backlog("fleet", "r")
    assert [(item.memory.fingerprint, item.weight) for item in items] == [("r:new", 1.0), ("r:old", 0.75)]
    assert [(load.reasoner, load.causes, load.runs) for load in ledger.reasoners("fleet")] == [
        ("r", 2, 4),
        ("q:ns", 1, 1),
    ]
    assert ledger.backlog("other fleet", "r") == []
