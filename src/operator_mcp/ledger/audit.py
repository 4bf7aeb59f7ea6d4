"""The audit trail: who did what to which case or fix, and when. Lines are only ever added."""

from datetime import datetime

from sqlalchemy import Connection, insert, or_, select

from operator_mcp.ledger import tables
from operator_mcp.ledger.store import Store
from operator_mcp.models import AuditLine


class Audit(Store):
    """Writing and reading the trail. Subjects are a run id, a fix id, or a fingerprint."""

    def audit(self, subject: str | None = None, *, limit: int = 100) -> list[AuditLine]:
        """Give the newest lines, newest first, of all subjects or of one; a run's include those of its fixes."""
        t = tables.audit
        query = select(t.c.at, t.c.actor, t.c.action, t.c.subject, t.c.detail).order_by(t.c.number.desc()).limit(limit)
        if subject is not None:
            f, c = tables.fixes, tables.cases
            fixes = select(f.c.fix_id).join(c, c.c.case_id == f.c.case_id).where(c.c.run_id == subject)
            query = query.where(or_(t.c.subject == subject, t.c.subject.in_(fixes)))
        with self._read() as connection:
            return [AuditLine.model_validate(dict(row)) for row in connection.execute(query).mappings()]

    def record(self, actor: str, action: str, subject: str, detail: str) -> None:
        """Add one line for something that the ledger itself does not see, such as a notification that was sent."""
        with self._change() as connection:
            write_line(connection, self._clock(), actor, action, subject, detail)


def write_line(connection: Connection, at: datetime, actor: str, action: str, subject: str, detail: str = "") -> None:
    """Add one line within a change, so that the change and its trace are kept or lost together."""
    connection.execute(insert(tables.audit).values(at=at, actor=actor, action=action, subject=subject, detail=detail))
