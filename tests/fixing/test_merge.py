"""Merging: the approved bytes and no others, into a base they fit, at most once, never over somebody's work."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import anyio
import pytest

from operator_mcp.approval.decisions import decide
from operator_mcp.errors import RuleRefusal
from operator_mcp.fixing import landing
from operator_mcp.fixing import merge as merging
from operator_mcp.fixing.job import Job
from operator_mcp.fixing.merge import merge
from operator_mcp.fixing.publish import bring
from operator_mcp.fixing.repository import locate
from operator_mcp.fixing.turns import turn
from operator_mcp.fixing.workspace import Workspace
from tests.fixing import repositories
from tests.fixing.conftest import Approved, Workshop
from tests.fixing.repositories import CALC, FIXED, PATCH, REGRESSION, addition, git, settings, snapshot

pytestmark = pytest.mark.heavy

OTHER = "from calc import half\n\n\ndef quarter(total: float) -> float:\n    return half(half(total, 2), 2)\n"


async def test_an_approved_fix_is_merged_where_the_base_is_checked_out_and_clean(approved: Approved) -> None:
    user, fix = approved.user, approved.fix
    merged = await approved.merge()
    assert merged.state == "merged"
    assert (user / "calc.py").read_text() == FIXED
    assert git(user, "status", "--porcelain") == ""
    assert git(user, "rev-parse", "main^1", "main^2").split() == [fix.base, fix.head]
    trailers = git(user, "log", "-1", "--format=%(trailers:only,unfold)", "main").splitlines()
    assert trailers == [
        "Operator-Run: run-7",
        f"Operator-Fix: {fix.fix_id}",
        "Operator-Diagnosis: half:run-7",
        "Approved-By: ada",
    ]


async def test_a_base_that_is_checked_out_nowhere_moves_as_a_ref(user: Path, workshop: Workshop) -> None:
    git(user, "switch", "--quiet", "-c", "feature")
    (user / "calc.py").write_text("# being edited\n")
    before = snapshot(user)
    repository = settings(user)
    fix = await workshop.approved(repository)
    merged = await merge(workshop.ledger, fix, repository, workshop.home)
    assert merged.state == "merged"
    assert git(user, "show", "main:calc.py") + "\n" == FIXED
    after = snapshot(user)
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed <= {".git/refs/heads/main", ".git/logs/refs/heads/main"}


async def test_a_bare_repository_is_merged_into(tmp_path: Path, user: Path, workshop: Workshop) -> None:
    bare = tmp_path / "bare.git"
    git(user, "clone", "--quiet", "--bare", str(user), str(bare))
    fix = await workshop.approved(settings(bare))
    assert (await merge(workshop.ledger, fix, settings(bare), workshop.home)).state == "merged"
    assert git(bare, "show", "main:calc.py") + "\n" == FIXED


async def test_a_base_that_a_linked_worktree_has_is_merged_there(
    tmp_path: Path, user: Path, workshop: Workshop
) -> None:
    git(user, "switch", "--quiet", "-c", "feature")
    git(user, "worktree", "add", "--quiet", str(tmp_path / "linked"), "main")
    for path in (user, tmp_path / "linked"):
        repository = settings(path)
        fix = await workshop.approved(repository)
        merged = await merge(workshop.ledger, fix, repository, workshop.home)
        assert merged.state == "merged", merged.detail
        assert (tmp_path / "linked" / "calc.py").read_text() == FIXED
        assert git(tmp_path / "linked", "status", "--porcelain") == ""
        assert (user / "calc.py").read_text() == CALC
        repositories.commit(tmp_path / "linked", {"calc.py": CALC, "tests/test_nobody.py": "\n"}, "back to the bug")
        git(tmp_path / "linked", "rm", "--quiet", "tests/test_nobody.py")
        git(tmp_path / "linked", "commit", "--quiet", "-m", "and without its test")


@pytest.mark.parametrize("staged", [False, True])
async def test_a_dirty_tree_is_untouched_and_approving_again_after_a_commit_finishes_it(
    approved: Approved, staged: bool
) -> None:
    user, fix = approved.user, approved.fix
    (user / "README.md").write_text("my words\n")
    if staged:
        git(user, "add", "README.md")
    before = snapshot(user)
    held = await approved.merge()
    assert held.state == "approved"
    assert f"operator-mcp approve {fix.fix_id}" in held.detail
    assert "README.md" in held.detail
    assert snapshot(user) == before
    repositories.commit(user, {}, "my words")
    merged = await approved.merge()
    assert merged.state == "merged", merged.detail
    assert ((user / "README.md").read_text(), (user / "calc.py").read_text()) == ("my words\n", FIXED)


@pytest.mark.parametrize("ignored", [False, True])
async def test_an_untracked_file_in_the_way_is_never_overwritten(user: Path, workshop: Workshop, ignored: bool) -> None:
    if ignored:
        repositories.commit(user, {".gitignore": "test_nobody.py\n"}, "ignore")
    repository = settings(user)
    fix = await workshop.approved(repository)
    (user / "tests" / "test_nobody.py").write_text("mine\n")
    held = await merge(workshop.ledger, fix, repository, workshop.home)
    assert held.state == "approved"
    assert (user / "tests" / "test_nobody.py").read_text() == "mine\n"
    assert (user / "calc.py").read_text() == CALC


@pytest.mark.parametrize("operation", ["rebase", "merge"])
async def test_a_tree_in_the_middle_of_something_is_left_alone(user: Path, workshop: Workshop, operation: str) -> None:
    git(user, "switch", "--quiet", "-c", "other")
    repositories.commit(user, {"README.md": "theirs\n"}, "theirs")
    git(user, "switch", "--quiet", "main")
    repositories.commit(user, {"README.md": "ours\n"}, "ours")
    repository = settings(user)
    fix = await workshop.approved(repository)
    with pytest.raises(subprocess.CalledProcessError):
        git(user, operation, "other")
    before = git(user, "rev-parse", "main")
    held = await merge(workshop.ledger, fix, repository, workshop.home)
    assert held.state == "approved"
    assert "in the middle" in held.detail
    assert git(user, "rev-parse", "main") == before


async def test_a_branch_that_was_swapped_after_approval_is_refused_and_audited(approved: Approved) -> None:
    user, fix = approved.user, approved.fix
    git(user, "switch", "--quiet", str(fix.branch))
    repositories.commit(user, {"calc.py": "import os\n"}, "swap")
    git(user, "switch", "--quiet", "main")
    with pytest.raises(RuleRefusal, match="was approved") as refused:
        await approved.merge()
    assert refused.value.rule == 5
    assert git(user, "rev-parse", "main") == fix.base
    assert approved.workshop.actions(fix)[0] == "merge refused"
    git(user, "branch", "--force", str(fix.branch), str(fix.head))
    assert (await approved.merge()).state == "merged"


async def test_a_commit_that_took_the_place_of_the_approved_one_in_the_ledger_is_refused(approved: Approved) -> None:
    git(approved.user, "switch", "--quiet", str(approved.fix.branch))
    other = repositories.commit(approved.user, {"calc.py": "import os\n"}, "swap")
    git(approved.user, "switch", "--quiet", "main")
    with closing(sqlite3.connect(approved.workshop.home / "ledger.db")) as database, database:
        database.execute("UPDATE fixes SET head = ?", (other,))
    with pytest.raises(RuleRefusal, match="does not hold the approved bytes"):
        await approved.merge()
    assert git(approved.user, "rev-parse", "main") == approved.fix.base


async def test_objects_that_stand_in_for_the_approved_ones_are_not_followed(approved: Approved) -> None:
    user, fix = approved.user, approved.fix
    git(user, "switch", "--quiet", "--detach", str(fix.base))
    evil = repositories.commit(user, {"calc.py": "import os\n"}, "evil")
    git(user, "switch", "--quiet", "main")
    git(user, "replace", str(fix.head), evil)
    git(user, "replace", git(user, "rev-parse", f"{fix.head}:calc.py"), git(user, "rev-parse", f"{evil}:calc.py"))
    merged = await approved.merge()
    assert merged.state == "merged"
    assert git(user, "--no-replace-objects", "show", "main:calc.py") + "\n" == FIXED
    assert (user / "calc.py").read_text() == FIXED


@pytest.mark.parametrize("state", ["awaiting_approval", "rejected", "booked"])
async def test_what_nobody_approved_is_never_merged(user: Path, workshop: Workshop, state: str) -> None:
    repository = settings(user)
    if state == "booked":
        fix = workshop.booked(repository)
    else:
        fix = await workshop.drafted(repository)
    if state == "rejected":
        fix = await decide(workshop.ledger, fix.fix_id, False, by="ada", digest=None)
    with pytest.raises(RuleRefusal) as refused:
        await merge(workshop.ledger, fix.model_copy(update={"state": "approved"}), repository, workshop.home)
    assert refused.value.rule == 5
    assert git(user, "log", "--format=%s", "main") == "start"


async def test_a_base_that_moved_is_merged_into_when_the_checks_pass_again(approved: Approved) -> None:
    user, fix = approved.user, approved.fix
    tip = repositories.commit(user, {"other.py": OTHER}, "meanwhile")
    merged = await approved.merge()
    assert merged.state == "merged", merged.detail
    assert git(user, "rev-parse", "main^1", "main^2").split() == [tip, fix.head]
    assert ((user / "other.py").read_text(), (user / "calc.py").read_text()) == (OTHER, FIXED)


async def test_a_base_that_moved_into_the_same_lines_is_a_conflict_and_the_branch_is_kept(approved: Approved) -> None:
    user, fix = approved.user, approved.fix
    tip = repositories.commit(user, {"calc.py": CALC.replace("total / people", "total * 1.0 / people")}, "meanwhile")
    merged = await approved.merge()
    assert merged.state == "conflict"
    assert "does not merge cleanly" in merged.detail
    assert git(user, "rev-parse", "main", str(fix.branch)).split() == [tip, fix.head]


async def test_a_base_that_merges_cleanly_but_fails_the_checks_is_a_conflict(approved: Approved) -> None:
    user = approved.user
    expects_an_error = REGRESSION.replace(
        "self.assertEqual(half(4, 0), 0)", "self.assertRaises(ZeroDivisionError, half, 4, 0)"
    )
    tip = repositories.commit(user, {"tests/test_strict.py": expects_an_error}, "rely on the error")
    merged = await approved.merge()
    assert merged.state == "conflict"
    assert "suite fails with the fix" in merged.detail
    assert git(user, "rev-parse", "main") == tip


async def test_a_base_whose_history_was_rewritten_does_not_get_its_old_commits_back(
    user: Path, workshop: Workshop
) -> None:
    repositories.commit(user, {"secret.txt": "to be removed from history\n"}, "oops")
    repository = settings(user)
    fix = await workshop.approved(repository)
    git(user, "reset", "--quiet", "--hard", "main^")
    merged = await merge(workshop.ledger, fix, repository, workshop.home)
    assert merged.state == "conflict"
    assert "no longer contains" in merged.detail
    assert git(user, "ls-tree", "--name-only", "main", "secret.txt") == ""


async def test_merging_twice_at_once_makes_one_merge(approved: Approved) -> None:
    user = approved.user
    ends = []

    async def go() -> None:
        ends.append((await approved.merge()).state)

    async with anyio.create_task_group() as group:
        group.start_soon(go)
        group.start_soon(go)
    assert ends == ["merged", "merged"]
    assert git(user, "log", "--merges", "--format=%H", "main").count("\n") == 0
    assert git(user, "status", "--porcelain") == ""


async def test_merges_into_one_repository_take_turns_and_waiting_for_a_turn_can_be_given_up(approved: Approved) -> None:
    fixes, common = approved.workshop.home / "fixes", approved.user / ".git"
    async with turn(fixes, common):
        with anyio.move_on_after(1):
            await approved.merge()
        assert git(approved.user, "rev-parse", "main") == approved.fix.base
    assert (await approved.merge()).state == "merged"


async def test_a_killed_holder_loses_its_turn(tmp_path: Path) -> None:
    script = (
        "import anyio, sys; from pathlib import Path; from operator_mcp.fixing.turns import turn\n"
        "async def main():\n"
        "    async with turn(Path(sys.argv[1]), Path('/repository')):\n"
        "        print('held', flush=True)\n"
        "        await anyio.sleep_forever()\n"
        "anyio.run(main)"
    )
    async with await anyio.open_process([sys.executable, "-c", script, str(tmp_path)]) as holder:
        assert holder.stdout is not None
        assert (await holder.stdout.receive()).strip() == b"held"
        with anyio.move_on_after(0.2) as waiting:
            async with turn(tmp_path, Path("/repository")):
                pass
        assert waiting.cancelled_caught
        holder.kill()
        with anyio.fail_after(10):
            async with turn(tmp_path, Path("/repository")):
                pass


async def test_two_fixes_merged_at_once_both_arrive(user: Path, workshop: Workshop) -> None:
    repository = settings(user)
    first = await workshop.approved(repository)
    other = "--- a/README.md\n+++ b/README.md\n@@ -1,3 +1,3 @@\n # calc\n \n-Shares a total.\n+Shares any total.\n"
    words = REGRESSION.replace("from calc import half\n", "from pathlib import Path\n").replace(
        "self.assertEqual(half(4, 0), 0)", 'self.assertIn("any", Path("README.md").read_text())'
    )
    second = await workshop.approved(repository, other + addition("tests/test_words.py", words))
    ends = {}

    async def go(number: int) -> None:
        fix = (first, second)[number]
        ends[number] = await merge(workshop.ledger, fix, repository, workshop.home)

    async with anyio.create_task_group() as group:
        group.start_soon(go, 0)
        group.start_soon(go, 1)
    for fix in ends.values():
        assert fix.state == "merged", fix.detail
    assert (user / "calc.py").read_text() == FIXED
    assert "any total" in (user / "README.md").read_text()
    assert git(user, "status", "--porcelain") == ""


async def test_a_merge_that_the_ledger_did_not_see_is_found_and_written_down(approved: Approved) -> None:
    user, fix = approved.user, approved.fix
    git(user, "merge", "--quiet", "--no-ff", "--no-edit", str(fix.branch))
    tip = git(user, "rev-parse", "main")
    git(user, "branch", "--quiet", "-D", str(fix.branch))
    merged = await approved.merge()
    assert merged.state == "merged"
    assert git(user, "rev-parse", "main") == tip
    assert (await approved.merge()).state == "merged"


async def test_objects_brought_before_a_crash_change_nothing_for_the_next_try(
    tmp_path: Path, approved: Approved
) -> None:
    user, fix = approved.user, approved.fix
    source = await locate(approved.repository)
    workspace = await Workspace.create(tmp_path / "crashed", source, [str(fix.base), str(fix.head)])
    commit = await workspace.commit_merge(
        str(fix.tree), str(fix.base), str(fix.head), "half-way", when="2026-01-01T00:00:00Z"
    )
    await bring(source, workspace, commit)
    assert (await approved.merge()).state == "merged"
    assert git(user, "log", "--format=%s", "main").splitlines()[0].startswith("Merge the approved fix")


async def test_hooks_and_filters_of_the_users_repository_never_run(
    user: Path, workshop: Workshop, tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    repositories.commit(user, {".gitattributes": "*.md filter=trap\n"}, "filter")
    repository = settings(user)
    fix = await workshop.approved(repository)
    for hook in ("post-merge", "post-checkout", "reference-transaction", "pre-merge-commit", "post-index-change"):
        (user / ".git" / "hooks").mkdir(exist_ok=True)
        (user / ".git" / "hooks" / hook).write_text(f"#!/bin/sh\necho {hook} >> {trap}\n")
        (user / ".git" / "hooks" / hook).chmod(0o755)
    for word in ("clean", "smudge", "process"):
        git(user, "config", f"filter.trap.{word}", f"echo {word} >> {trap}; cat")
    git(user, "config", "core.fsmonitor", f"echo fsmonitor >> {trap}")
    (user / "README.md").touch()
    merged = await merge(workshop.ledger, fix, repository, workshop.home)
    assert merged.state == "merged", merged.detail
    assert not trap.exists(), trap.read_text()


async def test_a_changed_file_that_needs_a_filter_is_left_to_the_user(user: Path, workshop: Workshop) -> None:
    repositories.commit(user, {".gitattributes": "*.py filter=lfs\n"}, "filter")
    repository = settings(user)
    fix = await workshop.approved(repository)
    held = await merge(workshop.ledger, fix, repository, workshop.home)
    assert held.state == "approved"
    assert "lfs" in held.detail


async def test_cancelling_the_caller_does_not_leave_a_half_merged_tree(
    approved: Approved, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = approved.user
    started = anyio.CancelScope()

    async def cancelled_then_lands(*args: object) -> object:
        started.cancel()
        return await real(*args)  # type: ignore[arg-type]

    real = landing.land
    monkeypatch.setattr(merging, "land", cancelled_then_lands)
    with started:
        await approved.merge()
    assert started.cancelled_caught
    assert (user / "calc.py").read_text() == FIXED
    assert git(user, "status", "--porcelain") == ""
    assert (await approved.merge()).state == "merged"


async def test_a_fix_that_can_no_longer_be_merged_is_withdrawn_and_reopened(user: Path, workshop: Workshop) -> None:
    repository = settings(user)
    fix = await workshop.approved(repository)
    git(user, "branch", "-D", str(fix.branch))
    with pytest.raises(RuleRefusal, match="is gone"):
        await merge(workshop.ledger, fix, repository, workshop.home)
    assert (await decide(workshop.ledger, fix.fix_id, False, by="bob", digest=None)).state == "rejected"
    with pytest.raises(RuleRefusal, match="not approved"):
        await merge(workshop.ledger, fix, repository, workshop.home)
    workshop.ledger.reopen(fix.fix_id, actor="bob", reason="the branch was deleted")
    again = workshop.booked(repository, run="another")
    assert again.state == "booked"
    assert (user / "calc.py").read_text() == CALC


async def test_a_merge_that_the_ledger_did_not_see_cannot_be_withdrawn(user: Path, workshop: Workshop) -> None:
    fix = await workshop.approved(settings(user))
    git(user, "merge", "--quiet", "--no-ff", "-m", "crashed after landing", str(fix.head))
    with pytest.raises(RuleRefusal, match="holds"):
        await decide(workshop.ledger, fix.fix_id, False, by="bob", digest=None)
    assert (await merge(workshop.ledger, fix, settings(user), workshop.home)).state == "merged"


RACER = """
import sys
from pathlib import Path
import anyio
from operator_mcp.approval.decisions import decide
from operator_mcp.errors import OperatorError
from operator_mcp.fixing.job import Job
from operator_mcp.fixing.merge import merge
from operator_mcp.ledger import Ledger

