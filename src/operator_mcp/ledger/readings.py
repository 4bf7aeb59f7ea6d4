"""The one paid reading of a case by a model (rules 1, 2 and 4): claimed before it is asked for, whoever asks."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from operator_mcp.ledger import tables
from operator_mcp.ledger.cases import case_in
from operator_mcp.ledger.money import book_in
from operator_mcp.ledger.store import Store
from operator_mcp.models import Case

PURPOSE = "model"
"""What a reading is booked for."""

REST = timedelta(hours=24)
"""After a reading that gave no verdict, so long no look-alike asks: a provider that fails is not asked a thousand
times for a thousand runs that fail alike."""


class Readings(Store):
    """Claiming the reading of a case, and seeing one that is under way."""

    def claim_reading(self, case_id: int, usd: Decimal, *, cap: Decimal, since: datetime | None = None) -> int | None:
        """Book a model's reading of a case; give the booking, or None where it is not this caller's to ask for.

        That is where the case had its reading or its reasoned verdict, or a case with the same signature had its
        reading (after `since`, where given) and it gave a verdict or was less than a day ago.

        Raises:
            RuleRefusal: the case would pass the cap (rule 4); nothing is claimed.
            LedgerError: there is no such case.
        """
        with self._change() as connection:
            case = case_in(connection, case_id)
            now = self._clock()
            if case.reasoned or _read_before(connection, case, now - REST, since):
                return None
            return book_in(connection, now, case_id, PURPOSE, usd, cap=cap, once=True)

    def reading_claimed(self, case_id: int, *, since: datetime | None = None) -> bool:
        """Tell whether `claim_reading` would give None, without claiming anything."""
        with self._read() as connection:
            case = case_in(connection, case_id)
            return case.reasoned or _read_before(connection, case, self._clock() - REST, since)

    def reading_under_way(self, case_id: int, within: timedelta) -> bool:
        """Tell whether a reading of the case, or of one with its signature, was claimed lately and has not ended."""
        b = tables.bookings
        with self._read() as connection:
            case = case_in(connection, case_id)
            lately = (b.c.settled.is_(None), b.c.booked_at > self._clock() - within)
            query = _readings_of_alike(case).where(*lately).limit(1)
            return connection.execute(query).first() is not None


def _read_before(connection: Connection, case: Case, resting: datetime, since: datetime | None) -> bool:
    b, d = tables.bookings, tables.diagnoses
    answered = select(d.c.diagnosis_id).where(d.c.reasoned_case == b.c.case_id).exists()
    counts: ColumnElement[bool] = or_(answered, b.c.booked_at > resting)
    if since is not None:
        counts = and_(counts, b.c.booked_at > since)
    query = _readings_of_alike(case).where(or_(b.c.case_id == case.case_id, counts)).limit(1)
    return connection.execute(query).first() is not None


def _readings_of_alike(case: Case) -> Select[tuple[int]]:
    b, c = tables.bookings, tables.cases
    alike = c.c.case_id == case.case_id
    if case.signature:
        alike = or_(alike, and_(c.c.fleet == case.fleet, c.c.signature == case.signature))
    return select(b.c.booking_id).join(c, c.c.case_id == b.c.case_id).where(b.c.purpose == PURPOSE, alike)
