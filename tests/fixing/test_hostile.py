"""Repositories that try to run something, lead somewhere else, or take a field for an option."""

import os
import shutil
from pathlib import Path

import anyio
import pytest

from operator_mcp.approval.decisions import decide
from operator_mcp.errors import FixingError, OperatorError, UsageError
from operator_mcp.fixing.attempt import run_attempt
from operator_mcp.fixing.booking import book
from operator_mcp.fixing.change import describe, require_plain
from operator_mcp.fixing.git import Git, branch_ref
from operator_mcp.fixing.merge import merge
from operator_mcp.fixing.repository import locate
from operator_mcp.fixing.worker import precheck
from operator_mcp.fixing.workspace import Workspace, fix_folder
from operator_mcp.settings import Repository, Settings
from tests.fixing import repositories
from tests.fixing.conftest import Workshop
from tests.fixing.repositories import FILES, FIXED, PATCH, PATCH_TO_SOURCE, addition, git, settings

REMOVAL = (
    "diff --git a/qa/old.py b/qa/old.py\ndeleted file mode 100644\n--- a/qa/old.py\n+++ /dev/null\n"
    "@@ -1 +0,0 @@\n-x = 1\n"
)
HOOKS = (
    "pre-commit",
    "post-commit",
    "post-checkout",
    "post-merge",
    "reference-transaction",
    "pre-receive",
    "update",
    "post-update",
    "post-index-change",
    "fsmonitor-watchman",
    "pre-auto-gc",
)


def plant(folder: Path, trap: Path) -> None:
    """Make every way we know by which a repository runs a program write its name into `trap`."""
    trigger = f"echo $0 >> {trap};"
    hooks = folder / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in HOOKS:
        (hooks / hook).write_text(f"#!/bin/sh\n{trigger}\n")
        (hooks / hook).chmod(0o755)
    program = trap.with_name("program.sh")
    program.write_text(f'#!/bin/sh\necho program "$@" >> {trap}\nexit 1\n')
    program.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.editor",
        "core.askPass",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "uploadpack.packObjectsHook",
        "diff.external",
        "diff.trap.textconv",
        "diff.trap.command",
        "filter.trap.clean",
        "filter.trap.smudge",
        "filter.trap.process",
        "merge.trap.driver",
        "credential.helper",
        "gpg.program",
        "remote.origin.uploadpack",
        "sequence.editor",
        "trace2.eventTarget",
    ):
        git(folder, "config", key, str(program))
    for key, value in (
        ("core.hooksPath", str(hooks)),
        ("commit.gpgSign", "true"),
        ("filter.trap.required", "true"),
        ("extensions.partialClone", "origin"),
        ("core.repositoryFormatVersion", "1"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", str(folder.parent / "elsewhere.git")),
        ("gc.auto", "1"),
        ("gc.autoDetach", "false"),
        ("submodule.recurse", "true"),
        ("fetch.recurseSubmodules", "true"),
        ("log.showSignature", "true"),
    ):
        git(folder, "config", key, value)
    other = repositories.make(folder.parent / "alternate")
    (folder / ".git" / "objects" / "info" / "alternates").write_text(f"{other / '.git' / 'objects'}\n")
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "attributes").write_text("README.md filter=trap diff=trap merge=trap\n")


async def test_nothing_a_repository_configures_is_run_from_precheck_to_merge(
    tmp_path: Path, user: Path, workshop: Workshop
) -> None:
    trap = tmp_path / "trap"
    plant(user, trap)
    repository = settings(user)
    await precheck(PATCH, repository)
    fix = workshop.booked(repository)
    # Whoever sees the fix's id knows where its clone will be, and may name a program for a remote of that path.
    clone = fix_folder(workshop.home, fix.fix_id) / "workspace" / "clone.git"
    git(user, "config", f"remote.{clone}.uploadpack", str(tmp_path / "program.sh"))
    await run_attempt(workshop.ledger, fix.fix_id, repository, PATCH, workshop.home)
    fix = await decide(workshop.ledger, fix.fix_id, True, by="ada", digest=None)
    merged = await merge(workshop.ledger, fix, repository, workshop.home)
    assert not trap.exists(), trap.read_text()
    assert merged.state == "merged", merged.detail
    assert (user / "calc.py").read_text() == FIXED


