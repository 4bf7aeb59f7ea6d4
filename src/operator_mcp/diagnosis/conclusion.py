"""How a case gets its diagnosis: what stands, what memory knows, what the caller proved, or what the rules read."""

from decimal import Decimal

from anyio.to_thread import run_sync

from operator_mcp import policy
from operator_mcp.diagnosis.evidence import fingerprint
from operator_mcp.diagnosis.proposal import judge
from operator_mcp.diagnosis.readers import read
from operator_mcp.errors import RuleRefusal
from operator_mcp.ledger import Investigation, Ledger
from operator_mcp.models import Case, Diagnosis, Memory, Proposal, Trace


async def conclude(ledger: Ledger, case: Case, found: Investigation, proposal: Proposal | None, *, actor: str) -> Case:
    """Give the case with its standing diagnosis; a known failure is recognised at no cost (rule 2).

    Raises:
        RuleRefusal: rule 1 or 2 does not take the proposal; the case keeps what it had.
    """
    if found.trace is None:
        raise AssertionError(f"run {case.run_id} was opened as a case without an origin")
    remembered = await run_sync(ledger.see_again, case.fleet, case.run_id, found.signature)
    recognised = remembered if remembered and remembered.fix_state != "merged" else None
    if case.diagnosis is None:
        case = await _accept(ledger, case, _free(found, found.trace, recognised), found.signature, actor)
    if proposal is None:
        return case
    policy.require_open_to_proposals(case, recognised)
    proved = await _judge(ledger, case, proposal, found, found.trace, actor)
    return await _accept(ledger, case, proved, found.signature, actor)


def _free(found: Investigation, trace: Trace, recognised: Memory | None) -> Diagnosis:
    if recognised is None:
        return read(trace, found.finding)
    return recognised.diagnosis.model_copy(update={"engine": "memory", "cost_usd": Decimal(0)})


async def _judge(
    ledger: Ledger, case: Case, proposal: Proposal, found: Investigation, trace: Trace, actor: str
) -> Diagnosis:
    if await run_sync(ledger.proposals_closed, case.case_id):
        raise RuleRefusal(
            1, "three proposals for this case could not be verified; it takes no more", "act on the stored diagnosis"
        )
    try:
        return judge(proposal, trace, found.finding, read(trace, found.finding))
    except RuleRefusal as refused:
        await run_sync(ledger.reject_proposal, case.case_id, refused.why, actor)
        raise


async def _accept(ledger: Ledger, case: Case, diagnosis: Diagnosis, signature: str, actor: str) -> Case:
    name = fingerprint(case.reasoner, diagnosis.root_cause)
    accepted = await run_sync(lambda: ledger.accept_diagnosis(case.case_id, diagnosis, fingerprint=name, actor=actor))
    standing = accepted.diagnosis
    if accepted.fingerprint and standing and policy.worth_remembering(standing):
        await run_sync(ledger.remember, case.fleet, case.run_id, accepted.fingerprint, standing, signature)
    return accepted
