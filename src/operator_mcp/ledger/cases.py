"""Cases and their diagnoses (rule 1): one case per run, one diagnosis in force, one reasoned verdict ever."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, Select, insert, select, update

from operator_mcp import policy
from operator_mcp.errors import LedgerError, RuleRefusal
from operator_mcp.ledger import tables
from operator_mcp.ledger.audit import write_line
from operator_mcp.ledger.columns import load
from operator_mcp.ledger.investigations import index_executions, run_of
from operator_mcp.ledger.store import Store
from operator_mcp.models import Case, Diagnosis


class Cases(Store):
    """Opening and finding cases. Which diagnosis stands is `Diagnoses`' business."""

    def open_case(
        self, fleet: str, run_id: str, *, origin: str | None, agent: str, reasoner: str, signature: str
    ) -> Case:
        """Give the case of a run, opening it where there is none; an open one is given as it is.

        Raises:
            RuleRefusal: the origin is the operator's own (rule 7).
        """
        if policy.is_own(agent):
            raise RuleRefusal(7, f"{agent} is the operator itself", "look at its own log instead")
        t = tables.cases
        with self._change() as connection:
            known = _one(connection, _query().where(t.c.fleet == fleet, t.c.run_id == run_id))
            if known is not None:
                return known
            case_id = connection.execute(
                insert(t)
                .values(
                    fleet=fleet,
                    run_id=run_id,
                    origin=origin,
                    agent=agent,
                    reasoner=reasoner,
                    signature=signature,
                    state="open",
                    opened_at=self._clock(),
                    rejected_proposals=0,
                )
                .returning(t.c.case_id)
            ).scalar_one()
            if origin is not None:
                index_executions(connection, fleet, run_id, [origin])
            write_line(connection, self._clock(), "ledger", "case opened", run_id, reasoner)
            return case_in(connection, case_id)

    def case(self, fleet: str, id: str) -> Case | None:
        """Give the case of the run that a run id or indexed execution id belongs to, or None."""
        t = tables.cases
        with self._read() as connection:
            run_id = run_of(connection, fleet, id)
            return _one(connection, _query().where(t.c.fleet == fleet, t.c.run_id == run_id))

    def cases(
        self, fleet: str, run_ids: Sequence[str] | None = None, *, limit: int = 50, after: int | None = None
    ) -> list[Case]:
        """Give cases of a fleet, newest first: those of `run_ids` (at most some hundreds), or all.

        `after` is the `case_id` of the last case of the page before.
        """
        t = tables.cases
        query = _query().where(t.c.fleet == fleet).order_by(t.c.case_id.desc()).limit(limit)
        if run_ids is not None:
            query = query.where(t.c.run_id.in_(run_ids))
        if after is not None:
            query = query.where(t.c.case_id < after)
        with self._read() as connection:
            return [_case(row) for row in connection.execute(query).mappings()]


def case_in(connection: Connection, case_id: int) -> Case:
    """Give a case within a transaction.

    Raises:
        LedgerError: there is no such case.
    """
    found = _one(connection, _query().where(tables.cases.c.case_id == case_id))
    if found is None:
        raise LedgerError(f"there is no case {case_id}", "Open the case of the run first.")
    return found


def set_state(connection: Connection, case_id: int, state: str) -> None:
    """Set a case's state within a change."""
    t = tables.cases
    connection.execute(update(t).where(t.c.case_id == case_id).values(state=state))


def _query() -> Select[tuple[object, ...]]:
    c, d, r, f = tables.cases, tables.diagnoses, tables.diagnoses.alias("reasoned"), tables.fixes
    return (
        select(
            *(c.c[name] for name in ("case_id", "fleet", "run_id", "origin", "agent", "reasoner", "signature")),
            c.c.state,
            c.c.opened_at,
            d.c.fingerprint,
            d.c.body,
            r.c.diagnosis_id.is_not(None).label("reasoned"),
            f.c.fix_id,
            f.c.state.label("fix_state"),
        )
        .select_from(c)
        .outerjoin(d, d.c.diagnosis_id == c.c.standing)
        .outerjoin(r, r.c.reasoned_case == c.c.case_id)
        .outerjoin(f, f.c.case_key == c.c.case_id)
    )


def _one(connection: Connection, query: Select[tuple[object, ...]]) -> Case | None:
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _case(row)


def _case(row: RowMapping) -> Case:
    values = dict(row)
    body = values.pop("body")
    return Case.model_validate({**values, "diagnosis": load(Diagnosis, body) if body else None})
