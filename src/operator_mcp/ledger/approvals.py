"""Approvals (rule 5): one question per fix, bound to bytes, answered once by a human, within its time."""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from operator_mcp import policy
from operator_mcp.errors import RuleRefusal, UsageError
from operator_mcp.ledger import tables
from operator_mcp.ledger.audit import write_line
from operator_mcp.ledger.fixes import fix_in
from operator_mcp.ledger.moves import FixFields, move_in
from operator_mcp.ledger.store import Store
from operator_mcp.models import Approval, Fix

Decision = Literal["approved", "rejected"]
FINAL = "nothing more can be decided; only a human reopens, with `operator-mcp reopen` and a reason"


class Approvals(Store):
    """Asking, deciding, withdrawing and expiring."""

    def ask_approval(self, fix_id: str, *, base: str, tree: str, diff_digest: str, lifetime: timedelta) -> Approval:
        """Put the question about a fix that awaits approval, for at most rule 5's time; asking again changes nothing.

        Raises:
            RuleRefusal: the fix does not await approval, or these are not its bytes (rule 5).
            LedgerError: there is no such fix.
        """
        with self._change() as connection:
            fix = fix_in(connection, fix_id)
            if (fix.base, fix.tree, fix.diff_digest) != (base, tree, diff_digest):
                raise RuleRefusal(5, f"these are not the bytes of {fix_id}", "ask for the fix as it is stored")
            known = _approval(connection, fix_id)
            if known is not None:
                return known
            if fix.state != "awaiting_approval":
                raise RuleRefusal(5, f"{fix_id} is {fix.state}: there is nothing to approve", "read the fix again")
            now = self._clock()
            connection.execute(
                insert(tables.approvals).values(
                    fix_id=fix_id,
                    base=base,
                    tree=tree,
                    diff_digest=diff_digest,
                    state="waiting",
                    asked_at=now,
                    expires_at=now + min(lifetime, policy.APPROVAL_LIFETIME),
                )
            )
            write_line(connection, now, "ledger", "approval asked", fix_id, diff_digest)
            return _require_approval(connection, fix_id)

    def approval(self, fix_id: str) -> Approval | None:
        """Give the question about a fix, or None where none was put."""
        with self._read() as connection:
            return _approval(connection, fix_id)

    def decide(self, fix_id: str, decision: Decision, *, by: str, diff_digest: str) -> Fix:
        """Carry a human's decision into approval and fix, in one transaction. `diff_digest` is of what they saw.

        Raises:
            UsageError: nobody is named.
            RuleRefusal: there is no question, it was decided before, it has expired (the fix is then too), or the
                human saw other bytes (rule 5).
            LedgerError: there is no such fix.
        """
        if not by.strip():
            raise UsageError("by: it is empty", "Name the human who decides.")
        with self._change() as connection:
            now = self._clock()
            fix_in(connection, fix_id)
            approval = _require_approval(connection, fix_id)
            if approval.state != "waiting":
                raise RuleRefusal(5, f"the approval of {fix_id} is {approval.state} already", FINAL)
            in_time = now < approval.expires_at
            if not in_time:
                _expire(connection, now, fix_id)
            elif approval.diff_digest != diff_digest:
                raise RuleRefusal(5, f"the decision is about other bytes than {fix_id} has", "look at the diff again")
            else:
                _close(connection, now, fix_id, decision, by)
                detail = FixFields(detail=f"{decision} by {by}")
                fix = move_in(connection, now, fix_id, "awaiting_approval", decision, actor=by, fields=detail)
        if not in_time:
            raise RuleRefusal(5, f"the approval of {fix_id} expired at {approval.expires_at:%Y-%m-%d %H:%M} UTC", FINAL)
        return fix

    def withdraw(self, fix_id: str, *, by: str, diff_digest: str) -> Fix:
        """Reject a fix that was approved and is not merged, in one transaction. `diff_digest` is of what they saw.

        The ledger does not see the repository: callers make sure that no merge is under way (`fixing.withdrawal`).

        Raises:
            UsageError: nobody is named.
            RuleRefusal: the fix is not approved, or no longer; or the human saw other bytes (rule 5).
            LedgerError: there is no such fix.
        """
        if not by.strip():
            raise UsageError("by: it is empty", "Name the human who decides.")
        with self._change() as connection:
            fix, now = fix_in(connection, fix_id), self._clock()
            approval = _require_approval(connection, fix_id)
            if fix.state != "approved" or approval.state != "approved":
                raise RuleRefusal(5, f"{fix_id} is {fix.state}: only an approved fix can be withdrawn", FINAL)
            if approval.diff_digest != diff_digest:
                raise RuleRefusal(5, f"the decision is about other bytes than {fix_id} has", "look at the diff again")
            _close(connection, now, fix_id, "rejected", by, source="approved")
            detail = FixFields(detail=f"approved by {approval.decided_by}, rejected by {by} before it was merged")
            return move_in(connection, now, fix_id, "approved", "rejected", actor=by, fields=detail)

    def expire_approvals(self) -> list[Fix]:
        """Expire every question whose time is over, with its fix; give those fixes."""
        t = tables.approvals
        late = select(t.c.fix_id).where(t.c.state == "waiting", t.c.expires_at <= self._clock())
        with self._read() as connection:
            if connection.execute(late).first() is None:
                return []
        with self._change() as connection:
            return [_expire(connection, self._clock(), fix_id) for fix_id in connection.execute(late).scalars().all()]


def _expire(connection: Connection, at: datetime, fix_id: str) -> Fix:
    _close(connection, at, fix_id, "expired", "ledger")
    detail = FixFields(detail="nobody decided in time")
    return move_in(connection, at, fix_id, "awaiting_approval", "expired", actor="ledger", fields=detail)


def _close(connection: Connection, at: datetime, fix_id: str, state: str, by: str, *, source: str = "waiting") -> None:
    t = tables.approvals
    open_ones = update(t).where(t.c.fix_id == fix_id, t.c.state == source)
    connection.execute(open_ones.values(state=state, decided_at=at, decided_by=by))


def _approval(connection: Connection, fix_id: str) -> Approval | None:
    t = tables.approvals
    row = connection.execute(select(t).where(t.c.fix_id == fix_id)).mappings().one_or_none()
    return None if row is None else Approval.model_validate(dict(row))


def _require_approval(connection: Connection, fix_id: str) -> Approval:
    found = _approval(connection, fix_id)
    if found is None:
        raise RuleRefusal(5, f"nobody was asked about {fix_id}", "call draft_fix again to see where it stands")
    return found
