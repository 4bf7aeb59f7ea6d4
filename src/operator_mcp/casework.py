"""The application: the verbs of an on-call shift, each a short story.

list_failures  ->  get_failed_hop  ->  diagnose  ->  draft_fix  --(a human approves)-->  merged
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from anyio.to_thread import run_sync
from pydantic import JsonValue

from operator_mcp import policy
from operator_mcp.answers import Diagnosed, Drafted, FailedHop, Failures
from operator_mcp.approval.decisions import decide
from operator_mcp.approval.question import question
from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.detection import listing
from operator_mcp.diagnosis.conclusion import conclude
from operator_mcp.diagnosis.readers import read
from operator_mcp.errors import RuleRefusal, UsageError
from operator_mcp.fixing.booking import Progress, book, require_continuation, silent, wait
from operator_mcp.fixing.leftovers import clear
from operator_mcp.fixing.merge import merge
from operator_mcp.investigation.investigate import investigate
from operator_mcp.ledger import Investigation, Ledger
from operator_mcp.memory.mirror import catch_up_briefly
from operator_mcp.models import Case, Finding, Fix, Proposal, Run
from operator_mcp.settings import Repository, Settings
from operator_mcp.shaping.diagnosis import diagnosed, nothing_to_diagnose, undecided
from operator_mcp.shaping.failures import DEFAULT_ROWS, MOST_ROWS, Asked, drop_outdated, failures, known
from operator_mcp.shaping.fix import drafted, nothing_to_fix
from operator_mcp.shaping.hop import failed_hop, trace_page
from operator_mcp.untrusted import scrub

DEAD_AFTER = timedelta(seconds=60)
"""A worker beats every few seconds; one that was silent for this long is dead and its attempt lost."""


def utcnow() -> datetime:
    """Give the time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Casework:
    """The verbs, over one fleet's control plane and one ledger. `actor` is who the audit trail names."""

    settings: Settings
    control_plane: ControlPlane
    ledger: Ledger
    actor: str = "mcp"
    clock: Callable[[], datetime] = field(default=utcnow)

    @property
    def fleet(self) -> str:
        """The fleet whose cases these are."""
        return self.settings.fleet_name

    async def list_failures(
        self,
        since: str | None = None,
        agent: str | None = None,
        status: str | None = None,
        limit: int = DEFAULT_ROWS,
        cursor: str | None = None,
    ) -> Failures:
        """Give the failed runs, newest first.

        Raises:
            UsageError: an argument cannot be read, or the status is none that is listed.
            ControlPlaneError: the control plane did not answer as it should.
        """
        listing.require_status(status)
        scan = await listing.scan(
            self.control_plane,
            wanted=partial(listing.matches, agent=agent, status=status),
            limit=min(limit, MOST_ROWS),
            since=listing.parse_since(since, self.clock()) if since else None,
            position=listing.Position.decode(cursor) if cursor else None,
        )
        await run_sync(lambda: drop_outdated(self.ledger, self.fleet, scan.rows))
        rows = await run_sync(lambda: [known(self.ledger, self.fleet, row) for row in scan.rows])
        return failures(scan, rows, Asked(since=since, agent=agent, status=status))

    async def get_failed_hop(self, id: str, detail: str = "brief") -> FailedHop:
        """Give the hop where the run of `id` began to fail, with the evidence about it.

        Raises:
            UnknownId: no run or execution has that id.
            ControlPlaneError: the control plane did not answer as it should.
        """
        found = await self._investigate(id)
        case = await run_sync(self.ledger.case, self.fleet, found.finding.run_id)
        memory = await run_sync(self.ledger.recall, self.fleet, found.signature) if found.signature else None
        return failed_hop(found, case, memory, detail=detail)

    async def diagnose(self, id: str, proposal: Proposal | None = None) -> Diagnosed:
        """Say why the run of `id` failed: from the case, memory, the proposal, the model or the rules.

        Raises:
            UsageError: the proposal names a class that does not exist.
            ControlPlaneError: the control plane did not answer as it should.
        """
        found = await self._investigate(id)
        finding, trace = found.finding, found.trace
        if trace is None or finding.verdict == "healthy":
            return nothing_to_diagnose(finding)
        if finding.verdict == "unfinished":
            return undecided(finding, read(trace, finding))
        case = await self._open_case(found)
        concluded = await conclude(self.ledger, self.settings, case, found, proposal, actor=self.actor)
        answer = await self._diagnosed(concluded.case, concluded.refused)
        points = (*answer.open_points, concluded.note) if concluded.note else answer.open_points
        return answer.model_copy(update={"open_points": points})

    async def draft_fix(self, id: str, patch: str | None = None, progress: Progress = silent) -> Drafted:
        """Draft the one fix of the case of `id`, or tell where it stands; never a second one.

        Raises:
            FixingError: the patch or the repository cannot be used as given; the one attempt is not used up.
            ControlPlaneError: the run was never looked into, and the control plane did not answer as it should.
        """
        await self._bury_the_dead()
        case = await self._case(id)
        if case is None:
            return nothing_to_fix((await self._investigate(id)).finding)
        fix = await run_sync(self.ledger.fix_of, case.case_id)
        refusal = None
        try:
            if fix is not None:
                require_continuation(fix, patch)
            elif (repository := await run_sync(self._fixable, case)) and patch is not None:
                fix = await book(self.ledger, self.settings, case, repository, patch, actor=self.actor)
        except RuleRefusal as refused:
            refusal = refused
        if fix is not None:
            fix = await wait(self.ledger, fix, progress, window_s=self.settings.wait_s)
        return await self._drafted(case, fix, refusal)

    async def decide(self, fix_id: str, approve: bool, *, by: str, digest: str | None = None) -> Drafted:
        """Carry out a human's decision about a fix: approving merges it, by rule 5.

        Deciding again on an approved fix finishes a merge that a dirty working tree had held up.

        Raises:
            UsageError: no fix has that id.
        """
        await self._bury_the_dead()
        fix = await run_sync(self.ledger.fix, fix_id)
        if fix is None:
            raise UsageError(f"no fix has the id {fix_id!r}", "Run `operator-mcp cases` to see the fixes there are.")
        case = await run_sync(self.ledger.case, self.fleet, fix.run_id)
        if case is None:
            raise UsageError(f"fix {fix_id} belongs to another fleet", f"Set fleet; this one is {self.fleet!r}.")
        refusal = None
        try:
            if not (approve and fix.state == "approved"):
                fix = await decide(self.ledger, fix.fix_id, approve, by=by, digest=digest)
            if fix.state == "approved":
                fix = await merge(self.ledger, fix, self._repository(case), self.settings.home)
        except RuleRefusal as refused:
            refusal = refused
            fix = await run_sync(self.ledger.fix, fix_id)
        return await self._drafted(case, fix, refusal)

    async def question(self, fix_id: str) -> str | None:
        """Give the question to ask a human in the session, or None where the fix does not wait for one there."""
        fix = await run_sync(self.ledger.fix, fix_id)
        if fix is None or fix.state != "awaiting_approval" or self.settings.approvals != "in-session":
            return None
        case = await run_sync(self.ledger.case, self.fleet, fix.run_id)
        approval = await run_sync(self.ledger.approval, fix_id)
        if case is None or case.diagnosis is None or approval is None:
            return None
        return question(fix, case.diagnosis, approval)

    async def cases(self, limit: int) -> list[Case]:
        """Give the newest cases of this fleet."""
        return await run_sync(lambda: self.ledger.cases(self.fleet, limit=limit))

    async def diff(self, fix_id: str) -> str | None:
        """Give the diff of a fix, or None where there is none."""
        fix = await run_sync(self.ledger.fix, fix_id)
        return fix.diff if fix else None

    async def reopen(self, fix_id: str, *, reason: str, by: str) -> None:
        """Set an ended fix aside so that its case may have one more attempt; audited with the reason."""
        await run_sync(lambda: self.ledger.reopen(fix_id, actor=by, reason=reason))

    async def anatomy(self, id: str) -> tuple[Run, Finding]:
        """Give the whole run of `id`, without payloads, and the finding, to be drawn."""
        finding = (await self._investigate(id)).finding
        run = await self.control_plane.run(finding.run_id)
        bare = tuple(hop.model_copy(update={"input": None, "result": None, "error": None}) for hop in run.hops)
        return scrub(run.model_copy(update={"hops": bare})), finding

    async def evidence(self, run_id: str, cursor: str) -> dict[str, JsonValue]:
        """Give one page of the whole trace of a run; `cursor` is the `next_cursor` of the page before.

        Raises:
            UsageError: the cursor is not a place in the trace.
        """
        found = await self._investigate(run_id)
        return trace_page(found.trace.model_dump_json(indent=1) if found.trace else "", cursor)

    async def dossier(self, run_id: str) -> dict[str, JsonValue]:
        """Give everything known of one run: finding, case with diagnosis, fix, approval, and the audit lines."""
        found = await self._investigate(run_id)
        run_id = found.finding.run_id
        case = await run_sync(self.ledger.case, self.fleet, run_id)
        fix = await run_sync(self.ledger.fix_of, case.case_id) if case else None
        audit = await run_sync(self.ledger.audit, run_id)
        return {
            "finding": found.finding.model_dump(mode="json"),
            "case": case.model_dump(mode="json") if case else None,
            "fix": fix.model_dump(mode="json", exclude={"diff"}) if fix else None,
            "audit": [line.model_dump(mode="json") for line in audit],
        }

    async def _investigate(self, id: str) -> Investigation:
        return await investigate(self.control_plane, self.ledger, self.fleet, id, now=self.clock())

    async def _open_case(self, found: Investigation) -> Case:
        finding = found.finding
        hop = finding.origin
        return await run_sync(
            lambda: self.ledger.open_case(
                self.fleet,
                finding.run_id,
                origin=hop.execution_id if hop else None,
                agent=hop.agent if hop else "",
                reasoner=hop.reasoner if hop else "",
                signature=found.signature,
            )
        )

    async def _case(self, id: str) -> Case | None:
        """Give the case of an id with its diagnosis, opening and reading it where nobody did before."""
        case = await run_sync(self.ledger.case, self.fleet, id)
        if case is None or case.diagnosis is None:
            await self.diagnose(id)
            found = await self._investigate(id)
            case = await run_sync(self.ledger.case, self.fleet, found.finding.run_id)
        return case

    def _repository(self, case: Case) -> Repository:
        repository = self.settings.repository(case.agent)
        if repository is None:
            raise RuleRefusal(
                6,
                f"no repository is configured for the agent {case.agent!r}: the operator is read-only there",
                f'add [repositories."{case.agent}"] with path, base and suite to operator.toml',
            )
        return repository

    def _fixable(self, case: Case) -> Repository:
        diagnosis = case.diagnosis
        if diagnosis is None:
            raise RuleRefusal(6, "this case has no diagnosis", "call diagnose first")
        memory = self.ledger.memory(self.fleet, case.fingerprint) if case.fingerprint else None
        policy.require_unfixed(diagnosis, memory)
        policy.require_fixable(diagnosis.root_cause, diagnosis.confidence, diagnosis.code_level)
        return self._repository(case)

    async def _bury_the_dead(self) -> None:
        for lost in await run_sync(self.ledger.lose_dead_fixes, DEAD_AFTER):
            await clear(self.settings.home, lost.fix_id)
        await run_sync(self.ledger.expire_approvals)

    async def _diagnosed(self, case: Case, refusal: RuleRefusal | None) -> Diagnosed:
        memory = await run_sync(self.ledger.memory, self.fleet, case.fingerprint) if case.fingerprint else None
        fixable = self.settings.repository(case.agent) is not None
        return diagnosed(case, memory, refusal, fixable=fixable)

    async def _drafted(self, case: Case, fix: Fix | None, refusal: RuleRefusal | None) -> Drafted:
        approval = await run_sync(self.ledger.approval, fix.fix_id) if fix else None
        return drafted(case, fix, approval, refusal, in_session=self.settings.approvals == "in-session")


@asynccontextmanager
async def open_casework(settings: Settings, *, actor: str) -> AsyncIterator[Casework]:
    """Open the ledger and the connection to the control plane; at the end, let the mirror catch up and close both.

    Raises:
        LedgerError: the ledger cannot be opened.
    """
    ledger = await run_sync(Ledger.open, settings.ledger_url)
    try:
        async with ControlPlane(settings.control_plane_url, settings.control_plane_key) as control_plane:
            casework = Casework(settings, control_plane, ledger, actor=actor)
            yield casework
            if settings.mirror:
                await catch_up_briefly(ledger, control_plane, casework.fleet)
    finally:
        ledger.close()
