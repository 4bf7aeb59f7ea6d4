"""How a case gets its diagnosis: what stands, what memory knows, what a model or the caller read, or the rules."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import anyio
from anyio.to_thread import run_sync

from operator_mcp import policy
from operator_mcp.diagnosis.evidence import fingerprint
from operator_mcp.diagnosis.known import back_after_fix, from_memory, with_history
from operator_mcp.diagnosis.model.reader import Paid, Reader, unsure
from operator_mcp.diagnosis.proposal import judge
from operator_mcp.diagnosis.readers import read
from operator_mcp.diagnosis.sign import DECISIVE
from operator_mcp.diagnosis.taxonomy import UNKNOWN
from operator_mcp.errors import RuleRefusal, SettingsError
from operator_mcp.ledger import Investigation, Ledger, better
from operator_mcp.models import Case, Diagnosis, Memory, Proposal, Trace
from operator_mcp.settings import Settings

READING_LIMIT = timedelta(seconds=50)
"""A model's reading (45 s at most) that was claimed so long ago and has not ended will not: its process was killed."""

POLL_S = 0.2

OUTRANKED = "the proposal was taken as this case's one verdict; what stands is surer than what its quotes prove"
LOST = "a model's reading of this failure ended without a verdict; what was booked for it stays spent"


@dataclass(frozen=True)
class Concluded:
    """The case with its standing diagnosis; which rule did not take the proposal; why the model was not asked."""

    case: Case
    refused: RuleRefusal | None = None
    note: str | None = None


async def conclude(
    ledger: Ledger, settings: Settings, case: Case, found: Investigation, proposal: Proposal | None, *, actor: str
) -> Concluded:
    """Give the case with its standing diagnosis; a known failure is recognised at no cost (rule 2)."""
    if found.trace is None:
        raise AssertionError(f"run {case.run_id} was opened as a case without an origin")
    return await _Conclusion(ledger, settings, found, found.trace, actor).conclude(case, proposal)


