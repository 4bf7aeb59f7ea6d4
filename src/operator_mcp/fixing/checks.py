"""The server's own checks of a fix: the suite before and after, and a regression test that shows the difference."""

from collections.abc import Sequence
from dataclasses import dataclass

from operator_mcp.fixing.regression import found_no_tests, regression_command
from operator_mcp.fixing.suite import SuiteRun, run_suite
from operator_mcp.fixing.workspace import Workspace
from operator_mcp.models import Checks
from operator_mcp.settings import Repository


@dataclass(frozen=True)
class Verdict:
    """What the checks found; `reason` is empty where all of them came out as a verified fix needs."""

    checks: Checks
    reason: str

    @property
    def verified(self) -> bool:
        """True where the fix may be shown to a human as verified."""
        return not self.reason


async def check(workspace: Workspace, repository: Repository, *, base: str, head: str, tests: Sequence[str]) -> Verdict:
    """Check the change from `base` to `head` (commits or trees), whose test files are `tests`, up to the first trouble.

    Raises:
        FixingError: a command cannot be started, or the workspace is broken.
    """
    return await _Examination(workspace, repository, base, head, tests).verdict()


@dataclass(frozen=True)
class _Examination:
    workspace: Workspace
    repository: Repository
    base: str
    head: str
    tests: Sequence[str]

    async def verdict(self) -> Verdict:
        checks = Checks()
        if not self.tests:
            return Verdict(checks, "the change has no test file: a regression test must show the failure and its end")
        before = await self._suite(self.base, "base")
        checks = checks.model_copy(update={"suite_before": before.word})
        if not before.passed:
            return Verdict(checks, f"the suite fails on the base already, so it proves nothing: {self._told(before)}")
        on_base = await self._regression_on_base()
        checks = checks.model_copy(update={"regression_on_base": on_base.word})
        if found_no_tests(on_base):
            return Verdict(checks, "the regression run found no tests in the change's test files")
        if on_base.passed:
            return Verdict(checks, "the regression test passes without the fix, so it does not show the failure")
        after = await self._suite(self.head, "fix")
        checks = checks.model_copy(update={"suite_after": after.word})
        if not after.passed:
            return Verdict(checks, f"the suite fails with the fix: {self._told(after)}")
        on_fix = await self._regression(self.head, "regression-on-fix")
        checks = checks.model_copy(update={"regression_on_fix": on_fix.word})
        return Verdict(checks, "" if on_fix.passed else f"the regression test fails with the fix: {self._told(on_fix)}")

    async def _regression_on_base(self) -> SuiteRun:
        tree = await self.workspace.with_files_of(self.base, self.head, self.tests)
        return await self._regression(tree, "regression-on-base")

    async def _suite(self, tree: str, name: str) -> SuiteRun:
        async with self.workspace.exported(tree, name) as folder:
            return await run_suite(self.repository.suite, folder, timeout_s=self.repository.timeout_s)

    async def _regression(self, tree: str, name: str) -> SuiteRun:
        async with self.workspace.exported(tree, name) as folder:
            argv = regression_command(self.repository, self.tests, folder)
            return await run_suite(argv, folder, timeout_s=self.repository.timeout_s)

    def _told(self, run: SuiteRun) -> str:
        return run.told(self.repository.timeout_s)
