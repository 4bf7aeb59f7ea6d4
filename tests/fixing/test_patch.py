"""Reading patches: every ordinary spelling is taken, everything else is refused with a cause and a next action."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from operator_mcp.errors import FixingError
from operator_mcp.fixing.patch import MAX_FILES, MAX_LINES, parse
from tests.fixing import repositories
from tests.fixing.repositories import PATCH, PATCH_TO_SOURCE, addition, git

HUNK = "@@ -1,2 +1,2 @@\n def half(total: float, people: int) -> float:\n-    return total / people\n+    return 0.0\n"


def header(old: str, new: str) -> str:
    return f"--- {old}\n+++ {new}\n{HUNK}"


@pytest.mark.parametrize(
    ("text", "path", "kind"),
    [
        (header("a/calc.py", "b/calc.py"), "calc.py", "changed"),
        (header("calc.py", "calc.py"), "calc.py", "changed"),
        (header("calc.py\t2026-01-02 10:00:00 +0000", "calc.py\t2026-01-02 11:00:00 +0000"), "calc.py", "changed"),
        (header("calc.py.orig", "calc.py"), "calc.py", "changed"),
        (header("old/src/calc.py", "new/src/calc.py"), "src/calc.py", "changed"),
        (header("src/calc.py", "src/calc.py"), "src/calc.py", "changed"),
        ("diff --git i/calc.py w/calc.py\nindex 1..2\n" + header("i/calc.py", "w/calc.py"), "calc.py", "changed"),
        ("diff --git calc.py calc.py\nindex 1..2 100644\n" + header("calc.py", "calc.py"), "calc.py", "changed"),
        ("diff --git b/calc.py b/calc.py\n" + header("b/calc.py", "b/calc.py"), "b/calc.py", "changed"),
        ("Here is it:\n\n```diff\n" + header("a/calc.py", "b/calc.py") + "```\nDone.\n", "calc.py", "changed"),
        ("~~~\n" + header("a/calc.py", "b/calc.py") + "~~~", "calc.py", "changed"),
        ("From 12\nSubject: x\n\n---\n calc.py | 2\n\n" + PATCH_TO_SOURCE + "-- \n2.39.5\n", "calc.py", "changed"),
        (header("a/calc.py", "b/calc.py").replace("\n", "\r\n"), "calc.py", "changed"),
        (header("a/calc.py", "b/calc.py").rstrip("\n"), "calc.py", "changed"),
        ("\ufeff" + header("a/calc.py", "b/calc.py"), "calc.py", "changed"),
        (header('"a/caf\\303\\251.py"', '"b/caf\\303\\251.py"'), "café.py", "changed"),
        (header("a/my calc.py", "b/my calc.py"), "my calc.py", "changed"),
        ("--- /dev/null\n+++ b/tests/new.py\n@@ -0,0 +1 @@\n+x = 1\n", "tests/new.py", "added"),
        ("--- t/new.py\t1970-01-01 00:00:00\n+++ t/new.py\t2026-01-01\n@@ -0,0 +1 @@\n+x\n", "t/new.py", "added"),
        ("--- a/old.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x = 1\n", "old.py", "removed"),
        ("diff --git a/t/e.py b/t/e.py\nnew file mode 100644\nindex 0000000..e69de29\n", "t/e.py", "added"),
        ("diff --git a/a b/t.py b/a b/t.py\nnew file mode 100644\nindex 0000000..e69de29\n", "a b/t.py", "added"),
        ("diff --git a/e.py b/e.py\ndeleted file mode 100644\nindex e69de29..0000000\n", "e.py", "removed"),
    ],
)  # fmt: skip
def test_every_ordinary_spelling_is_taken(text: str, path: str, kind: str) -> None:
    (file,) = parse(text).files
    assert (file.path, file.kind) == (path, kind)


def test_counts_are_of_lines_added_and_removed() -> None:
    patch = parse(PATCH)
    assert [(f.path, f.added, f.removed) for f in patch.files] == [("calc.py", 1, 1), ("tests/test_nobody.py", 8, 0)]
    assert (patch.added, patch.removed) == (9, 1)


def test_a_removed_line_that_looks_like_a_header_is_a_line() -> None:
    patch = parse("--- a/q.sql\n+++ b/q.sql\n@@ -1,2 +1,1 @@\n select 1\n--- a comment\n")
    assert [(f.path, f.removed) for f in patch.files] == [("q.sql", 1)]


def test_tests_are_told_from_source_by_the_repositorys_globs() -> None:
    patch = parse(PATCH + addition("web/cart.spec.ts", "x"))
    assert patch.tests(("tests/**", "**/*.spec.*")) == ("tests/test_nobody.py", "web/cart.spec.ts")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "empty"),
        ("  \n\n", "empty"),
        ("please fix the bug", "not a unified diff"),
        ("x\0y", "not text"),
        ("\ud800", "not text"),
        ("--- a/x\n+++ b/x\n", "no hunk"),
        ("--- a/x\n+++ b/x\n@@ nonsense @@\n x\n", "cannot be read"),
        ("--- a/x\n+++ b/x\n@@@ -1,2 -1,2 +1,2 @@@\n  x\n", "cannot be read"),
        (HUNK, "before any file header"),
        ("--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n x\n-y\n+z\n", "too early"),
        ("--- a/x\n+++ b/x\n@@ -1,1 +1,2 @@\n x\n+y\n+z\n", "more lines than it says"),
        ("--- a/x\n+++ b/x\n@@ -1,1 +1,1 @@\n-x\n+y\n z\n", "more lines than it says"),
        ("diff --git a/x b/x\nindex 1..1 100644\n", "changes nothing"),
        ("diff --git a/x b/x\nold mode 100644\nnew mode 100755\n", "mode"),
        ("diff --git a/x b/x\nnew file mode 100755\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+x\n", "100755"),
        ("diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+/etc\n", "symbolic link"),
        ("diff --git a/x b/x\nindex 12..ab 120000\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-y\n+z\n", "symbolic link"),
        ("diff --git a/x b/x\nindex 12..ab 160000\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-y\n+z\n", "submodule"),
        ("diff --git a/x b/x\nnew file mode 160000\nindex 0000000..1234567\n", "submodule"),
        ("Submodule libs 1234567..89abcde:\n  > x\n", "submodule"),
        ("diff --git a/x b/y\nsimilarity index 90%\nrename from x\nrename to y\n", "different files"),
        ("diff --git a/x b/x\ncopy from x\ncopy to x\n", "copies"),
        ("diff --git a/x.png b/x.png\nnew file mode 100644\nGIT binary patch\nliteral 3\n", "binary"),
        ("diff --git a/x.png b/x.png\nBinary files a/x.png and b/x.png differ\n", "binary"),
        ("--- /dev/null\n+++ /dev/null\n@@ -0,0 +1 @@\n+x\n", "both sides"),
        (PATCH_TO_SOURCE + PATCH_TO_SOURCE, "twice"),
        (addition("tests/A.py", "x") + addition("tests/a.py", "x"), "twice"),
        (addition("big.py", "x\n" * (MAX_LINES + 1)), "limits"),
        ("".join(addition(f"f{n}.py", "x") for n in range(MAX_FILES + 1)), "limits"),
        ("x" * 1_000_001, "bytes"),
    ],
)  # fmt: skip
def test_what_is_not_an_ordinary_patch_is_refused_with_its_cause(text: str, cause: str) -> None:
    with pytest.raises(FixingError, match=cause) as refused:
        parse(text)
    assert refused.value.next_action


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "C:/x",
        "../x",
        "a/../../x",
        "./x",
        "a//x",
        "-rf.py",
        "--output=x",
        ".git/config",
        ".GIT/config",
        ".Git/hooks/pre-commit",
        "sub/.gIt/config",
        ".git./config",
        ".git /config",
        "git~1/config",
        "GIT~1/config",
        ".git::$INDEX_ALLOCATION/config",
        ".g\u200cit/config",
        "\uff0egit/config",
        ".gitmodules",
        ".gitattributes",
        "sub/.GitAttributes",
        ".gitignore",
        ".github/workflows/ci.yml",
        ".GitHub/Workflows/x.yml",
        ".gitlab-ci.yml",
        ".circleci/config.yml",
        "Jenkinsfile",
        "azure-pipelines.yml",
        ".pre-commit-config.yaml",
        "CODEOWNERS",
        "docs/CODEOWNERS",
        "operator.toml",
        ".claude/settings.json",
        ".vscode/tasks.json",
        ".envrc",
        "a\\b",
        "tab\tname",
        "trailing /x",
    ],
)
def test_protected_and_outside_paths_are_refused(path: str) -> None:
    quoted = path.replace("\\", "\\\\").replace("\t", "\\t")
    with pytest.raises(FixingError, match=r"path|names two"):
        parse(f'--- /dev/null\n+++ "b/{quoted}"\n@@ -0,0 +1 @@\n+x\n')


@pytest.mark.parametrize("path", ["src/git.py", "gitlab/client.py", "my.git.py", "legit/x.py", "a-b/c d.py", "été.py"])
def test_ordinary_names_are_not_mistaken_for_protected_ones(path: str) -> None:
    assert parse(addition(path, "x")).files[0].path == path


def test_only_allowed_paths_may_change() -> None:
    allow = ("src/**", "tests/test_*.py")
    assert parse(addition("src/a/b.py", "x") + addition("tests/test_a.py", "x"), allow)
    for path in ("setup.py", "tests/helper.py", "tests/sub/test_a.py", "srcs/a.py"):
        with pytest.raises(FixingError, match="outside the paths"):
            parse(addition(path, "x"), allow)


LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0"), max_size=12), max_size=12)


@hypothesis_settings(deadline=None, max_examples=40)
@given(old=LINES, new=LINES, crlf=st.booleans(), bare=st.booleans())
def test_whatever_git_diff_prints_comes_back_as_the_same_change(
    tmp_path_factory: pytest.TempPathFactory, old: list[str], new: list[str], crlf: bool, bare: bool
) -> None:
    folder = tmp_path_factory.mktemp("diff")
    (folder / "old").mkdir()
    (folder / "new").mkdir()
    before, after = "".join(f"{x}\n" for x in old), "".join(f"{x}\n" for x in new)
    (folder / "old" / "f.txt").write_bytes(before.encode())
    (folder / "new" / "f.txt").write_bytes(after.encode())
    printed = subprocess.run(
        [
            "git",
            "diff",
            "--no-index",
            "--no-renames",
            "--text",
            *(["--no-prefix"] if bare else []),
            "old/f.txt",
            "new/f.txt",
        ],
        cwd=folder,
        capture_output=True,
        check=False,
    ).stdout.decode()
    if before == after:
        return
    text = (
        printed.replace("a/old/", "a/")
        .replace("b/new/", "b/")
        .replace("old/f.txt", "f.txt")
        .replace("new/f.txt", "f.txt")
    )
    patch = parse(text.replace("\n", "\r\n") if crlf else text)
    (folder / "f.txt").write_bytes(before.encode())
    (folder / "again.diff").write_bytes(patch.render().encode())
    subprocess.run(["git", "apply", "again.diff"], cwd=folder, check=True, capture_output=True)
    assert (folder / "f.txt").read_bytes() == after.encode()


@given(st.text(max_size=400))
def test_any_text_is_either_a_patch_or_a_named_refusal(text: str) -> None:
    assert outcome(text) != ""


def outcome(text: str) -> str | list[str]:
    """Give the paths of a patch, or the next action of its refusal."""
    try:
        return [file.path for file in parse(text).files]
    except FixingError as refused:
        return refused.next_action


@given(st.lists(st.sampled_from([
    "diff --git a/x b/x", "--- a/x", "+++ b/x", "--- /dev/null", "+++ /dev/null", "@@ -1 +1 @@", "@@ -0,0 +1,2 @@",
    "-x", "+y", " z", "", "\\ No newline at end of file", "```", "new file mode 100644", "deleted file mode 100644",
    "index 1..2 100644", "Binary files x differ",
]), max_size=14))  # fmt: skip
def test_any_mixture_of_diff_lines_is_either_a_patch_or_a_named_refusal(lines: list[str]) -> None:
    found = outcome("\n".join(lines))
    assert set(found) == {"x"} if isinstance(found, list) else found


def test_a_real_git_diff_of_a_repository_is_taken(tmp_path: Path) -> None:
    folder = repositories.make(tmp_path / "r")
    (folder / "calc.py").write_text(repositories.FIXED)
    (folder / "naïve name.txt").write_text("new\n")
    (folder / "README.md").unlink()
    git(folder, "add", "--all", "--intent-to-add")
    git(folder, "add", "--all")
    patch = parse(git(folder, "diff", "--cached"))
    assert {(f.path, f.kind) for f in patch.files} == {
        ("calc.py", "changed"),
        ("naïve name.txt", "added"),
        ("README.md", "removed"),
    }
