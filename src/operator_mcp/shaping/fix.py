"""The answer of `draft_fix`."""

from operator_mcp.answers import ApprovalBrief, Drafted
from operator_mcp.approval.decisions import ways
from operator_mcp.errors import RuleRefusal
from operator_mcp.models import Approval, Case, Checks, Finding, Fix
from operator_mcp.shaping.brief import refusal

FIX_STEPS = {
    "booked": "The worker is starting; call draft_fix(id) again for its state.",
    "drafting": "The worker is drafting; call draft_fix(id) again for its state.",
    "checking": "The worker is checking; call draft_fix(id) again for its state.",
    "awaiting_approval": "A human must approve; approval.ways tells how. Waiting costs nothing.",
    "merged": "Merged. Nothing more to do.",
}


def drafted(
    case: Case, fix: Fix | None, approval: Approval | None, refused: RuleRefusal | None, *, in_session: bool
) -> Drafted:
    """Shape where the one fix of a case stands."""
    return Drafted(
        run_id=case.run_id,
        fix_id=fix and fix.fix_id,
        state=fix.state if fix else "none",
        branch=fix and fix.branch,
        base=fix and fix.base,
        head=fix and fix.head,
        diff_digest=fix and fix.diff_digest,
        files=fix.files if fix else (),
        checks=fix.checks if fix else Checks(),
        cost_usd=float(fix.cost_usd) if fix else 0,
        approval=_approval(fix, approval, in_session),
        detail=fix.detail if fix else "",
        refused=refusal(refused),
        next=_fix_step(fix, refused),
    )


def nothing_to_fix(finding: Finding) -> Drafted:
    """Shape the answer for a run that has no failure to fix."""
    refused = RuleRefusal(6, f"the run is {finding.verdict}: there is no diagnosed failure to fix", "nothing")
    none = ApprovalBrief(state="none", expires_at=None, ways=())
    return Drafted(
        run_id=finding.run_id,
        fix_id=None,
        state="none",
        branch=None,
        base=None,
        head=None,
        diff_digest=None,
        files=(),
        checks=Checks(),
        cost_usd=0,
        approval=none,
        detail="",
        refused=refusal(refused),
        next="list_failures shows the runs that failed.",
    )


def _approval(fix: Fix | None, approval: Approval | None, in_session: bool) -> ApprovalBrief:
    if fix is None or approval is None:
        return ApprovalBrief(state="none", expires_at=None, ways=())
    open_ways = tuple(ways(fix, in_session=in_session)) if fix.state in ("awaiting_approval", "approved") else ()
    return ApprovalBrief(state=approval.state, expires_at=approval.expires_at, ways=open_ways)


def _fix_step(fix: Fix | None, refused: RuleRefusal | None) -> str:
    if fix is None and refused is None:
        return "No fix yet: call draft_fix(id, patch) with a unified diff that holds the change and a regression test."
    if fix is None:
        return "No fix was drafted; `refused` tells why."
    if fix.state == "approved":
        return f"Approved, not merged yet: a human runs `operator-mcp approve {fix.fix_id}` to finish it."
    return FIX_STEPS.get(fix.state, f"The fix is {fix.state}, which is final. Only a human can reopen it.")
