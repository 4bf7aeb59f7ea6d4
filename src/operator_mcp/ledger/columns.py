"""Column types: the one place where times, dollars, texts and nouns are turned into what both databases store alike."""

import hashlib
import json
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from typing import TypeVar

from pydantic import BaseModel
from sqlalchemy import BigInteger, DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator

from operator_mcp.errors import UsageError

N = TypeVar("N", bound=BaseModel)
MICRO = Decimal(1_000_000)
KEY_LENGTH = 255
"""Two such keys of four-byte characters still fit PostgreSQL's 2,704 bytes of one index entry."""


class Moment(TypeDecorator[datetime]):
    """A point in time: aware on both sides, UTC in the store (SQLite drops the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times, which would silently mean another hour elsewhere."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise UsageError(f"the time {value} has no zone", "Give the ledger a clock that tells aware times.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Dollars(TypeDecorator[Decimal]):
    """An amount, stored as whole micro-dollars and rounded up, so that no rounding ever hides a cost."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Refuse what is no amount, and round up."""
        return None if value is None else int(rounded_up(value) * MICRO)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Give dollars; sums arrive as int from SQLite and as Decimal from PostgreSQL."""
        return None if value is None else Decimal(int(value)) / MICRO


class Line(TypeDecorator[str]):
    """Text of any origin, without what no database takes: NUL and lone surrogates."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Clean the text the same way for storing and for comparing."""
        return None if value is None else clean(value)


class Key(TypeDecorator[str]):
    """Text to look rows up by; a longer one is cut and told apart by its digest."""

    impl = String(KEY_LENGTH)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Shorten the key the same way for storing and for looking up."""
        return None if value is None else short_key(value)


def rounded_up(usd: Decimal) -> Decimal:
    """Give the amount in whole micro-dollars.

    Raises:
        UsageError: it is negative, infinite or not a number.
    """
    if not usd.is_finite() or usd < 0:
        raise UsageError(f"{usd} is not an amount of dollars", "Give a finite amount of at least 0.")
    return (usd * MICRO).to_integral_value(ROUND_CEILING) / MICRO


def clean(text: str) -> str:
    """Give the text without NUL, and with lone surrogates replaced."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def short_key(text: str) -> str:
    """Give the text as a key of at most `KEY_LENGTH` characters."""
    text = clean(text)
    if len(text) <= KEY_LENGTH:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{text[: KEY_LENGTH - len(digest) - 1]}~{digest}"


def dump(noun: BaseModel) -> str:
    """Give a noun as ASCII JSON; pydantic's own writer refuses the lone surrogates that traces may carry."""
    return json.dumps(noun.model_dump(mode="json"), separators=(",", ":"))


def load(noun: type[N], text: str) -> N:
    """Give the noun that `dump` wrote."""
    return noun.model_validate(json.loads(text))