job, what = Job.read(Path(sys.argv[1])), sys.argv[2]

async def main():
    ledger = Ledger.open(job.ledger_url)
    fix = ledger.fix(job.fix_id)
    if what == "merge":
        return await merge(ledger, fix, job.repository, job.home)
    return await decide(ledger, job.fix_id, False, by="bob", digest=fix.diff_digest)

try:
    print(anyio.run(main).state)
except OperatorError:
    print("refused")
"""


async def test_of_a_merge_and_a_withdrawal_in_two_processes_exactly_one_happens(
    approved: Approved, tmp_path: Path
) -> None:
    user, fix, home = approved.user, approved.fix, approved.workshop.home
    url = f"sqlite:///{home / 'ledger.db'}"
    job = Job(ledger_url=url, home=home, fix_id=fix.fix_id, repository=approved.repository, patch=PATCH)
    path = await anyio.to_thread.run_sync(job.write, tmp_path)
    ends: dict[str, str] = {}

    async def go(what: str) -> None:
        done = await anyio.run_process([sys.executable, "-c", RACER, str(path), what])
        ends[what] = done.stdout.decode().strip()

    async with anyio.create_task_group() as group:
        group.start_soon(go, "merge")
        group.start_soon(go, "reject")
    found = approved.workshop.ledger.fix(fix.fix_id)
    assert found is not None
    assert (ends, found.state, (user / "calc.py").read_text()) in (
        ({"merge": "merged", "reject": "refused"}, "merged", FIXED),
        ({"merge": "refused", "reject": "rejected"}, "rejected", CALC),
    )


async def test_a_withdrawal_during_the_landing_waits_for_it_and_is_refused(
    approved: Approved, monkeypatch: pytest.MonkeyPatch
) -> None:
    fix, ledger = approved.fix, approved.workshop.ledger
    real = landing.land
    outcomes: list[str] = []

    async def reject() -> None:
        try:
            outcomes.append((await decide(ledger, fix.fix_id, False, by="bob", digest=None)).state)
        except RuleRefusal:
            outcomes.append("refused")

    async with anyio.create_task_group() as group:

        async def lands(*args: object) -> object:
            group.start_soon(reject)
            await anyio.wait_all_tasks_blocked()
            return await real(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(merging, "land", lands)
        assert (await approved.merge()).state == "merged"
    assert outcomes == ["refused"]
    assert (approved.user / "calc.py").read_text() == FIXED


KILLED = """
import os, sys
from pathlib import Path
import anyio
from operator_mcp.fixing import landing, merge as merging
from operator_mcp.fixing.job import Job
from operator_mcp.ledger import Ledger

