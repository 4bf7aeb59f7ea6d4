"""How failures travel, one way at a time, in runs small enough to check by eye."""

from pydantic import JsonValue

from operator_mcp.investigation.origin import find_origin, wanted_logs
from operator_mcp.models import Finding, Hop, Status
from tests.investigation.runs import hop, logs, run, warning

OK = Status.SUCCEEDED


def named(finding: Finding) -> str | None:
    return finding.origin.execution_id if finding.origin else None


def test_an_uncaught_failure_is_followed_down_through_its_relays() -> None:
    found = find_origin(
        run(
            hop("root", error="Execution failed: Execution failed: boom", span=(0, 3)),
            hop("middle", "root", error="Execution failed: boom", span=(0.1, 2.9)),
            hop("leaf", "middle", error="boom", span=(0.2, 2.8)),
        )
    )
    assert (named(found), found.verdict, found.kind) == ("leaf", "failed", "error")
    assert [ref.execution_id for ref in found.path] == ["root", "middle", "leaf"]
    assert found.confidence >= 0.9


def test_a_failure_with_the_same_words_all_the_way_is_followed_down_where_ids_tell_nothing_of_the_call() -> None:
    found = find_origin(
        run(
            hop("root", error="no title for page", span=(0, 3)),
            hop("middle", "root", error="no title for page", span=(0.1, 2.99)),
            hop("leaf", "middle", error="no title for page", span=(0.2, 2.98)),
        )
    )
    assert named(found) == "leaf"


def test_a_caught_failure_is_handled_and_the_later_one_of_the_caller_named() -> None:
    found = find_origin(
        run(
            hop("root", error="float division by zero", span=(0, 3)),
            hop("register", "root", error="Client error '401 Unauthorized'", span=(0.1, 0.5)),
            hop("copy", "root", status=OK, span=(0.7, 2.0)),
        )
    )
    assert named(found) == "root"
    assert [h.execution_id for h in found.handled] == ["register"]


def test_of_equal_words_in_two_branches_the_one_that_was_not_caught_is_named() -> None:
    found = find_origin(
        run(
            hop("root", error="Execution failed: 'issued_on'", span=(0, 3)),
            hop("optional", "root", status=OK, span=(0.1, 1.0)),
            hop("early", "optional", error="'issued_on'", span=(0.2, 0.6)),
            hop("late", "root", error="'issued_on'", span=(1.5, 2.9)),
        )
    )
    assert named(found) == "late"
    assert [h.execution_id for h in found.handled] == ["early"]


def test_the_last_attempt_stands_for_a_call_whose_attempts_were_used_up() -> None:
    same: JsonValue = {"page": 3}
    attempts = [
        hop(f"try{k}", "root", error="Server error '503'", span=(k, k + 0.4), input=same).model_copy(
            update={"reasoner": "fetch", "agent": "shop"}
        )
        for k in range(3)
    ]
    found = find_origin(run(hop("root", error="Execution failed: Server error '503'", span=(0, 2.5)), *attempts))
    assert named(found) in {"try0", "try1", "try2"}
    assert found.confidence >= 0.9


def test_attempts_that_a_later_equal_call_made_good_are_recovered() -> None:
    def call(id: str, status: Status, begun: float) -> Hop:
        row = hop(
            id, "root", status=status, error="busy" if status is Status.FAILED else None, span=(begun, begun + 0.3)
        )
        return row.model_copy(update={"reasoner": "fax", "agent": "fax", "input": {"to": "7"}})

    rows = [call("one", Status.FAILED, 0.1), call("two", Status.FAILED, 0.5), call("three", OK, 1.0)]
    found = find_origin(run(hop("root", status=OK, span=(0, 2)), *rows))
    assert (found.verdict, named(found)) == ("healthy", None)
    assert [h.execution_id for h in found.recovered] == ["one", "two"]


def test_a_wait_that_ended_is_followed_to_the_hop_that_was_still_at_work() -> None:
    found = find_origin(
        run(
            hop("root", error="Execution failed: Wait timeout reached after 4.0 seconds", span=(0, 4.3)),
            hop("waiter", "root", error="Wait timeout reached after 4.0 seconds", span=(0.1, 4.2)),
            hop("quick", "waiter", status=OK, span=(0.12, 0.15)),
            hop("stuck", "waiter", status=Status.RUNNING, span=(0.2, None)),
        )
    )
    assert (named(found), found.kind) == ("stuck", "hang")


