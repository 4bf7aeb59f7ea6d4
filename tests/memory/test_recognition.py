"""The benchmark of recognition, over a few seeds of its own: it holds its bounds, and it can fail."""

from dataclasses import replace

from benchmarks.recurrence import looks, merges
from benchmarks.twins import play

SEEDS = range(500, 503)


def test_one_failure_is_recognised_and_two_are_told_apart() -> None:
    firsts, pairs = looks(SEEDS)
    missed = sum(a.signature != b.signature for a, b in pairs)
    apart, merged = merges(firsts)
    assert len(pairs) >= 80
    assert apart >= 40
    assert missed <= 0.05 * len(pairs)
    assert merged <= 0.01 * apart


def test_the_benchmark_would_notice_signatures_that_tell_nothing() -> None:
    firsts, _ = looks(range(500, 502))
    apart, merged = merges([replace(look, signature="the same for all") for look in firsts])
    assert apart == merged > 0
    assert merges([replace(look, signature="") for look in firsts])[1] == 0


def test_two_plays_of_one_scene_share_what_failed_and_no_id() -> None:
    once, again = play("chain", 3, wordings="provider"), play("chain", 3, 1, wordings="provider")
    assert once.truth == again.truth is not None
    ids = [{hop.execution_id for hop in played.generated.run.hops} for played in (once, again)]
    assert not ids[0] & ids[1]
    assert once.generated.run.run_id != again.generated.run.run_id
