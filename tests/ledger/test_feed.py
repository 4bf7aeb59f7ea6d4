"""Memory's changes are told to whoever follows, and our copies over there are told from others'."""

from datetime import timedelta

from operator_mcp.ledger import Ledger
from operator_mcp.ledger.copies import KEPT
from tests.ledger.conftest import Clock, Racers, diagnosis
from tests.ledger.test_fixes import book

HOUR = timedelta(hours=1)


def test_every_change_of_memory_gives_a_higher_version_and_is_told_by_its_fingerprint(ledger: Ledger) -> None:
    assert (ledger.memory_version("fleet"), ledger.memory_changed("fleet", 0)) == (0, [])
    ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "sig")
    first = ledger.memory_version("fleet")
    ledger.remember("fleet", "run-2", "r:other", diagnosis("other"), "other")
    ledger.see_again("fleet", "run-3", "sig")
    assert ledger.memory_version("fleet") > first > 0
    assert ledger.memory_changed("fleet", first) == ["r:other", "r:bug"]
    assert ledger.memory_changed("fleet", ledger.memory_version("fleet")) == []


def test_what_changes_nothing_gives_no_new_version(ledger: Ledger) -> None:
    ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "sig")
    version = ledger.memory_version("fleet")
    ledger.see_again("fleet", "run-1", "sig")
    ledger.see_again("fleet", "run-2", "unknown")
    ledger.memory("fleet", "r:bug")
    assert ledger.memory_version("fleet") == version
    assert ledger.memory_version("other fleet") == 0


def test_forgetting_and_a_fix_that_moves_are_changes(ledger: Ledger) -> None:
    ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "sig")
    fix = book(ledger, "run-1", fingerprint="r:bug")
    version = ledger.memory_version("fleet")
    ledger.move_fix(fix.fix_id, "booked", "drafting", actor="worker")
    moved = ledger.memory_version("fleet")
    ledger.forget("fleet", "r:bug", actor="anna")
    assert ledger.memory_version("fleet") > moved > version
    assert ledger.memory_changed("fleet", moved) == ["r:bug"]


def test_changes_of_another_process_are_seen(url: str, ledger: Ledger, racers: Racers) -> None:
    ledger.remember("fleet", "run-0", "r:bug", diagnosis(), "s")
    version = ledger.memory_version("fleet")
    racers.race(url, "see_again", [{"run_id": "run-1"}])
    assert ledger.memory_changed("fleet", version) == ["r:bug"]


def test_copies_are_known_as_ours_and_only_the_last_ones_are_kept(ledger: Ledger) -> None:
    assert ledger.own_copies("fleet", "r:bug") == frozenset()
    for n in range(KEPT + 2):
        ledger.note_copy("fleet", "r:bug", f"digest-{n}")
    ledger.note_copy("fleet", "r:bug", f"digest-{KEPT + 1}")
    assert ledger.own_copies("fleet", "r:bug") == {f"digest-{n}" for n in range(2, KEPT + 2)}
    assert ledger.own_copies("fleet", "r:other") == frozenset()


def test_copies_that_wait_for_failing_are_hastened_and_claimed_ones_are_not(ledger: Ledger, clock: Clock) -> None:
    ledger.remember("fleet", "run-1", "r:bug", diagnosis(), "sig")
    for _ in range(5):
        (mirror,) = ledger.pending_mirrors("fleet")
        ledger.mirror_failed(mirror.mirror_id, "503")
        clock.forward(HOUR)
    (mirror,) = ledger.pending_mirrors("fleet")
    ledger.hasten_mirrors("fleet")
    assert ledger.pending_mirrors("fleet") == []
    ledger.mirror_failed(mirror.mirror_id, "503")
    assert ledger.pending_mirrors("fleet") == []
    ledger.hasten_mirrors("fleet")
    assert [m.fingerprint for m in ledger.pending_mirrors("fleet")] == ["r:bug"]
