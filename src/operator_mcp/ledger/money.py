"""Money (rule 4): booked before it is spent, settled with the actual; an unsettled booking counts in full."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from operator_mcp import policy
from operator_mcp.errors import LedgerError, RuleRefusal
from operator_mcp.ledger import tables
from operator_mcp.ledger.audit import write_line
from operator_mcp.ledger.columns import rounded_up
from operator_mcp.ledger.store import Store


class Money(Store):
    """Bookings of the cases. Amounts are US dollars, kept in whole micro-dollars, rounded up."""

    def book(self, case_id: int, purpose: str, usd: Decimal, *, cap: Decimal, once: bool = False) -> int:
        """Book the most that something may cost, before it starts; give the booking's id.

        `once` lets the case book for this purpose a single time ever, whoever asks: of two processes
        about to make the case's one model call, the second is refused.

        Raises:
            RuleRefusal: the case would pass the cap (rule 4), or `once` and it is booked already (rule 1).
            LedgerError: there is no such case.
        """
        with self._change() as connection:
            if once:
                _require_first(connection, case_id, purpose)
            return book_in(connection, self._clock(), case_id, purpose, usd, cap=cap, once=once)

    def settle(self, booking_id: int, usd: Decimal) -> None:
        """Replace a booking by what was really spent; settling again with the same amount changes nothing.

        Raises:
            LedgerError: there is no such booking, it was settled with another amount, or more was spent than booked.
                The last is recorded all the same: the ledger shows what is true, and the case can book no more than
                is left.
        """
        with self._change() as connection:
            booked = settle_in(connection, self._clock(), booking_id, usd)
        if rounded_up(usd) > booked:
            raise LedgerError(
                f"${usd} was spent where ${booked} was booked (booking {booking_id})",
                "Whatever metered this is wrong: stop using it, and report it with the audit trail.",
            )

    def spent(self, case_id: int) -> Decimal:
        """Give what the case has cost so far, unsettled bookings in full."""
        with self._read() as connection:
            return spent_in(connection, case_id)


def cost() -> ColumnElement[Decimal]:
    """Give the column expression of what a booking counts for: the actual, else the whole booking."""
    return func.coalesce(tables.bookings.c.settled, tables.bookings.c.booked)


def spent_in(connection: Connection, case_id: int) -> Decimal:
    """Give what the case has cost so far, within a transaction."""
    found = connection.execute(select(func.sum(cost())).where(tables.bookings.c.case_id == case_id)).scalar_one()
    return Decimal(0) if found is None else found


def book_in(
    connection: Connection,
    at: datetime,
    case_id: int,
    purpose: str,
    usd: Decimal,
    *,
    cap: Decimal,
    once: bool = False,
) -> int:
    """Book within a change. A cap above rule 4's counts as rule 4's.

    Raises:
        RuleRefusal: the case would pass the cap.
        LedgerError: there is no such case.
    """
    require_case(connection, case_id)
    usd = rounded_up(usd)
    cap = policy.cap_usd(cap)
    spent = spent_in(connection, case_id)
    if spent + usd > cap:
        raise RuleRefusal(
            4,
            f"case {case_id} has ${spent:.2f} of its ${cap:.2f} spent or booked; ${usd:.2f} more would pass it",
            "go on by hand from the stored diagnosis; the cap of a case is never raised",
        )
    booking: int = connection.execute(
        insert(tables.bookings)
        .values(
            case_id=case_id, purpose=purpose, booked=usd, booked_at=at, once=_once(case_id, purpose) if once else None
        )
        .returning(tables.bookings.c.booking_id)
    ).scalar_one()
    return booking


def settle_in(connection: Connection, at: datetime, booking_id: int, usd: Decimal) -> Decimal:
    """Settle within a change; give the amount that was booked.

    Raises:
        LedgerError: there is no such booking, or it was settled with another amount.
    """
    t = tables.bookings
    usd = rounded_up(usd)
    row = connection.execute(
        select(tables.cases.c.run_id, t.c.booked, t.c.settled).join(tables.cases).where(t.c.booking_id == booking_id)
    ).one_or_none()
    if row is None:
        raise LedgerError(f"there is no booking {booking_id}", "Settle with the id that book() gave.")
    booked: Decimal = row.booked
    if row.settled is None:
        connection.execute(update(t).where(t.c.booking_id == booking_id).values(settled=usd, settled_at=at))
        if usd > booked:
            write_line(connection, at, "ledger", "overspent", row.run_id, f"booked ${booked}, spent ${usd}")
    elif row.settled != usd:
        raise LedgerError(
            f"booking {booking_id} was settled with ${row.settled}, now ${usd} is claimed", "Settle a booking once."
        )
    return booked


def require_case(connection: Connection, case_id: int) -> None:
    """Raise LedgerError unless there is such a case."""
    found = connection.execute(select(tables.cases.c.case_id).where(tables.cases.c.case_id == case_id)).one_or_none()
    if found is None:
        raise LedgerError(f"there is no case {case_id}", "Open the case of the run first.")


def _once(case_id: int, purpose: str) -> str:
    return f"{case_id}:{purpose}"


def _require_first(connection: Connection, case_id: int, purpose: str) -> None:
    t = tables.bookings
    row = connection.execute(select(t.c.booked_at).where(t.c.once == _once(case_id, purpose))).one_or_none()
    if row is not None:
        raise RuleRefusal(
            1,
            f"case {case_id} was already booked for {purpose!r} at {row.booked_at:%Y-%m-%d %H:%M} UTC",
            "read the stored diagnosis; a case gets one reasoned verdict",
        )
