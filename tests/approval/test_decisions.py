"""Rule 5 at its edges: every way in which a decision does not count."""

from datetime import timedelta

import anyio
import pytest

from operator_mcp.approval.decisions import ask, decide, ways
from operator_mcp.errors import FixingError, RuleRefusal, UsageError
from tests.approval.conftest import DIGEST, START, Bench


async def test_the_question_stands_for_24_hours_and_asking_again_does_not_prolong_it(bench: Bench) -> None:
    fix = bench.wait()
    first = await ask(bench.ledger, fix)
    bench.time += timedelta(hours=3)
    assert await ask(bench.ledger, fix) == first
    assert first.expires_at == START + timedelta(hours=24)


@pytest.mark.parametrize(("approve", "state"), [(True, "approved"), (False, "rejected")])
async def test_a_decision_is_taken_once_and_remembered_with_its_human(bench: Bench, approve: bool, state: str) -> None:
    await ask(bench.ledger, bench.wait())
    assert (await decide(bench.ledger, bench.fix_id, approve, by="ada", digest=DIGEST)).state == state
    approval = bench.ledger.approval(bench.fix_id)
    assert approval is not None
    assert (approval.state, approval.decided_by) == (state, "ada")
    for again in (True,) if approve else (True, False):
        with pytest.raises(RuleRefusal) as refused:
            await decide(bench.ledger, bench.fix_id, again, by="bob", digest=DIGEST)
        assert refused.value.rule == 5
    assert bench.fix.state == state


@pytest.mark.parametrize("digest", ["", "d1", DIGEST[:11], "e" * 64, DIGEST + "0", "D1" * 32])
async def test_a_decision_about_other_bytes_does_not_count(bench: Bench, digest: str) -> None:
    await ask(bench.ledger, bench.wait())
    with pytest.raises(RuleRefusal) as refused:
        await decide(bench.ledger, bench.fix_id, True, by="ada", digest=digest)
    assert refused.value.rule == 5
    assert bench.fix.state == "awaiting_approval"


@pytest.mark.parametrize("digest", [DIGEST, DIGEST[:12], None])
async def test_the_digest_may_be_named_short_as_it_was_shown(bench: Bench, digest: str | None) -> None:
    await ask(bench.ledger, bench.wait())
    assert (await decide(bench.ledger, bench.fix_id, True, by="ada", digest=digest)).state == "approved"


async def test_a_decision_after_24_hours_comes_too_late_and_the_fix_expires(bench: Bench) -> None:
    await ask(bench.ledger, bench.wait())
    bench.time = START + timedelta(hours=24)
    with pytest.raises(RuleRefusal, match="expired"):
        await decide(bench.ledger, bench.fix_id, True, by="ada", digest=DIGEST)
    assert bench.fix.state == "expired"


async def test_a_fix_that_is_still_being_checked_cannot_be_decided(bench: Bench) -> None:
    with pytest.raises(RuleRefusal, match="nothing to decide"):
        await decide(bench.ledger, bench.fix_id, True, by="ada", digest=DIGEST)
    with pytest.raises(RuleRefusal):
        await ask(bench.ledger, bench.fix)
    assert bench.fix.state == "checking"


async def test_a_fix_whose_worker_died_before_asking_can_be_decided(bench: Bench) -> None:
    bench.wait()
    assert bench.ledger.approval(bench.fix_id) is None
    assert (await decide(bench.ledger, bench.fix_id, True, by="ada", digest=DIGEST)).state == "approved"


async def test_of_two_decisions_at_once_one_counts(bench: Bench) -> None:
    await ask(bench.ledger, bench.wait())
    ends: list[str] = []

    async def go(approve: bool) -> None:
        try:
            ends.append((await decide(bench.ledger, bench.fix_id, approve, by="ada", digest=DIGEST)).state)
        except RuleRefusal:
            ends.append("refused")

    async with anyio.create_task_group() as group:
        for approve in (True, False, True, False):
            group.start_soon(go, approve)
    # A rejection that comes after the approval withdraws it; nothing comes after a rejection.
    counts = (ends.count("approved"), ends.count("rejected"), ends.count("refused"))
    assert counts in ((1, 0, 3), (0, 1, 3), (1, 1, 2))
    assert bench.fix.state == ("rejected" if "rejected" in ends else "approved")


