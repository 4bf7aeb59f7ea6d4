"""The audit trail: who did what to which case or fix, and when. Lines are only ever added."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from operator_mcp.ledger import tables
from operator_mcp.ledger.store import Store
from operator_mcp.models import AuditLine


class Audit(Store):
    """Writing and reading the trail. Subjects are `case-<id>`, a fix id, or a fingerprint."""

    def audit(self, subject: str | None = None, *, limit: int = 100) -> list[AuditLine]:
        """Give the newest lines, newest first, of one subject or of all."""
        t = tables.audit
        query = select(t.c.at, t.c.actor, t.c.action, t.c.subject, t.c.detail).order_by(t.c.number.desc()).limit(limit)
        if subject is not None:
            query = query.where(t.c.subject == subject)
        with self._read() as connection:
            return [AuditLine.model_validate(dict(row)) for row in connection.execute(query).mappings()]

    def record(self, actor: str, action: str, subject: str, detail: str) -> None:
        """Add one line for something that the ledger itself does not see, such as a notification that was sent."""
        with self._change() as connection:
            write_line(connection, self._clock(), actor, action, subject, detail)


def write_line(connection: Connection, at: datetime, actor: str, action: str, subject: str, detail: str = "") -> None:
    """Add one line within a change, so that the change and its trace are kept or lost together."""
    connection.execute(insert(tables.audit).values(at=at, actor=actor, action=action, subject=subject, detail=detail))
