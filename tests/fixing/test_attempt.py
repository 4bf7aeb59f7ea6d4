"""One attempt, end to end, in real repositories with real suites."""

from pathlib import Path

import pytest

from operator_mcp.fixing.attempt import run_attempt
from tests.fixing import repositories
from tests.fixing.conftest import Workshop
from tests.fixing.repositories import PATCH, PATCH_TO_SOURCE, REGRESSION, addition, git, settings, snapshot


async def test_a_good_patch_becomes_a_branch_that_waits_for_a_human(user: Path, workshop: Workshop) -> None:
    base = git(user, "rev-parse", "main")
    fix = await workshop.drafted(settings(user), run="run-7")
    assert (fix.state, fix.branch, fix.base) == ("awaiting_approval", "operator/run-7-1", base)
    assert fix.checks.model_dump() == {
        "suite_before": "passed",
        "suite_after": "passed",
        "regression_on_base": "failed",
        "regression_on_fix": "passed",
    }
    assert git(user, "rev-parse", "operator/run-7-1") == fix.head
    assert git(user, "rev-parse", "operator/run-7-1^{tree}") == fix.tree
    assert git(user, "rev-parse", "operator/run-7-1^") == base
    assert [(f.path, f.added, f.removed) for f in fix.files] == [("calc.py", 1, 1), ("tests/test_nobody.py", 8, 0)]
    assert git(user, "show", "operator/run-7-1:calc.py") + "\n" == repositories.FIXED
    approval = workshop.ledger.approval(fix.fix_id)
    assert approval is not None
    assert (approval.state, approval.diff_digest) == ("waiting", fix.diff_digest)


async def test_the_commit_says_which_run_fix_and_diagnosis_it_belongs_to(user: Path, workshop: Workshop) -> None:
    fix = await workshop.drafted(settings(user), run="run-7")
    said = git(user, "log", "-1", "--format=%an|%(trailers:only,unfold)", str(fix.head))
    assert said == f"operator-mcp|Operator-Run: run-7\nOperator-Fix: {fix.fix_id}\nOperator-Diagnosis: half:run-7"


async def test_drafting_leaves_the_users_tree_index_and_configuration_byte_identical(
    user: Path, workshop: Workshop
) -> None:
    (user / "calc.py").write_text("# being edited\n")
    (user / "new.txt").write_text("not added\n")
    before = snapshot(user)
    fix = await workshop.drafted(settings(user))
    assert fix.state == "awaiting_approval"
    assert snapshot(user) == before


async def test_a_patch_without_a_test_is_not_verified(user: Path, workshop: Workshop) -> None:
    fix = await workshop.drafted(settings(user), PATCH_TO_SOURCE)
    assert fix.state == "not_verified"
    assert "no test file" in fix.detail
    assert git(user, "branch", "--list", "operator/*") == ""


async def test_a_regression_test_that_passes_without_the_fix_proves_nothing(user: Path, workshop: Workshop) -> None:
    empty = REGRESSION.replace("half(4, 0), 0", "half(4, 4), 1")
    fix = await workshop.drafted(settings(user), PATCH_TO_SOURCE + addition("tests/test_nobody.py", empty))
    assert (fix.state, fix.checks.regression_on_base) == ("not_verified", "passed")
    assert "passes without the fix" in fix.detail


async def test_a_test_file_that_holds_no_test_proves_nothing(user: Path, workshop: Workshop) -> None:
    fix = await workshop.drafted(settings(user), PATCH_TO_SOURCE + addition("tests/test_nobody.py", "X = 1\n"))
    assert fix.state == "not_verified"
    assert "found no tests" in fix.detail


async def test_a_suite_that_fails_already_is_not_blamed_on_the_fix(user: Path, workshop: Workshop) -> None:
    repositories.commit(user, {"tests/test_broken.py": "raise SystemExit(3)\n"}, "break the suite")
    fix = await workshop.drafted(settings(user))
    assert (fix.state, fix.checks.suite_before) == ("not_verified", "failed")
    assert "on the base already" in fix.detail