@dataclass(frozen=True)
class _Conclusion:
    ledger: Ledger
    settings: Settings
    found: Investigation
    trace: Trace
    actor: str

    @cached_property
    def rules(self) -> Diagnosis:
        """What rules read of this run; free, but not worth doing anew at every question."""
        return read(self.trace, self.found.finding)

    @property
    def failed_at(self) -> datetime:
        """When the run failed, as far as the control plane says; else now."""
        origin = self.found.finding.origin
        return (origin and (origin.started_at or origin.ended_at)) or datetime.now(UTC)

    async def conclude(self, case: Case, proposal: Proposal | None) -> Concluded:
        remembered = await self._recognise(case)
        note = None
        if proposal is None and self.settings.model and _open_to_a_model(case, self._recognised(remembered)):
            note = await self._ask_model(case, remembered)
            case = await self._fresh(case)
            remembered = await self._recognise(case)
        if case.diagnosis is None:
            case = await self._accept(case, self._free(remembered))
        elif case.diagnosis.provisional and case.diagnosis.engine in ("rules", "memory"):
            case = await self._read_again(case, case.diagnosis, remembered)
        if proposal is None:
            return Concluded(case, note=note)
        try:
            policy.require_open_to_proposals(case, self._recognised(remembered))
            proved = await self._judge(case, proposal)
            case = await self._accept(case, with_history(proved, case.diagnosis))
            return Concluded(case, note=None if _stands(case) else OUTRANKED)
        except RuleRefusal as refused:
            return Concluded(await self._fresh(case), refused=refused)

    async def _read_again(self, case: Case, stands: Diagnosis, remembered: Memory | None) -> Case:
        """Read an unsure case once more: its logs may have come since, or memory may know better; neither costs."""
        fresh = self._free(remembered)
        return await self._accept(case, fresh) if better(fresh, stands) else case

    async def _ask_model(self, case: Case, remembered: Memory | None) -> str | None:
        """Let the model read where the rules are unsure, or wait for a reading under way; say why it was not asked."""
        if not unsure(self.rules):
            return None
        since = remembered.fix_at if remembered and policy.is_after_fix(remembered, self.failed_at) else None
        reader = Reader(self.ledger, self.settings, self.actor)
        try:
            # Shielded: a client that hangs up must not lose what was paid for. The call has a deadline of its own.
            with anyio.CancelScope(shield=True):
                paid = await reader.read(case, self.found.finding, self.trace, self.rules, since=since)
                if paid is not None:
                    return await self._keep(case, paid, remembered)
        except (RuleRefusal, SettingsError) as why:
            return f"the model was not asked: {why}"
        return await self._reading_ended(case)

    async def _keep(self, case: Case, paid: Paid, remembered: Memory | None) -> str | None:
        """Keep first and settle then: who waits for this reading to end finds its diagnosis."""
        try:
            await self._accept(case, self._new(paid.diagnosis, remembered))
        except RuleRefusal as late:
            return f"the model's verdict came too late: {late.why}"
        finally:
            await paid.settle(self.ledger)
        return None

    async def _reading_ended(self, case: Case) -> str | None:
        """Wait for another process's reading of this failure, and say if it was lost.

        The ledger is the only thing both processes can see.
        """
        waited = False
        with anyio.move_on_after(READING_LIMIT.total_seconds()):
            while await run_sync(self.ledger.reading_under_way, case.case_id, READING_LIMIT):
                waited = True
                await anyio.sleep(POLL_S)
        known = await run_sync(self.ledger.recall, case.fleet, self.found.signature) if waited else None
        reasoned = known is not None and known.diagnosis.engine == "model"
        return LOST if waited and not reasoned and not (await self._fresh(case)).reasoned else None

    async def _fresh(self, case: Case) -> Case:
        return await run_sync(self.ledger.case, case.fleet, case.run_id) or case

    async def _contradicted(self, case: Case) -> bool:
        """Tell whether this run's own evidence decides another cause than the rules read of those that look alike."""
        known = await run_sync(self.ledger.recall, case.fleet, self.found.signature)
        if known is None or known.diagnosis.engine != "rules" or known.diagnosis.provisional:
            return False
        decisive = self.rules.confidence >= DECISIVE
        return decisive and self.rules.root_cause not in (known.diagnosis.root_cause, UNKNOWN)

    async def _recognise(self, case: Case) -> Memory | None:
        if await self._contradicted(case):
            return None
        return await run_sync(
            lambda: self.ledger.see_again(case.fleet, case.run_id, self.found.signature, failed_at=self.failed_at)
        )

    def _recognised(self, remembered: Memory | None) -> Memory | None:
        """What memory knows is an answer, unless the failure is back after its fix."""
        return None if remembered is None or policy.is_regression(remembered, self.failed_at) else remembered

    def _free(self, remembered: Memory | None) -> Diagnosis:
        known = self._recognised(remembered)
        fresh = self.rules
        if known is not None and not known.diagnosis.provisional:
            return from_memory(known, self.trace, fresh)
        if known is not None:
            return fresh if better(fresh, known.diagnosis) else from_memory(known, self.trace, fresh)
        return self._new(fresh, remembered)

    def _new(self, fresh: Diagnosis, remembered: Memory | None) -> Diagnosis:
        """A diagnosis of this run's own says so where the failure is back after its fix."""
        back = remembered is not None and policy.is_after_fix(remembered, self.failed_at)
        return back_after_fix(fresh, remembered) if remembered and back else fresh

    async def _judge(self, case: Case, proposal: Proposal) -> Diagnosis:
        if await run_sync(self.ledger.proposals_closed, case.case_id):
            why = "three proposals for this case could not be verified; it takes no more"
            raise RuleRefusal(1, why, "act on the stored diagnosis")
        try:
            return judge(proposal, self.trace, self.found.finding, self.rules)
        except RuleRefusal as refused:
            await run_sync(self.ledger.reject_proposal, case.case_id, refused.why, self.actor)
            raise

    async def _accept(self, case: Case, diagnosis: Diagnosis) -> Case:
        return await run_sync(
            lambda: self.ledger.conclude(
                case.case_id,
                diagnosis,
                fingerprint=fingerprint(case.reasoner, diagnosis.root_cause),
                signature=self.found.signature,
                failed_at=self.failed_at,
                actor=self.actor,
            )
        )


def _open_to_a_model(case: Case, known: Memory | None) -> bool:
    """Tell whether the case has nothing better than an unsure reading by the rules, and memory no better either."""
    if case.diagnosis is None:
        return known is None
    better_known = known is not None and known.diagnosis.engine in ("model", "proposal")
    return case.diagnosis.engine == "rules" and unsure(case.diagnosis) and not better_known


def _stands(case: Case) -> bool:
    return case.diagnosis is not None and case.diagnosis.engine == "proposal"
