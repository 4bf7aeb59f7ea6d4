"""The answer of `list_failures`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from operator_mcp.answers import Failure, Failures, Root
from operator_mcp.detection.listing import Scan, failed
from operator_mcp.investigation.signature import row_signature
from operator_mcp.investigation.texts import strip_prefixes
from operator_mcp.ledger import Ledger
from operator_mcp.models import Case, FalseSuccess, RunRow
from operator_mcp.shaping.brief import case_brief
from operator_mcp.untrusted import clean, scrub

HEADLINE = 100
DEFAULT_ROWS = 8
"""Rows of an answer unless told otherwise: about 800 tokens."""

MOST_ROWS = 50
"""Rows of one answer, whatever limit was asked for: more would pass the 8,000 tokens an answer may take."""


@dataclass(frozen=True)
class Known:
    """What the ledger knows of one row of the list."""

    signature: str
    known: bool
    handled: int | None
    case: Case | None


@dataclass(frozen=True)
class Asked:
    """The filters of a list question, for its summary."""

    since: str | None
    agent: str | None
    status: str | None


def known(ledger: Ledger, fleet: str, row: RunRow) -> Known:
    """Look up what the ledger knows of a row: by the run itself, else by the look of its root error."""
    found = ledger.investigation(fleet, row.run_id)
    signature = found.signature if found and found.signature else row_signature(row)
    return Known(
        signature=signature,
        known=ledger.recall(fleet, signature) is not None,
        handled=len(found.finding.handled) if found else None,
        case=ledger.case(fleet, row.run_id),
    )


def drop_outdated(ledger: Ledger, fleet: str, rows: Sequence[RunRow]) -> None:
    """Forget kept answers that call a run healthy which the control plane now lists as failed."""
    for row in rows:
        found = ledger.investigation(fleet, row.run_id) if failed(row) else None
        if found is not None and found.finding.verdict == "healthy":
            ledger.drop_investigation(fleet, row.run_id)


def failures(scan: Scan, known: Sequence[Known], asked: Asked) -> Failures:
    """Shape one page of the list."""
    lines = tuple(_failure(row, k, scan.suspects.get(row.run_id)) for row, k in zip(scan.rows, known, strict=True))
    return Failures(
        failures=lines,
        next_cursor=scan.next.encode() if scan.next else None,
        scanned=scan.scanned,
        summary=_list_summary(lines, scan, asked),
    )


def _failure(row: RunRow, known: Known, suspect: FalseSuccess | None) -> Failure:
    row = scrub(row)
    said = suspect.why if suspect else row.root_error or row.root_reason or "no error text was recorded"
    return Failure(
        run_id=row.run_id,
        status="suspect" if suspect else row.root_status,
        started_at=_seconds(row.started_at),
        ended_at=_seconds(row.ended_at),
        root=Root(execution_id=row.root_execution_id, agent=row.agent, reasoner=row.reasoner),
        headline=headline(said),
        signature=known.signature,
        known=known.known,
        handled=known.handled,
        case=case_brief(known.case),
    )


def _seconds(at: datetime | None) -> datetime | None:
    return at.replace(microsecond=0) if at else None


def headline(error: str) -> str:
    """Give one clean line of at most 100 characters: the error without the prefixes that callers put before it."""
    line = " ".join(clean(strip_prefixes(error)).split())
    return line if len(line) <= HEADLINE else line[: HEADLINE - 1] + "…"


def _list_summary(lines: Sequence[Failure], scan: Scan, asked: Asked) -> str:
    filters = [f"{name} {value}" for name, value in vars(asked).items() if value]
    among = f" ({', '.join(filters)})" if filters else ""
    if not lines:
        text = f"No failures among {scan.scanned} runs{among}."
    else:
        distinct = len({line.signature for line in lines})
        text = f"{_count(len(lines), 'failure')}, {distinct} distinct, among {scan.scanned} runs{among}."
    if scan.handled:
        text += f" {_count(scan.handled, 'run')} succeeded although something failed inside and was handled."
    if scan.suspects and asked.status != "suspect":
        text += (
            f" {_count(len(scan.suspects), 'run')} succeeded with a failure for a result (status=suspect lists them)."
        )
    if scan.cancelled and asked.status != "cancelled":
        text += f" {_count(scan.cancelled, 'run')} cancelled (status=cancelled lists them)."
    if scan.unfinished:
        text += f" {_count(scan.unfinished, 'run')} not finished."
    if scan.next:
        text += " Older runs were not looked at: go on with next_cursor."
    return text


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