async def test_a_fix_that_breaks_the_suite_is_not_verified(user: Path, workshop: Workshop) -> None:
    broken = PATCH.replace("total / people if people else 0.0", "0")
    fix = await workshop.drafted(settings(user), broken)
    assert (fix.state, fix.checks.suite_after) == ("not_verified", "failed")
    assert fix.checks.regression_on_fix is None


async def test_a_regression_test_that_still_fails_is_not_verified(user: Path, workshop: Workshop) -> None:
    repositories.commit(user, {"tests/__init__.py": "", "slow.txt": "x\n"}, "more")
    patch = PATCH.replace("if people else 0.0", "if people else 1.0")
    fix = await workshop.drafted(settings(user), patch)
    assert (fix.state, fix.checks.suite_after) == ("not_verified", "failed")


async def test_a_suite_that_cannot_be_started_fails_the_fix_and_names_the_command(
    user: Path, workshop: Workshop
) -> None:
    fix = await workshop.drafted(settings(user, suite=("no-such-runner", "-q")))
    assert fix.state == "failed"
    assert "no-such-runner" in fix.detail


async def test_an_empty_suite_is_named(user: Path, workshop: Workshop) -> None:
    fix = await workshop.drafted(settings(user, suite=()))
    assert (fix.state, "suite is empty" in fix.detail) == ("failed", True)


async def test_edited_lines_of_an_existing_test_are_pointed_out(user: Path, workshop: Workshop) -> None:
    edit = (
        "--- a/tests/test_calc.py\n+++ b/tests/test_calc.py\n@@ -6,3 +6,3 @@\n class HalfTest(unittest.TestCase):\n"
        "     def test_two_share(self) -> None:\n-        self.assertEqual(half(4, 2), 2)\n"
        "+        self.assertEqual(half(4, 0), 0)\n"
    )
    fix = await workshop.drafted(settings(user), PATCH_TO_SOURCE + edit)
    assert fix.state == "awaiting_approval", fix.detail
    assert fix.detail == "lines of existing tests were changed: tests/test_calc.py"


@pytest.mark.parametrize("state", ["drafting", "checking", "awaiting_approval"])
async def test_calling_again_never_starts_a_second_attempt(user: Path, workshop: Workshop, state: str) -> None:
    repository = settings(user)
    fix = workshop.booked(repository)
    if state == "awaiting_approval":
        await run_attempt(workshop.ledger, fix.fix_id, repository, PATCH, workshop.home)
    else:
        workshop.ledger.move_fix(fix.fix_id, "booked", "drafting", actor="killed")
        if state == "checking":
            workshop.ledger.move_fix(fix.fix_id, "drafting", "checking", actor="killed")
    lines = len(workshop.actions(fix))
    again = await run_attempt(workshop.ledger, fix.fix_id, repository, PATCH, workshop.home)
    assert (again.state, len(workshop.actions(fix))) == (state, lines)


async def test_a_branch_of_the_same_name_that_somebody_else_has_is_never_moved(user: Path, workshop: Workshop) -> None:
    git(user, "branch", "operator/run-7-1", "main")
    fix = await workshop.drafted(settings(user), run="run-7")
    assert fix.branch == "operator/run-7-2"
    assert git(user, "rev-parse", "operator/run-7-1") == git(user, "rev-parse", "main")


async def test_a_bare_repository_and_a_linked_worktree_can_be_fixed(
    tmp_path: Path, user: Path, workshop: Workshop
) -> None:
    git(user, "clone", "--quiet", "--bare", str(user), str(tmp_path / "bare.git"))
    git(user, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    for path in (tmp_path / "bare.git", tmp_path / "linked"):
        fix = await workshop.drafted(settings(path))
        assert fix.state == "awaiting_approval", fix.detail
        assert git(path, "rev-parse", str(fix.branch)) == fix.head