def test_a_caller_without_words_over_an_open_child_waited_for_it() -> None:
    found = find_origin(
        run(
            hop("root", error=None, span=(0, 3)),
            hop("open", "root", status=Status.RUNNING, span=(0.1, None)),
            hop("inner", "open", status=Status.RUNNING, span=(0.2, None)),
        )
    )
    assert (named(found), found.kind) == ("inner", "hang")


def test_a_hop_begun_after_the_caller_gave_up_is_not_what_it_waited_for() -> None:
    found = find_origin(
        run(
            hop("root", error="Wait timeout reached after 1.0 seconds", span=(0, 1.1)),
            hop("stuck", "root", status=Status.RUNNING, span=(0.05, None)),
            hop("later", "stuck", status=Status.RUNNING, span=(2.0, None)),
        )
    )
    assert named(found) == "stuck"


def test_a_reaped_tree_is_named_at_its_deepest_quiet_hop() -> None:
    quiet = "execution timed out (no activity)"
    found = find_origin(
        run(
            hop("root", status=Status.TIMEOUT, error=quiet, span=(0, 600)),
            hop("done", "root", status=OK, span=(0.1, 0.4)),
            hop("deep", "root", status=Status.TIMEOUT, error=quiet, span=(0.5, 600.1)),
        )
    )
    assert (named(found), found.kind) == ("deep", "hang")


def test_an_agent_that_cannot_be_reached_is_the_origin() -> None:
    text = 'agent call failed: Post "http://10.0.0.9:1/x": connection refused'
    found = find_origin(
        run(
            hop("root", error=f"Execution failed: {text}", span=(0, 1)),
            hop("away", "root", error=text, reason="agent_unreachable", span=(0.5, 0.6)),
        )
    )
    assert (named(found), found.kind) == ("away", "unreachable")


def test_a_refusal_for_load_is_a_matter_of_capacity() -> None:
    text = "agent mill has reached max concurrent executions (3)"
    found = find_origin(
        run(
            hop("root", error=f"Execution failed: {text}", span=(0, 1)),
            hop("full", "root", error=text, reason="concurrency_limit", span=(0.5, 0.6)),
        )
    )
    assert (named(found), found.kind) == ("full", "capacity")


def test_hops_orphaned_in_one_moment_are_one_restart() -> None:
    text = "agent_restart_orphaned: mill re-registered with new instance b (was a); previous process is gone"
    found = find_origin(
        run(
            hop("root", error=f"Execution failed: {text}", span=(0, 3)),
            hop("outer", "root", error=text, reason=text, span=(0.1, 2.5)),
            hop("inner", "outer", error=text, reason=text, span=(0.2, 2.5)),
        )
    )
    assert named(found) in {"outer", "inner"}
    assert found.kind == "orphaned"


def test_siblings_cancelled_after_the_first_failure_are_collateral() -> None:
    stop = "cancelled_by_control_plane"
    found = find_origin(
        run(
            hop("root", error="Execution failed: boom", span=(0, 2)),
            hop("broken", "root", error="boom", span=(0.1, 1.0)),
            hop("stopped", "root", status=Status.CANCELLED, error=stop, span=(0.1, 1.8)),
        )
    )
    assert named(found) == "broken"
    assert [h.execution_id for h in found.collateral] == ["stopped"]


def test_a_hop_that_a_person_cancelled_is_named_where_its_caller_says_so() -> None:
    found = find_origin(
        run(
            hop("root", error="Execution was cancelled: None", span=(0, 2)),
            hop("fine", "root", status=OK, span=(0.1, 0.2)),
            hop("halted", "root", status=Status.CANCELLED, error="cancelled_by_control_plane", span=(0.3, 1.8)),
        )
    )
    assert (named(found), found.kind) == ("halted", "cancelled")