def test_the_trap_does_snap_for_a_git_that_is_run_plainly(tmp_path: Path, user: Path) -> None:
    plant(user, tmp_path / "trap")
    (user / "README.md").write_text("changed\n")
    git(user, "update-ref", "refs/heads/x", "HEAD")
    assert (tmp_path / "trap").exists()


async def test_a_git_file_that_leads_elsewhere_is_refused(tmp_path: Path, user: Path) -> None:
    other = repositories.make(tmp_path / "other")
    inside = user / "sub"
    inside.mkdir()
    git(other, "worktree", "add", "--quiet", str(tmp_path / "theirs"))
    for target in (other / ".git", Path("../../other/.git"), other / ".git" / "worktrees" / "theirs"):
        (inside / ".git").write_text(f"gitdir: {target}\n")
        with pytest.raises(FixingError, match="does not lead back"):
            await locate(settings(inside))
    (inside / ".git").unlink()
    (inside / ".git").symlink_to(other / ".git")
    with pytest.raises(FixingError, match="does not lead back"):
        await locate(settings(inside))


async def test_a_folder_inside_a_repository_is_not_the_repository(user: Path) -> None:
    with pytest.raises(FixingError, match="not the top"):
        await locate(settings(user / "tests"))


async def test_a_working_tree_that_configuration_puts_elsewhere_is_not_written(
    tmp_path: Path, user: Path, workshop: Workshop
) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    repository = settings(user)
    fix = await workshop.approved(repository)
    git(user, "config", "core.worktree", str(victim))
    assert (await merge(workshop.ledger, fix, repository, workshop.home)).state == "merged"
    assert list(victim.iterdir()) == []
    assert (user / "calc.py").read_text() == FIXED


async def test_a_planted_worktree_entry_does_not_lead_the_merge_into_a_foreign_folder(
    tmp_path: Path, user: Path, workshop: Workshop
) -> None:
    victim = repositories.make(tmp_path / "victim")
    before = repositories.snapshot(victim)
    git(user, "switch", "--quiet", "-c", "feature")
    git(user, "worktree", "add", "--quiet", str(tmp_path / "linked"), "main")
    (user / ".git" / "worktrees" / "linked" / "gitdir").write_text(f"{victim}/.git\n")
    repository = settings(user)
    fix = await workshop.approved(repository)
    await merge(workshop.ledger, fix, repository, workshop.home)
    assert repositories.snapshot(victim) == before


async def copied(repository: Path, folder: Path) -> Workspace:
    source = await locate(settings(repository))
    return await Workspace.create(folder, source, [await source.base()])


async def test_an_attempt_leaves_nothing_but_its_branch(user: Path, workshop: Workshop) -> None:
    fix = await workshop.drafted(settings(user))
    assert list(fix_folder(workshop.home, fix.fix_id).iterdir()) == []


