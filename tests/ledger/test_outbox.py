from datetime import timedelta

from operator_mcp.ledger import Ledger
from tests.ledger.conftest import Clock, diagnosis
from tests.ledger.test_fixes import book

SECOND = timedelta(seconds=1)


def test_what_was_remembered_is_pending_until_it_is_written(ledger: Ledger) -> None:
    memory = ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "sig")
    assert ledger.pending_mirrors("other fleet") == []
    (mirror,) = ledger.pending_mirrors("fleet")
    assert (mirror.fingerprint, mirror.memory, mirror.attempts) == ("r:bug", memory, 0)
    ledger.mirror_done(mirror.mirror_id)
    assert ledger.pending_mirrors("fleet") == []


def test_changes_before_the_write_are_written_once_as_they_are_by_then(ledger: Ledger) -> None:
    ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "sig")
    ledger.see_again("fleet", "run-2", "sig")
    ledger.remember("fleet", "run-3", "r:other", diagnosis("other"), "other")
    told = [(mirror.fingerprint, mirror.memory and mirror.memory.count) for mirror in ledger.pending_mirrors("fleet")]
    assert told == [("r:bug", 2), ("r:other", 1)]


def test_a_claimed_copy_is_not_handed_to_another_before_its_lease_ends(ledger: Ledger, clock: Clock) -> None:
    ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "sig")
    (claimed,) = ledger.pending_mirrors("fleet", lease=60 * SECOND)
    assert ledger.pending_mirrors("fleet") == []
    clock.forward(60 * SECOND)
    assert [mirror.mirror_id for mirror in ledger.pending_mirrors("fleet")] == [claimed.mirror_id]


def test_a_change_during_a_write_is_written_after_it(ledger: Ledger, clock: Clock) -> None:
    ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "sig")
    (claimed,) = ledger.pending_mirrors("fleet", lease=60 * SECOND)
    ledger.see_again("fleet", "run-2", "sig")
    ledger.mirror_done(claimed.mirror_id)
    assert ledger.pending_mirrors("fleet") == []
    clock.forward(60 * SECOND)
    (mirror,) = ledger.pending_mirrors("fleet")
    assert mirror.mirror_id != claimed.mirror_id
    assert mirror.memory is not None
    assert mirror.memory.count == 2


def test_a_refused_copy_is_tried_again_later_and_later_but_never_given_up(ledger: Ledger, clock: Clock) -> None:
    ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "sig")
    for attempt, wait in enumerate([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]):
        (mirror,) = ledger.pending_mirrors("fleet")
        assert mirror.attempts == attempt
        ledger.mirror_failed(mirror.mirror_id, "503")
        clock.forward((wait - 1) * SECOND)
        assert ledger.pending_mirrors("fleet") == []
        clock.forward(SECOND)


def test_a_forgotten_fingerprint_is_to_be_deleted_over_there(ledger: Ledger) -> None:
    ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "sig")
    ledger.forget("fleet", "r:bug", actor="anna")
    (mirror,) = ledger.pending_mirrors("fleet")
    assert (mirror.fingerprint, mirror.memory) == ("r:bug", None)


def test_a_fix_that_moves_is_told_to_the_mirror_where_its_failure_is_remembered(ledger: Ledger) -> None:
    ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "sig")
    known, unknown = book(ledger, "run-1", fingerprint="r:bug"), book(ledger, "run-2", fingerprint="r:unknown")
    (mirror,) = ledger.pending_mirrors("fleet", lease=timedelta(0))
    ledger.mirror_done(mirror.mirror_id)
    for fix in (known, unknown):
        ledger.move_fix(fix.fix_id, "booked", "drafting", actor="worker")
    (mirror,) = ledger.pending_mirrors("fleet")
    assert mirror.memory is not None
    assert mirror.memory.fix_state == "drafting"
