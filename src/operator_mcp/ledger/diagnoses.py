"""Which diagnosis of a case stands (rule 1)."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from operator_mcp.errors import RuleRefusal
from operator_mcp.ledger import tables
from operator_mcp.ledger.audit import write_line
from operator_mcp.ledger.cases import case_in, set_state
from operator_mcp.ledger.columns import dump
from operator_mcp.ledger.store import Store
from operator_mcp.models import Case, Diagnosis

REASONED = frozenset({"model", "proposal"})
"""Engines whose verdict is a reasoned one."""

PROPOSALS_REFUSED = 3
"""After so many proposals that could not be verified, a case takes no more."""

HUMAN_READS = "read the stored diagnosis and its evidence, and judge by hand"


class Diagnoses(Store):
    """Accepting diagnoses and turning proposals down."""

    def accept_diagnosis(self, case_id: int, diagnosis: Diagnosis, *, fingerprint: str, actor: str) -> Case:
        """Keep a diagnosis; give the case with the one that now stands: the better one, the earlier where equal.

        Raises:
            RuleRefusal: it is a reasoned verdict (a model's or a proposal) and the case had its one, or it is a
                proposal and the case is closed to them (rule 1).
            LedgerError: there is no such case.
        """
        with self._change() as connection:
            return accept_in(connection, self._clock(), case_id, diagnosis, fingerprint=fingerprint, actor=actor)

    def reject_proposal(self, case_id: int, why: str, actor: str) -> int:
        """Count a proposal in which nothing could be verified; give how many the case has had.

        Raises:
            LedgerError: there is no such case.
        """
        t = tables.cases
        with self._change() as connection:
            case = case_in(connection, case_id)
            count = _rejected(connection, case_id) + 1
            connection.execute(update(t).where(t.c.case_id == case_id).values(rejected_proposals=count))
            write_line(connection, self._clock(), actor, f"proposal {count} rejected", case.run_id, why)
            return count

    def proposals_closed(self, case_id: int) -> bool:
        """Tell whether the case has had three unverifiable proposals and takes no more."""
        with self._read() as connection:
            return _rejected(connection, case_id) >= PROPOSALS_REFUSED


def accept_in(
    connection: Connection, now: datetime, case_id: int, diagnosis: Diagnosis, *, fingerprint: str, actor: str
) -> Case:
    """Accept a diagnosis within a change; see `Diagnoses.accept_diagnosis`."""
    reasoned = diagnosis.engine in REASONED
    case = case_in(connection, case_id)
    if reasoned:
        _require_verdict_free(case)
    if diagnosis.engine == "proposal" and _rejected(connection, case_id) >= PROPOSALS_REFUSED:
        raise RuleRefusal(1, f"case {case_id} is closed to proposals after three unverifiable ones", HUMAN_READS)
    stands = case.diagnosis is None or better(diagnosis, case.diagnosis)
    if not (stands or reasoned):
        return case
    added = _add(connection, now, case, diagnosis, fingerprint, actor)
    if stands:
        t = tables.cases
        connection.execute(update(t).where(t.c.case_id == case_id).values(standing=added))
    if case.state == "open":
        set_state(connection, case_id, "diagnosed")
    return case_in(connection, case_id)


def _add(connection: Connection, now: datetime, case: Case, diagnosis: Diagnosis, fingerprint: str, actor: str) -> int:
    t = tables.diagnoses
    action = f"diagnosis accepted ({diagnosis.engine})"
    write_line(connection, now, actor, action, case.run_id, f"{diagnosis.root_cause}, {diagnosis.confidence:.2f} sure")
    added: int = connection.execute(
        insert(t)
        .values(
            case_id=case.case_id,
            fingerprint=fingerprint,
            body=dump(diagnosis),
            actor=actor,
            accepted_at=now,
            reasoned_case=case.case_id if diagnosis.engine in REASONED else None,
        )
        .returning(t.c.diagnosis_id)
    ).scalar_one()
    return added


def better(new: Diagnosis, old: Diagnosis) -> bool:
    """Tell whether a diagnosis replaces another: settled over provisional, of settled ones reasoned, then surer."""
    return _rank(new) > _rank(old)


def _rank(diagnosis: Diagnosis) -> tuple[bool, bool, float]:
    settled = not diagnosis.provisional
    return settled, settled and diagnosis.engine in REASONED, diagnosis.confidence


def _require_verdict_free(case: Case) -> None:
    if case.reasoned:
        raise RuleRefusal(1, f"case {case.case_id} has its one reasoned verdict already", HUMAN_READS)


def _rejected(connection: Connection, case_id: int) -> int:
    t = tables.cases
    query = select(t.c.rejected_proposals).where(t.c.case_id == case_id)
    return connection.execute(query).scalar_one_or_none() or 0
