"""Accepting a diagnosis and remembering it, together or not at all, wherever the process is killed."""

from datetime import datetime

from operator_mcp import policy
from operator_mcp.ledger.diagnoses import accept_in
from operator_mcp.ledger.memories import remember_in
from operator_mcp.ledger.store import Store
from operator_mcp.models import Case, Diagnosis


class Verdicts(Store):
    """The one way from a diagnosis to its case and to memory."""

    def conclude(
        self, case_id: int, diagnosis: Diagnosis, *, fingerprint: str, signature: str, failed_at: datetime, actor: str
    ) -> Case:
        """Accept a diagnosis, as `accept_diagnosis` does, and remember what then stands if it is worth it.

        Raises:
            RuleRefusal: the case takes no such verdict any more (rule 1).
            LedgerError: there is no such case.
        """
        with self._change() as connection:
            now = self._clock()
            case = accept_in(connection, now, case_id, diagnosis, fingerprint=fingerprint, actor=actor)
            if case.fingerprint and case.diagnosis and policy.worth_remembering(case.diagnosis):
                remember_in(
                    connection,
                    now,
                    case.fleet,
                    case.run_id,
                    case.fingerprint,
                    case.diagnosis,
                    signature,
                    failed_at=failed_at,
                )
            return case
