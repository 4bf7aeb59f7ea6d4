"""The list of failed runs, newest first, with a cursor that holds while the list moves."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.detection.suspects import deceivers, may_deceive
from operator_mcp.errors import UsageError
from operator_mcp.models import FalseSuccess, RunRow, Status

PAGE_SIZE = 200
"""The control plane clamps larger pages (AgentField 0.1.80, seen live)."""

STATUSES = ("failed", "timeout", "cancelled", "suspect")

MAX_REQUESTS = 2
"""Requests per answer: one page, then either a look at the results that may deceive or one page more."""

DURATION = re.compile(r"(\d{1,5})\s*([smhdw])")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class Position(BaseModel):
    """Where the next answer goes on: after this run, looked for from this page onwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    page: int = Field(ge=1, le=1_000_000)
    started_at: AwareDatetime | None
    run_id: str

    def encode(self) -> str:
        """Give the opaque cursor."""
        return base64.urlsafe_b64encode(self.model_dump_json().encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, cursor: str) -> "Position":
        """Read a cursor. Raises UsageError where it is not one of ours."""
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            return cls.model_validate_json(base64.urlsafe_b64decode(padded.encode()))
        except (ValidationError, ValueError, binascii.Error):
            raise UsageError(
                "cursor is not one that list_failures gave", "Pass next_cursor unchanged, or leave cursor out."
            ) from None


@dataclass(frozen=True)
class Scan:
    """The wanted rows of one look at the list, and what was passed over on the way."""

    rows: tuple[RunRow, ...]
    next: Position | None
    scanned: int
    handled: int
    cancelled: int
    unfinished: int
    suspects: Mapping[str, FalseSuccess]


def failed(row: RunRow) -> bool:
    """Tell whether the root itself ended in failure or timeout, whatever the aggregate says.

    In a multi-root run every `root_*` field is a maximum of its own, and "succeeded" outranks "failed" as a word;
    an error text beside it betrays the root that failed (AgentField 0.1.80, workflow-runs aggregation). A run whose
    parent links close a circle has no root at all: there the aggregate is all there is.
    """
    if not row.root_execution_id:
        return row.status in (Status.FAILED, Status.TIMEOUT)
    if row.root_status in (Status.FAILED, Status.TIMEOUT):
        return True
    return row.root_status is Status.SUCCEEDED and bool(row.root_error)


def handled(row: RunRow) -> bool:
    """Tell whether something failed inside a run whose root ended well."""
    return row.root_status is Status.SUCCEEDED and row.failed > 0 and not row.root_error


def require_status(status: str | None) -> None:
    """Raise UsageError unless runs of this status can be listed."""
    if status is not None and status not in STATUSES:
        raise UsageError(f"status {status!r} is none that is listed", f"Use one of {', '.join(STATUSES)}.")


def matches(
    row: RunRow, suspects: Mapping[str, FalseSuccess], *, agent: str | None = None, status: str | None = None
) -> bool:
    """Tell whether a row answers the question: failed by its root, or of the asked status, and of the asked agent."""
    if agent and row.agent != agent:
        return False
    if status == "suspect":
        return row.run_id in suspects
    return row.root_status == status if status else failed(row)


def parse_since(since: str, now: datetime) -> datetime:
    """Read RFC 3339 (`2026-11-24T02:00:00Z`) or an age (`90m`, `2h`, `1d`) into a UTC time.

    Raises:
        UsageError: it is neither.
    """
    text = since.strip()
    try:
        if age := DURATION.fullmatch(text.lower()):
            return now - timedelta(seconds=int(age[1]) * UNITS[age[2]])
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"since: {text[:40]!r} is not a time", "Use RFC 3339 (2026-11-24T02:00:00Z) or an age (90m, 2h, 1d)."
        ) from None


async def scan(
    control_plane: ControlPlane,
    *,
    wanted: Callable[[RunRow, Mapping[str, FalseSuccess]], bool],
    limit: int,
    since: datetime | None = None,
    position: Position | None = None,
) -> Scan:
    """Look through the run list from `position` until `limit` wanted rows are found or the requests are used up.

    `wanted` is given a row and the runs suspected so far of a false success. Runs that start meanwhile push the list
    down, so where to go on is told by a row's start, not by its page.
    """
    page_number = position.page if position else 1
    found: list[RunRow] = []
    seen: list[RunRow] = []
    suspects: dict[str, FalseSuccess] = {}
    following = position
    requests = 0
    while requests < MAX_REQUESTS:
        page = await control_plane.runs(page=page_number, page_size=PAGE_SIZE, since=since, sort_by="started_at")
        rows = _rows_after(position, page.rows)
        requests += 1
        if requests < MAX_REQUESTS and (doubtful := [row for row in rows if may_deceive(row)]):
            suspects |= await deceivers(control_plane, doubtful)
            requests += 1
        for index, row in enumerate(rows):
            seen.append(row)
            if wanted(row, suspects):
                found.append(row)
            following = Position(page=page_number, started_at=row.started_at, run_id=row.run_id)
            if len(found) == limit and (index + 1 < len(rows) or page.has_more):
                return _scan(found, seen, suspects, following)
        if not page.has_more:
            return _scan(found, seen, suspects, None)
        page_number += 1
    return _scan(found, seen, suspects, following)


def _rows_after(position: Position | None, rows: Sequence[RunRow]) -> list[RunRow]:
    if position is None:
        return list(rows)
    after: list[RunRow] = []
    passed = False
    for row in rows:
        older = row.started_at and position.started_at and row.started_at < position.started_at
        if older or (passed and row.started_at == position.started_at):
            after.append(row)
        passed = passed or row.run_id == position.run_id
    return after


def _scan(
    found: list[RunRow], seen: list[RunRow], suspects: Mapping[str, FalseSuccess], following: Position | None
) -> Scan:
    return Scan(
        rows=tuple(found),
        next=following,
        scanned=len(seen),
        handled=sum(map(handled, seen)),
        cancelled=sum(row.root_status is Status.CANCELLED for row in seen),
        unfinished=sum(not row.root_status.terminal for row in seen),
        suspects={row.run_id: suspects[row.run_id] for row in seen if row.run_id in suspects},
    )
