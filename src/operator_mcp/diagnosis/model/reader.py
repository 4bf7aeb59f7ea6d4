"""Reading a case with a model: claimed, booked at its worst, asked once, judged."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from anyio.to_thread import run_sync

from operator_mcp import policy
from operator_mcp.diagnosis.model.call import DEADLINE_S, OUTPUT_TOKENS, Answer, ask, most_input_tokens
from operator_mcp.diagnosis.model.prices import price_of
from operator_mcp.diagnosis.model.prompt import prompt
from operator_mcp.diagnosis.model.providers import connect
from operator_mcp.diagnosis.model.reconcile import fallen_back, reconcile
from operator_mcp.errors import LedgerError
from operator_mcp.ledger import Ledger
from operator_mcp.models import Case, Diagnosis, Finding, Trace
from operator_mcp.settings import Settings


@dataclass(frozen=True)
class Paid:
    """A reading that was paid for: what it came to, what it cost, and the booking that is still open."""

    diagnosis: Diagnosis
    booking_id: int
    most: Decimal

    async def settle(self, ledger: Ledger) -> None:
        """Replace the booking by the actual cost; to be done once the diagnosis is kept.

        A provider that charged more than was booked is in the audit trail and in the diagnosis already.
        """
        try:
            await run_sync(ledger.settle, self.booking_id, self.diagnosis.cost_usd)
        except LedgerError:
            if self.diagnosis.cost_usd <= self.most:
                raise


def unsure(rules: Diagnosis) -> bool:
    """Tell whether the rules leave something for a model to read: a decisive reading needs none."""
    return rules.provisional or rules.confidence < policy.FIX_CONFIDENCE


@dataclass(frozen=True)
class Reader:
    """The model of the settings, over one ledger; `actor` is who the audit trail names."""

    ledger: Ledger
    settings: Settings
    actor: str
    deadline_s: float = DEADLINE_S

    async def read(
        self, case: Case, finding: Finding, trace: Trace, rules: Diagnosis, *, since: datetime | None
    ) -> Paid | None:
        """Give the model's reading reconciled with the rules', or None where it is not this caller's to ask for.

        The call is the case's only one, whoever else asks; its worst price is booked before it is sent. Until the
        booking is settled it counts in full, so a process that dies on the way leaves it spent. `since` is when a fix
        of this failure was merged, where it is back after one.

        Raises:
            RuleRefusal: rule 4: the model has no known price, or the cap leaves no room; nothing was sent.
            SettingsError: the model of the settings cannot be used; nothing was sent.
            LedgerError: the ledger cannot be reached.
        """
        if await run_sync(lambda: self.ledger.reading_claimed(case.case_id, since=since)):
            return None
        connected = await run_sync(connect, self.settings)
        price = price_of(connected.provider, connected.name, self.settings.model_price)
        asked = prompt(trace, finding)
        most = price.worst(most_input_tokens(asked), OUTPUT_TOKENS)
        cap = policy.cap_usd(self.settings.cap_usd)
        booking_id = await run_sync(lambda: self.ledger.claim_reading(case.case_id, most, cap=cap, since=since))
        if booking_id is None:
            return None
        answer = await ask(connected, price, asked, deadline_s=self.deadline_s)
        usd = most if answer.usd is None else answer.usd
        told = f"{self.settings.model}: {answer.why or 'a verdict'}; ${usd:.4f} of ${most:.4f}"
        action = "model read" if answer.verdict else "model failed"
        await run_sync(self.ledger.record, self.actor, action, case.run_id, told)
        return Paid(_concluded(answer, trace, finding, rules, usd, most), booking_id, most)


def _concluded(
    answer: Answer, trace: Trace, finding: Finding, rules: Diagnosis, usd: Decimal, most: Decimal
) -> Diagnosis:
    if answer.verdict is None:
        diagnosis = fallen_back(rules, answer.why, usd)
    else:
        diagnosis = reconcile(answer.verdict, trace, finding, rules, usd)
    if usd <= most:
        return diagnosis
    point = f"the provider charged ${usd:.4f} where at most ${most:.4f} was expected"
    return diagnosis.model_copy(update={"open_points": (*diagnosis.open_points, point)})