def test_a_cancelled_root_is_a_cancelled_run() -> None:
    found = find_origin(
        run(hop("root", status=Status.CANCELLED, span=(0, 2)), hop("child", "root", status=OK, span=(0.1, 5)))
    )
    assert (found.verdict, named(found), found.kind) == ("cancelled", "root", "cancelled")


def test_a_rejected_approval_is_a_persons_decision() -> None:
    gate = hop("gate", "root", error="not released", span=(0.1, 1.8)).model_copy(update={"approval_status": "rejected"})
    found = find_origin(run(hop("root", error="Execution failed: not released", span=(0, 2)), gate))
    assert (named(found), found.kind) == ("gate", "human")


def test_the_failed_one_of_two_roots_decides() -> None:
    found = find_origin(
        run(
            hop("first", status=OK, span=(0, 1)),
            hop("second", error="x broke", span=(2, 3)),
            hop("kid", "first", span=(0.1, 0.3)),
        )
    )
    assert (found.verdict, named(found)) == ("failed", "second")
    assert [h.execution_id for h in found.handled] == ["kid"]


def test_words_of_a_failure_whose_caller_was_never_recorded_are_followed_to_it() -> None:
    found = find_origin(
        run(
            hop("root", error="Execution failed: Execution failed: Execution failed: 'rate_id'", span=(0, 4)),
            hop("relay", "root", error="Execution failed: Execution failed: 'rate_id'", span=(0.1, 3.9)),
            hop("stray", "gone", error="Execution failed: 'rate_id'", span=(0.5, 3.5)),
            hop("leaf", "stray", error="'rate_id'", span=(0.6, 3.4)),
        )
    )
    assert named(found) == "leaf"


def test_an_unfinished_run_names_nothing_but_tells_what_is_undecided() -> None:
    found = find_origin(
        run(hop("root", status=Status.RUNNING, span=(0, None)), hop("child", "root", error="boom", span=(0.1, 0.5)))
    )
    assert (found.verdict, named(found)) == ("unfinished", None)
    assert [a.execution_id for a in found.alternatives] == ["child"]


def test_a_failure_after_which_a_running_caller_went_on_is_not_undecided() -> None:
    found = find_origin(
        run(
            hop("root", status=Status.RUNNING, span=(0, None)),
            hop("child", "root", error="boom", span=(0.1, 0.5)),
            hop("next", "root", status=Status.RUNNING, span=(0.9, None)),
        )
    )
    assert found.alternatives == ()
    assert [h.execution_id for h in found.handled] == ["child"]


def test_a_run_without_rows_has_nothing_to_report() -> None:
    found = find_origin(run())
    assert (found.verdict, named(found), found.path) == ("healthy", None, ())


def test_logs_are_wanted_only_where_they_could_decide() -> None:
    rows = run(
        hop("root", error="the order was not served", span=(0, 1.02)),
        hop("caught", "root", error="the shelf is empty", span=(0.1, 1.0)),
    )
    unsure = find_origin(rows)
    assert unsure.confidence < 0.9
    assert wanted_logs(rows, unsure) == ("root",)
    sure = run(
        hop("root", error="Execution failed: boom now", span=(0, 1)),
        hop("leaf", "root", error="boom now", span=(0, 0.9)),
    )
    assert wanted_logs(sure, find_origin(sure)) == ()


def test_a_warning_after_a_failure_speaks_for_its_having_been_caught() -> None:
    rows = run(
        hop("root", error="the order was not served", span=(0, 1.05)),
        hop("caught", "root", error="the shelf is empty", span=(0.1, 1.0)),
    )
    silent = find_origin(rows, logs(root=()))
    warned = find_origin(rows, logs(root=(warning("doing without do_caught", 1.01),)))
    assert named(silent) == "caught"
    assert named(warned) == "root"


def test_the_reasons_can_be_checked_against_the_rows() -> None:
    found = find_origin(
        run(
            hop("root", error="Execution failed: boom now", span=(0, 1)),
            hop("leaf", "root", error="boom now", span=(0, 0.9)),
        )
    )
    told = " ".join(found.why)
    assert 2 <= len(found.why) <= 4
    assert "leaf-desk.do_leaf" in told
    assert "02:00:00.900" in told
    assert "boom now" in told
    assert "root-desk.do_root failed 0.100 s later" in told
