"""When an answer about a run may be kept for good."""

from datetime import timedelta

from operator_mcp.investigation.settled import settled
from operator_mcp.models import Hop, LogEntry, Run, Status, Trace
from tests.investigation.runs import START, at, hop

LOG = LogEntry(seq=1, level="error", message="no page")


def run(*hops: Hop) -> Run:
    return Run(run_id="r", hops=hops)


def trace(*logs: LogEntry) -> Trace:
    failed = Status.FAILED
    return Trace(run_id="r", execution_id="a", agent="a", reasoner="a", status=failed, kind="error", logs=logs)


def test_an_ended_run_with_its_logs_is_kept_at_once() -> None:
    assert settled(run(hop("a", error="x", span=(0, 1))), trace(LOG), at(1.1))


def test_logs_that_may_still_be_on_their_way_are_waited_for() -> None:
    ended = run(hop("a", error="x", span=(0, 1)))
    assert not settled(ended, trace(), at(5))
    assert settled(ended, trace(), at(90))


def test_a_row_that_is_open_may_still_tell_more_until_nobody_moves_it() -> None:
    waiting = run(hop("a", error="x", span=(0, 1)), hop("b", "a", status=Status.RUNNING, span=(0.5, None)))
    assert not settled(waiting, trace(LOG), at(60))
    assert settled(waiting, trace(LOG), START + timedelta(hours=1))
