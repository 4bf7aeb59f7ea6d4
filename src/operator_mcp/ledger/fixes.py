"""Fixes (rule 3): booking the one fix of a case, and reading fixes."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from sqlalchemy import Connection, RowMapping, Select, insert, select

from operator_mcp.errors import LedgerError, RuleRefusal
from operator_mcp.ledger import tables
from operator_mcp.ledger.audit import write_line
from operator_mcp.ledger.cases import case_in, set_state
from operator_mcp.ledger.columns import dump, load
from operator_mcp.ledger.money import book_in, cost
from operator_mcp.ledger.store import Store
from operator_mcp.models import Case, ChangedFile, Checks, Fix, FixState, Noun


class Report(Noun):
    """The lists and nests of a fix, kept as one text."""

    files: tuple[ChangedFile, ...] = ()
    checks: Checks = Checks()


FIELDS = (*(c.name for c in tables.fixes.columns if c.name in Fix.model_fields), "report")


class Fixes(Store):
    """Booking and reading. How a fix moves on is `Moves`' business."""

    def book_fix(
        self,
        case_id: int,
        *,
        fingerprint: str,
        repository: str,
        base_branch: str,
        patch_digest: str | None,
        usd: Decimal,
        cap: Decimal,
        actor: str,
    ) -> tuple[Fix, bool]:
        """Give the fix of a case, and whether this very call booked it: of two at the same instant, one gets True.

        `usd` is the most the attempt may cost; it is booked with the fix (`Fix.booking_id`), in one transaction.

        Raises:
            RuleRefusal: another case holds the live fix of this fingerprint (rule 3), or the case would pass the
                cap (rule 4). Nothing is booked then.
            LedgerError: there is no such case.
        """
        with self._change() as connection:
            case = case_in(connection, case_id)
            known = one(connection, query().where(tables.fixes.c.case_key == case_id))
            if known is not None:
                return known, False
            _require_unheld(connection, case, fingerprint)
            now = self._clock()
            fix_id = self._new_fix_id()
            connection.execute(
                insert(tables.fixes).values(
                    fix_id=fix_id,
                    case_id=case_id,
                    case_key=case_id,
                    fleet=case.fleet,
                    fingerprint=fingerprint,
                    live_key=fingerprint,
                    booking_id=book_in(connection, now, case_id, "fix", usd, cap=cap),
                    state="booked",
                    repository=repository,
                    base_branch=base_branch,
                    patch_digest=patch_digest,
                    report=dump(Report()),
                    detail="",
                    created_at=now,
                    moved_at=now,
                    heartbeat_at=now,
                    archived=False,
                )
            )
            set_state(connection, case_id, "fixing")
            write_line(connection, now, actor, "fix booked", fix_id, f"{fingerprint}, at most ${usd}")
            return fix_in(connection, fix_id), True

    def fix(self, fix_id: str) -> Fix | None:
        """Give a fix by its id, or None."""
        with self._read() as connection:
            return one(connection, query().where(tables.fixes.c.fix_id == fix_id))

    def fix_of(self, case_id: int) -> Fix | None:
        """Give the fix of a case, or None; one that a human reopened is no longer it."""
        with self._read() as connection:
            return one(connection, query().where(tables.fixes.c.case_key == case_id))

    def fixes(self, fleet: str, states: Collection[FixState] | None = None, *, limit: int = 50) -> Sequence[Fix]:
        """Give the fixes of a fleet, newest first, of all states or of some."""
        t = tables.fixes
        wanted = query().where(t.c.fleet == fleet).order_by(t.c.number.desc()).limit(limit)
        if states is not None:
            wanted = wanted.where(t.c.state.in_(states))
        with self._read() as connection:
            return [_fix(row) for row in connection.execute(wanted).mappings()]


def query() -> Select[tuple[object, ...]]:
    """Give the query of all fixes; callers add conditions."""
    f, c, b = tables.fixes, tables.cases, tables.bookings
    return (
        select(*(f.c[name] for name in FIELDS), c.c.run_id, cost().label("cost_usd"))
        .join(c, c.c.case_id == f.c.case_id)
        .join(b, b.c.booking_id == f.c.booking_id)
    )


def one(connection: Connection, wanted: Select[tuple[object, ...]]) -> Fix | None:
    """Give the one fix of a query, or None."""
    row = connection.execute(wanted).mappings().one_or_none()
    return None if row is None else _fix(row)


def fix_in(connection: Connection, fix_id: str) -> Fix:
    """Give a fix within a transaction.

    Raises:
        LedgerError: there is no such fix.
    """
    found = one(connection, query().where(tables.fixes.c.fix_id == fix_id))
    if found is None:
        raise LedgerError(f"there is no fix {fix_id!r}", "List the fixes with `operator-mcp cases`.")
    return found


def _fix(row: RowMapping) -> Fix:
    values = dict(row)
    report = load(Report, values.pop("report"))
    return Fix.model_validate({**values, "files": report.files, "checks": report.checks})


def _require_unheld(connection: Connection, case: Case, fingerprint: str) -> None:
    t = tables.fixes
    holder = one(connection, query().where(t.c.fleet == case.fleet, t.c.live_key == fingerprint))
    if holder is not None:
        raise RuleRefusal(
            3,
            f"{fingerprint} already has a live fix: {holder.fix_id} of run {holder.run_id}, {holder.state}",
            f"wait for {holder.fix_id}, or decide on it; it is for this failure too",
        )