async def test_alternates_of_the_source_are_not_shared_with_the_workspace(tmp_path: Path, user: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--shared", str(user), str(tmp_path / "shared"))
    clone = (await copied(tmp_path / "shared", tmp_path / "w")).git.git_dir
    assert not (clone / "objects" / "info" / "alternates").exists()
    for path in (user, tmp_path / "shared"):
        await anyio.to_thread.run_sync(shutil.rmtree, path / ".git" / "objects")
    assert git(clone, "fsck", "--strict", "--no-dangling") == ""


async def test_the_workspace_has_no_remote_no_hook_and_no_credential(user: Path, tmp_path: Path) -> None:
    git(user, "remote", "add", "origin", "https://me:hunter2@example.org/x.git")
    git(user, "config", "credential.helper", "store")
    clone = (await copied(user, tmp_path / "w")).git.git_dir
    assert "hunter2" not in (clone / "config").read_text()
    assert git(clone, "remote") == ""
    assert not (clone / "hooks").exists()


async def test_a_shallow_repository_can_be_fixed_and_merged_into(
    tmp_path: Path, user: Path, workshop: Workshop
) -> None:
    repositories.commit(user, {"README.md": "# calc 2\n"}, "second")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{user}", str(tmp_path / "shallow"))
    repository = settings(tmp_path / "shallow")
    fix = await workshop.approved(repository)
    assert (await merge(workshop.ledger, fix, repository, workshop.home)).state == "merged"
    assert (tmp_path / "shallow" / "calc.py").read_text() == FIXED


async def test_a_repository_of_sha256_objects_can_be_fixed(tmp_path: Path, workshop: Workshop) -> None:
    folder = tmp_path / "sha256"
    folder.mkdir()
    git(folder, "init", "--quiet", "--object-format=sha256", "--initial-branch=main")
    repositories.commit(folder, FILES, "start")
    fix = await workshop.approved(settings(folder))
    assert len(fix.head or "") == 64
    assert (await merge(workshop.ledger, fix, settings(folder), workshop.home)).state == "merged"


async def test_a_link_in_the_base_is_neither_followed_nor_rewritten(
    tmp_path: Path, user: Path, workshop: Workshop
) -> None:
    victim = tmp_path / "victim.py"
    victim.write_text("mine\n")
    (user / "linked.py").symlink_to(victim)
    repositories.commit(user, {}, "a link")
    no_end = "\\ No newline at end of file\n"
    edit = f"--- a/linked.py\n+++ b/linked.py\n@@ -1 +1 @@\n-{victim}\n{no_end}+/etc/passwd\n{no_end}"
    with pytest.raises(FixingError):
        await precheck(edit + addition("tests/test_x.py", "x = 1\n"), settings(user))
    with pytest.raises(FixingError):
        await precheck(addition("linked.py/x.py", "x = 1\n") + addition("tests/test_x.py", "x = 1\n"), settings(user))
    assert victim.read_text() == "mine\n"


async def test_a_file_that_turns_into_a_link_is_refused_by_precheck_and_by_gits_own_account(
    tmp_path: Path, user: Path
) -> None:
    base = git(user, "rev-parse", "HEAD")
    (user / "calc.py").unlink()
    (user / "calc.py").symlink_to("/etc/passwd")
    (user / "tests" / "test_x.py").write_text("x = 1\n")
    git(user, "add", "--all")
    # As git prints it: the file goes and a link comes, under one name; and the same as a change of mode alone.
    text = git(user, "diff", "--cached") + "\n"
    assert "120000" in text
    git(user, "commit", "--quiet", "-m", "linked")
    git(user, "switch", "--quiet", "-c", "elsewhere")
    git(user, "branch", "--quiet", "--force", "main", base)
    mode = "diff --git a/calc.py b/calc.py\nold mode 100644\nnew mode 120000\n"
    for patch, why in ((text, "symbolic link"), (mode + addition("tests/test_x.py", "x = 1\n"), "mode")):
        with pytest.raises(FixingError, match=why):
            await precheck(patch, settings(user))
    workspace = await Workspace.create(tmp_path / "w", await locate(settings(user)), [base])
    head = git(user, "rev-parse", "elsewhere")
    await workspace.git.run("fetch", "--quiet", str(user / ".git"), head)
    with pytest.raises(FixingError, match="mode 100644 to 120000"):
        await require_plain(workspace.git, await describe(workspace.git, base, head), ("**",))


@pytest.mark.parametrize(
    ("patch", "why"),
    [
        (PATCH_TO_SOURCE, r"no test file .*qa/\*\*"),
        (PATCH, r"no test file .*qa/\*\*"),
        (PATCH_TO_SOURCE + REMOVAL, r"no test file .*qa/\*\*"),
        (addition("qa/nobody.py", "x = 1\n"), r"nothing but tests .*qa/\*\*"),
    ],
)
async def test_a_patch_that_no_check_could_verify_is_refused_and_books_nothing(
    tmp_path: Path, workshop: Workshop, patch: str, why: str
) -> None:
    user = repositories.make(tmp_path / "with-qa", {**FILES, "qa/old.py": "x = 1\n"})
    case = workshop.ledger.open_case("fleet", "run-1", origin=None, agent="calc", reasoner="half", signature="s")
    own = Settings(home=workshop.home)
    repository = settings(user, tests=("qa/**",))
    with pytest.raises(FixingError, match=why):
        await book(workshop.ledger, own, case, repository, patch, actor="test")
    assert workshop.ledger.fix_of(case.case_id) is None


async def test_gits_own_account_refuses_links_submodules_modes_and_protected_paths(tmp_path: Path, user: Path) -> None:
    base = git(user, "rev-parse", "HEAD")
    workspace = await Workspace.create(tmp_path / "w", await locate(settings(user)), [base])
    blob = git(user, "hash-object", "-w", "calc.py")
    for mode, path in (("120000", "x"), ("160000", "x"), ("100755", "calc.py"), ("100644", ".github/workflows/x.yml")):
        git(user, "read-tree", base)
        oid = base if mode == "160000" else blob
        git(user, "update-index", "--add", "--cacheinfo", f"{mode},{oid},{path}")
        head = git(user, "commit-tree", git(user, "write-tree"), "-p", base, "-m", "sly")
        await workspace.git.run("fetch", "--quiet", str(user / ".git"), head)
        with pytest.raises(FixingError):
            await require_plain(workspace.git, await describe(workspace.git, base, head), ("**",))


@pytest.mark.parametrize(
    "text", [PATCH.replace("def half", "def third"), addition("calc.py", "x\n") + addition("tests/test_x.py", "x\n")]
)
async def test_a_patch_that_does_not_apply_is_refused_before_anything_is_booked(user: Path, text: str) -> None:
    with pytest.raises(FixingError, match="does not apply"):
        await precheck(text, settings(user))


async def test_a_patch_to_a_file_that_is_not_there_says_so(user: Path) -> None:
    with pytest.raises(FixingError, match=r"no file 'cal\.py'"):
        await precheck(PATCH.replace("calc.py", "cal.py"), settings(user))


@pytest.mark.parametrize("crlf_patch", [False, True])
@pytest.mark.parametrize("crlf_file", [False, True])
async def test_line_ends_follow_the_file_whatever_the_transport_made_of_them(
    user: Path, workshop: Workshop, crlf_file: bool, crlf_patch: bool
) -> None:
    if crlf_file:
        (user / "calc.py").write_bytes(repositories.CALC.replace("\n", "\r\n").encode())
        repositories.commit(user, {}, "CRLF")
    patch = PATCH.replace("\n", "\r\n") if crlf_patch else PATCH
    fix = await workshop.drafted(settings(user), patch)
    assert fix.state == "awaiting_approval", fix.detail
    blob = await Git(user / ".git").run("cat-file", "blob", f"{fix.head}:calc.py")
    assert blob.out.count(b"\r\n") == (2 if crlf_file else 0)


@pytest.mark.parametrize(
    "name", ["-x", "--output=x", "--upload-pack=touch", "a..b", "a@{1}", "x y", "x\ny", "", "a.lock", "/a", "a//b"]
)  # fmt: skip
async def test_a_name_that_git_could_take_for_something_else_is_refused(user: Path, name: str) -> None:
    with pytest.raises(FixingError, match="branch name"):
        branch_ref(name)
    with pytest.raises(FixingError, match="branch name"):
        await locate(settings(user, base=name))


async def test_fields_with_leading_dashes_do_no_harm(tmp_path: Path, workshop: Workshop) -> None:
    folder = repositories.make(tmp_path / "-repository")
    fix = await workshop.drafted(settings(folder), run="--output=pwned")
    assert (fix.state, fix.branch) == ("awaiting_approval", "operator/output-pwned-1")
    fix = workshop.ledger.decide(fix.fix_id, "approved", by="--exec=x\nEvil: yes", diff_digest=str(fix.diff_digest))
    assert (await merge(workshop.ledger, fix, settings(folder), workshop.home)).state == "merged"
    trailers = git(folder, "log", "-1", "--format=%(trailers:only,unfold)").splitlines()
    assert trailers[-1] == "Approved-By: --exec=x Evil: yes"
    assert "pwned" not in {name for _, _, names in os.walk(tmp_path) for name in names}


@pytest.mark.parametrize("fix_id", ["../x", "-x", "", "a/b", "a\0b", "x" * 65])
def test_a_fix_id_never_leads_out_of_the_home(tmp_path: Path, fix_id: str) -> None:
    with pytest.raises(UsageError):
        fix_folder(tmp_path, fix_id)


@pytest.mark.parametrize(
    "repository",
    [
        Repository(path=Path("/nonexistent/x")),
        Repository(path=Path("/")),
    ],
)
async def test_a_path_that_is_no_repository_is_named(repository: Repository) -> None:
    with pytest.raises(OperatorError, match="not the top of a git repository"):
        await locate(repository)


async def test_a_base_that_does_not_exist_is_named(user: Path) -> None:
    with pytest.raises(FixingError, match="no branch 'trunk'"):
        await precheck(PATCH, settings(user, base="trunk"))


async def test_a_branch_named_operator_is_in_the_way_and_named(user: Path, workshop: Workshop) -> None:
    git(user, "branch", "operator")
    fix = await workshop.drafted(settings(user))
    assert fix.state == "failed"
    assert "operator" in fix.detail
