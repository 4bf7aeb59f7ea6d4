"""How a fix moves on: compare-and-set, one transaction, one audit line; ended is ended (rule 3)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from sqlalchemy import Connection, func, select, update

from operator_mcp.errors import LedgerError, RuleRefusal, UsageError
from operator_mcp.ledger import tables
from operator_mcp.ledger.audit import write_line
from operator_mcp.ledger.cases import case_in, set_state
from operator_mcp.ledger.columns import dump
from operator_mcp.ledger.fixes import Report, fix_in, query
from operator_mcp.ledger.outbox import mirror_later
from operator_mcp.ledger.store import Store
from operator_mcp.models import LIVE_FIX_STATES, Case, ChangedFile, Checks, Fix, FixState

WORKING: frozenset[FixState] = frozenset({"booked", "drafting", "checking"})
"""States in which a worker is at it and has to show that it lives."""

MOVES: Mapping[FixState, frozenset[FixState]] = {
    "booked": frozenset({"drafting", "failed", "over_budget", "lost"}),
    "drafting": frozenset({"checking", "failed", "over_budget", "lost"}),
    "checking": frozenset({"awaiting_approval", "not_verified", "failed", "over_budget", "lost"}),
    "awaiting_approval": frozenset({"approved", "rejected", "expired"}),
    "approved": frozenset({"merged", "conflict", "rejected"}),
}
"""Every way a fix can go. Out of `awaiting_approval` lead only a human's decision and the clock (rule 5).

A fix that is approved but not merged can be withdrawn by a human: then it is rejected.
"""


class FixFields(TypedDict, total=False):
    """What a move may set beside the state."""

    branch: str
    base_branch: str
    base: str
    head: str
    tree: str
    diff_digest: str
    diff: str
    files: tuple[ChangedFile, ...]
    checks: Checks
    detail: str


class Moves(Store):
    """Moving, beating, losing and reopening fixes."""

    def move_fix(
        self, fix_id: str, source: FixState, target: FixState, *, actor: str, **fields: Unpack[FixFields]
    ) -> Fix:
        """Move a fix from the state the caller saw to the next one, and set `fields` with it.

        Raises:
            LedgerError: there is no such fix, no such way, or the fix is no longer in `source`.
            RuleRefusal: this is a human's to decide; only `decide` and `withdraw` lead there (rule 5).
        """
        human = source == "awaiting_approval" or target == "rejected"
        if human and target in MOVES.get(source, frozenset()):
            raise RuleRefusal(5, f"{fix_id} waits for a human's decision", "approve or reject it")
        with self._change() as connection:
            return move_in(connection, self._clock(), fix_id, source, target, actor=actor, fields=fields)

    def beat(self, fix_id: str) -> None:
        """Say that the worker of a fix lives.

        Raises:
            LedgerError: the fix is no longer being worked on (it was given up as lost, or has ended): stop.
        """
        t = tables.fixes
        with self._change() as connection:
            alive = update(t).where(t.c.fix_id == fix_id, t.c.state.in_(WORKING)).values(heartbeat_at=self._clock())
            if connection.execute(alive).rowcount == 0:
                raise LedgerError(f"{fix_id} is {fix_in(connection, fix_id).state}", "Stop working on it.")

    def lose_dead_fixes(self, older_than: timedelta) -> list[Fix]:
        """Give up the fixes whose worker was silent for so long; their bookings stay spent. Give those fixes."""
        t = tables.fixes
        silent = query().where(
            t.c.state.in_(WORKING), func.coalesce(t.c.heartbeat_at, t.c.created_at) < self._clock() - older_than
        )
        with self._read() as connection:
            if connection.execute(silent).first() is None:
                return []
        with self._change() as connection:
            now = self._clock()
            dead = [(row.fix_id, row.state) for row in connection.execute(silent)]
            fields = FixFields(detail=f"its worker was silent for more than {older_than}; the booking stays spent")
            return [
                move_in(connection, now, fix_id, state, "lost", actor="ledger", fields=fields) for fix_id, state in dead
            ]

    def reopen(self, fix_id: str, *, actor: str, reason: str) -> Case:
        """Archive an ended fix so that its case may have another; for a human, who gives a reason. Give the case.

        What the case has spent stays spent.

        Raises:
            UsageError: no reason is given.
            RuleRefusal: the fix is live, merged, or was reopened before (rule 3).
            LedgerError: there is no such fix.
        """
        if not reason.strip():
            raise UsageError("reason: it is empty", "Say why this fix gets another attempt.")
        t = tables.fixes
        with self._change() as connection:
            fix = fix_in(connection, fix_id)
            if fix.state in LIVE_FIX_STATES or fix.state == "merged":
                raise RuleRefusal(
                    3, f"{fix_id} is {fix.state}", "approve or reject it" if fix.state != "merged" else AGAIN
                )
            archive = update(t).where(t.c.fix_id == fix_id, t.c.archived.is_(False))
            if connection.execute(archive.values(archived=True, case_key=None)).rowcount == 0:
                raise RuleRefusal(3, f"{fix_id} was reopened before", "look at the newer fix of its case")
            set_state(connection, fix.case_id, "diagnosed")
            write_line(connection, self._clock(), actor, "fix reopened", fix_id, reason)
            return case_in(connection, fix.case_id)


AGAIN = "a failure that comes back after its fix is a new case: diagnose the new run"


def move_in(
    connection: Connection,
    at: datetime,
    fix_id: str,
    source: FixState,
    target: FixState,
    *,
    actor: str,
    fields: FixFields | None = None,
) -> Fix:
    """Move a fix within a change.

    Raises:
        LedgerError: there is no such fix, no such way, or the fix is no longer in `source`.
    """
    if target not in MOVES.get(source, frozenset()):
        raise LedgerError(f"a fix does not go from {source} to {target}", "Read the fix again and go on from there.")
    fix = fix_in(connection, fix_id)
    if fix.state != source:
        raise LedgerError(f"{fix_id} is {fix.state}, no longer {source}", "Read the fix again and go on from there.")
    given = FixFields() if fields is None else fields
    ended = target not in LIVE_FIX_STATES
    t = tables.fixes
    connection.execute(
        update(t)
        .where(t.c.fix_id == fix_id, t.c.state == source)
        .values(
            state=target, moved_at=at, heartbeat_at=at, **_columns(fix, given), **({"live_key": None} if ended else {})
        )
    )
    if ended:
        set_state(connection, fix.case_id, "closed")
    write_line(connection, at, actor, f"{source} -> {target}", fix_id, given.get("detail", ""))
    _tell_memory(connection, at, fix)
    return fix_in(connection, fix_id)


def _columns(fix: Fix, fields: FixFields) -> dict[str, str]:
    report = Report(files=fields.get("files", fix.files), checks=fields.get("checks", fix.checks))
    plain = {name: value for name, value in fields.items() if isinstance(value, str)}
    return {**plain, "report": dump(report)}


def _tell_memory(connection: Connection, at: datetime, fix: Fix) -> None:
    """Let the mirror tell the state of the fix, where its failure is remembered."""
    c, m = tables.cases, tables.memories
    fleet = connection.execute(select(c.c.fleet).where(c.c.case_id == fix.case_id)).scalar_one()
    known = select(m.c.count).where(m.c.fleet == fleet, m.c.fingerprint == fix.fingerprint)
    if connection.execute(known).one_or_none() is not None:
        mirror_later(connection, at, fleet, fix.fingerprint)
