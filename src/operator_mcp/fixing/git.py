"""The only place that runs git: explicit git directory, nothing inherited, no program run for a repository."""

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from operator_mcp.errors import FixingError
from operator_mcp.fixing import process
from operator_mcp.untrusted import clean

TIMEOUT_S = 120.0
"""Deadline of one git command."""

ANSWER_BYTES = 64 * 1024 * 1024
"""The most that one git command may answer."""

IDENTITY = ("operator-mcp", "operator-mcp@localhost")
"""Author and committer of everything the operator commits."""

# Each line takes away one way by which a repository's own configuration runs a program, writes elsewhere or calls out.
# Hooks and fsmonitor: schmitthub/clawker #372. Configuration by environment outranks every file.
_CONFIG = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.alternateRefsCommand": "true",
    "core.attributesFile": os.devnull,
    "core.logAllRefUpdates": "true",
    "core.pager": "cat",
    "core.editor": "false",
    "core.sshCommand": "false",
    "core.protectHFS": "true",
    "core.protectNTFS": "true",
    "core.quotePath": "false",
    "credential.helper": "",
    "commit.gpgSign": "false",
    "fetch.fsckObjects": "false",
    "fetch.recurseSubmodules": "false",
    "fetch.writeCommitGraph": "false",
    "fetch.prune": "false",
    "gc.auto": "0",
    "gpg.program": "false",
    "log.showSignature": "false",
    "maintenance.auto": "false",
    "merge.autoStash": "false",
    "merge.stat": "false",
    "merge.verifySignatures": "false",
    "protocol.ext.allow": "never",
    "protocol.version": "2",
    "submodule.recurse": "false",
}

_REF_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+@=-]*")


@dataclass(frozen=True)
class Git:
    """One repository, by its git directory; `work_tree` where files are written, `index` where not the usual one."""

    git_dir: Path
    work_tree: Path | None = None
    index: Path | None = None
    config: Mapping[str, str] = field(default_factory=dict)

    async def run(
        self, *args: str, ok: Collection[int] = (0,), when: str | None = None, timeout_s: float = TIMEOUT_S
    ) -> process.Finished:
        """Run one git command; `when` dates a commit (RFC 3339).

        Raises:
            FixingError: git is missing, too slow, too talkative, or ends with a code that is not in `ok`.
        """
        cwd = self.work_tree or self.git_dir
        finished = await process.run(
            ["git", *args], cwd=cwd, env=self._environment(when), timeout_s=timeout_s, keep=ANSWER_BYTES
        )
        if finished.timed_out:
            raise FixingError(f"git {args[0]} did not end within {timeout_s:g} s", "Try again on an idle machine.")
        if finished.dropped:
            raise FixingError(f"git {args[0]} answered more than {ANSWER_BYTES} bytes", "Make the change smaller.")
        if finished.code not in ok:
            raise _failure(args[0], self.git_dir, finished.err)
        return finished

    async def text(self, *args: str, when: str | None = None) -> str:
        """Run one git command and give its answer without the trailing newline."""
        return (await self.run(*args, when=when)).out.decode("utf-8", "replace").rstrip("\n")

    async def resolve(self, name: str) -> str | None:
        """Give the commit that a full ref name or object id stands for; None where it stands for none."""
        finished = await self.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", ok=(0, 1, 128)
        )
        return finished.out.decode().strip() if finished.code == 0 else None

    async def branch(self, name: str) -> str | None:
        """Give the commit of a local branch; None where there is none of that name."""
        return await self.resolve(branch_ref(name))

    async def has(self, commit: str) -> bool:
        """Tell whether a commit (object id) is in the object store."""
        return await self.resolve(commit) is not None

    async def is_ancestor(self, old: str, new: str) -> bool:
        """Tell whether `old` is in the history of `new` (object ids)."""
        return (await self.run("merge-base", "--is-ancestor", old, new, ok=(0, 1))).code == 0

    def _environment(self, when: str | None) -> dict[str, str]:
        config = {**_CONFIG, **self.config}
        env = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": os.devnull,
            "XDG_CONFIG_HOME": os.devnull,
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "GIT_DIR": str(self.git_dir),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "false",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_PROTOCOL_FROM_USER": "0",
            "GIT_ALLOW_PROTOCOL": "file",
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_CEILING_DIRECTORIES": str(self.git_dir.parent),
            "GIT_CONFIG_COUNT": str(len(config)),
        }
        for number, (key, value) in enumerate(config.items()):
            env[f"GIT_CONFIG_KEY_{number}"], env[f"GIT_CONFIG_VALUE_{number}"] = key, value
        for role in ("AUTHOR", "COMMITTER"):
            env[f"GIT_{role}_NAME"], env[f"GIT_{role}_EMAIL"] = IDENTITY
            if when:
                env[f"GIT_{role}_DATE"] = when
        if self.work_tree:
            env["GIT_WORK_TREE"] = str(self.work_tree)
        if self.index:
            env["GIT_INDEX_FILE"] = str(self.index)
        return env


def branch_ref(name: str) -> str:
    """Give the full ref of a branch name.

    Raises:
        FixingError: it is no plain branch name (leading dashes, `..`, `@{`, control characters and the like).
    """
    bad = (".." in name, "@{" in name, "//" in name, "/." in name, name.endswith((".lock", "/", ".")), ".lock/" in name)
    if not _REF_NAME.fullmatch(name) or any(bad):
        raise FixingError(
            f"{clean(name, 100)!r} is not a branch name that the operator accepts",
            "Use letters, digits and any of _ . / + @ = - (not first).",
        )
    return f"refs/heads/{name}"


def _failure(verb: str, git_dir: Path, err: bytes) -> FixingError:
    said = clean(err.decode("utf-8", "replace").strip(), 600)
    if "dubious ownership" in said:
        return FixingError(f"{git_dir} belongs to another user", "Run the operator as the owner of the repository.")
    if "write-tree" in said and "usage" in said:
        return FixingError("this git cannot merge without a working tree", "Install git 2.38 or newer.")
    return FixingError(f"git {verb} failed in {git_dir}: {said}", "Mend what git names, then try again.")
