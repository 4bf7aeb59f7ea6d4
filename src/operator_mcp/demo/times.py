"""Time as the control plane keeps it: nanoseconds since the epoch, printed as RFC 3339 in two precisions."""

import re
from datetime import UTC, datetime, timedelta

_RFC3339 = re.compile(r"(\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000_000
MILLISECOND = 1_000_000


def nanoseconds(when: object) -> int:
    """Give nanoseconds since the epoch for a number of them, a datetime with a zone, or RFC 3339 text.

    Raises:
        ValueError: anything else.
    """
    if isinstance(when, int) and not isinstance(when, bool):
        return when
    if isinstance(when, datetime) and when.tzinfo is not None:
        return (when - _EPOCH) // timedelta(microseconds=1) * 1000
    match = _RFC3339.fullmatch(when) if isinstance(when, str) else None
    if match is None:
        raise ValueError(f"not a time: {when!r}")
    seconds, fraction, zone = match.groups()
    moment = datetime.fromisoformat(seconds.upper().replace(" ", "T") + zone.upper())
    return (moment - _EPOCH) // timedelta(seconds=1) * SECOND + int((fraction or "").ljust(9, "0"))


def exact(nanos: int) -> str:
    """Print with the fraction as it is, trailing zeros dropped (Go's RFC3339Nano): list, agentic and note times."""
    fraction = f"{nanos % SECOND:09d}".rstrip("0")
    return f"{_whole(nanos)}.{fraction}Z" if fraction else f"{_whole(nanos)}Z"


def second(nanos: int) -> str:
    """Print whole seconds, the fraction cut off: DAG, details and public execution times."""
    return f"{_whole(nanos)}Z"


def _whole(nanos: int) -> str:
    return (_EPOCH + timedelta(seconds=nanos // SECOND)).strftime("%Y-%m-%dT%H:%M:%S")