async def test_an_approved_fix_is_withdrawn_by_rejecting_the_same_bytes_and_only_while_it_is_not_merged(
    bench: Bench,
) -> None:
    await ask(bench.ledger, bench.wait())
    await decide(bench.ledger, bench.fix_id, True, by="ada", digest=DIGEST)
    with pytest.raises(RuleRefusal, match="other bytes"):
        await decide(bench.ledger, bench.fix_id, False, by="bob", digest="e" * 64)
    bench.time += timedelta(days=30)
    rejected = await decide(bench.ledger, bench.fix_id, False, by="bob", digest=DIGEST[:12])
    assert (rejected.state, "ada" in rejected.detail, "bob" in rejected.detail) == ("rejected", True, True)
    approval = bench.ledger.approval(bench.fix_id)
    assert approval is not None
    assert (approval.state, approval.decided_by) == ("rejected", "bob")
    assert (bench.ledger.audit(bench.fix_id)[0].actor, bench.ledger.audit(bench.fix_id)[0].action) == (
        "bob",
        "approved -> rejected",
    )
    for again in (True, False):
        with pytest.raises(RuleRefusal):
            await decide(bench.ledger, bench.fix_id, again, by="ada", digest=DIGEST)


async def test_a_merged_fix_cannot_be_rejected(bench: Bench) -> None:
    await ask(bench.ledger, bench.wait())
    await decide(bench.ledger, bench.fix_id, True, by="ada", digest=DIGEST)
    bench.ledger.move_fix(bench.fix_id, "approved", "merged", actor="test")
    with pytest.raises(RuleRefusal):
        await decide(bench.ledger, bench.fix_id, False, by="ada", digest=DIGEST)
    with pytest.raises(RuleRefusal, match="is merged"):
        bench.ledger.withdraw(bench.fix_id, by="ada", diff_digest=DIGEST)
    assert bench.fix.state == "merged"


async def test_only_a_human_withdraws(bench: Bench) -> None:
    await ask(bench.ledger, bench.wait())
    await decide(bench.ledger, bench.fix_id, True, by="ada", digest=DIGEST)
    with pytest.raises(RuleRefusal):
        bench.ledger.move_fix(bench.fix_id, "approved", "rejected", actor="fixing")
    with pytest.raises(UsageError):
        await decide(bench.ledger, bench.fix_id, False, by=" ", digest=DIGEST)
    assert bench.fix.state == "approved"


async def test_nobody_and_nothing_are_named_errors(bench: Bench) -> None:
    await ask(bench.ledger, bench.wait())
    with pytest.raises(UsageError):
        await decide(bench.ledger, bench.fix_id, True, by="  ", digest=None)
    with pytest.raises(UsageError, match="no fix has the id"):
        await decide(bench.ledger, "fix-unknown", True, by="ada", digest=None)
    with pytest.raises(FixingError, match="nothing to approve"):
        await ask(bench.ledger, bench.fix.model_copy(update={"tree": None}))


async def test_the_ways_fit_the_state_and_the_setting(bench: Bench) -> None:
    assert ways(bench.fix) == []
    waiting = bench.wait()
    assert [("session" in way, bench.fix_id in way) for way in ways(waiting)] == [(True, False), (False, True)]
    assert not any("session" in way for way in ways(waiting, in_session=False))
    await ask(bench.ledger, waiting)
    approved = await decide(bench.ledger, bench.fix_id, True, by="ada", digest=None)
    assert len(ways(approved)) == 1
    assert f"operator-mcp approve {bench.fix_id}" in ways(approved)[0]