job, where = Job.read(Path(sys.argv[1])), sys.argv[2]

async def dies(*_, **__):
    os.kill(os.getpid(), 9)

async def lands_then_dies(*args, **kwargs):
    await real_land(*args, **kwargs)
    os.kill(os.getpid(), 9)

real_land = landing.land
if where == "before landing":
    merging.land = dies
elif where == "after landing":
    merging.land = lands_then_dies
elif where == "before recording":
    merging._record = dies

async def main():
    ledger = Ledger.open(job.ledger_url)
    await merging.merge(ledger, ledger.fix(job.fix_id), job.repository, job.home)

anyio.run(main)
"""


@pytest.mark.parametrize("where", ["before landing", "after landing", "before recording"])
async def test_a_merge_killed_between_its_steps_ends_as_one_merge(
    approved: Approved, where: str, tmp_path: Path
) -> None:
    user, fix = approved.user, approved.fix
    home = approved.workshop.home
    url = f"sqlite:///{home / 'ledger.db'}"
    job = Job(ledger_url=url, home=home, fix_id=fix.fix_id, repository=approved.repository, patch=PATCH)
    path = await anyio.to_thread.run_sync(job.write, tmp_path)
    done = await anyio.run_process([sys.executable, "-c", KILLED, str(path), where], check=False)
    assert done.returncode == -9, done.stderr.decode()
    now = approved.workshop.ledger.fix(fix.fix_id)
    assert now is not None
    assert now.state == "approved"
    assert (await approved.merge()).state == "merged"
    assert len(git(user, "log", "--merges", "--format=%H", "main").splitlines()) == 1
    assert (user / "calc.py").read_text() == FIXED
    assert git(user, "status", "--porcelain") == ""
