"""Answers about runs that have ended, kept so that asking again costs no request."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from operator_mcp.ledger import tables
from operator_mcp.ledger.columns import dump, load
from operator_mcp.ledger.store import Store
from operator_mcp.models import Finding, Noun, Trace


class Investigation(Noun):
    """What was found out about one run; `trace` is None where there was no origin, `signature` is "" then."""

    finding: Finding
    trace: Trace | None
    signature: str


class Investigations(Store):
    """Keeping and finding investigations, by any id of the run."""

    def keep_investigation(
        self, fleet: str, finding: Finding, trace: Trace | None, *, signature: str, executions: Sequence[str]
    ) -> None:
        """Keep the answer for a run that has ended, in place of an earlier one, and index all its execution ids.

        An execution id that already leads to another run keeps doing so.
        """
        t = tables.investigations
        with self._change() as connection:
            connection.execute(delete(t).where(t.c.fleet == fleet, t.c.run_id == finding.run_id))
            connection.execute(
                insert(t).values(
                    fleet=fleet,
                    run_id=finding.run_id,
                    signature=signature,
                    finding=dump(finding),
                    trace=dump(trace) if trace else None,
                    kept_at=self._clock(),
                )
            )
            index_executions(connection, fleet, finding.run_id, executions)

    def drop_investigation(self, fleet: str, run_id: str) -> None:
        """Forget a kept answer that the control plane now contradicts: the run is asked for again."""
        t = tables.investigations
        with self._change() as connection:
            connection.execute(delete(t).where(t.c.fleet == fleet, t.c.run_id == run_id))

    def investigation(self, fleet: str, id: str) -> Investigation | None:
        """Give the kept answer of the run that a run id or execution id belongs to, or None."""
        t = tables.investigations
        with self._read() as connection:
            query = select(t.c.finding, t.c.trace, t.c.signature).where(
                t.c.fleet == fleet, t.c.run_id == run_of(connection, fleet, id)
            )
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        trace = load(Trace, row.trace) if row.trace else None
        return Investigation(finding=load(Finding, row.finding), trace=trace, signature=row.signature)


def run_of(connection: Connection, fleet: str, id: str) -> str:
    """Give the run that an indexed execution belongs to; any other id is taken for a run's own."""
    t = tables.executions
    query = select(t.c.run_id).where(t.c.fleet == fleet, t.c.execution_id == id)
    found = connection.execute(query).scalar_one_or_none()
    return id if found is None else found


def index_executions(connection: Connection, fleet: str, run_id: str, executions: Sequence[str]) -> None:
    """Let execution ids lead to their run, within a change; those that lead somewhere already are left."""
    # SQLAlchemy spells this insert once per dialect; the SQL is the same.
    insert_new = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    rows = [{"fleet": fleet, "run_id": run_id, "execution_id": id} for id in executions]
    if rows:
        connection.execute(insert_new(tables.executions).on_conflict_do_nothing(), rows)
