"""The log entries of one hop that tell something: the SDK's own chatter out, error entries first."""

import re
from collections.abc import Sequence

from pydantic import JsonValue

from operator_mcp.models import LogEntry

TAIL = 40
"""Entries that are kept from the end, beside the error entries."""

FIRST_ERRORS, LAST_ERRORS = 10, 20
"""Error entries that are kept: what broke first and what was said last."""

ERROR_LEVELS = frozenset({"error", "critical", "fatal", "exception", "panic"})

SDK_LOGGER = "sdk.python.logger"
CHATTER = re.compile(
    r"Cross-agent call to: \S+"
    r"|Submitted (async )?execution \S+ for target \S+( in [\d.]+s)?"
    r"|Execution \S+ (completed successfully|status: \w+ -> \w+)"
    r"|Cache set for key: exec:.*"
    r"|(ConnectionManager|AsyncExecutionManager|ResultCache) initialized with .*"
    r"|Starting (polling|cleanup) loop"
)
"""What the Python SDK 0.1.80 itself writes at debug level, as ordinary entries (seen live)."""

MESSAGE_CHARS = 6000
DOUBLED = frozenset({"input_data", "result"})
"""Attributes of the SDK's own events that repeat the row's payloads."""


def is_chatter(entry: LogEntry) -> bool:
    """Tell whether the SDK wrote an entry about its own doings: by source, level and shape together."""
    mine = entry.source == SDK_LOGGER and not entry.system and entry.level.lower() == "debug"
    return mine and CHATTER.fullmatch(entry.message.strip()) is not None


def is_error(entry: LogEntry) -> bool:
    """Tell whether an entry is of an error level, however it is spelled."""
    return entry.level.lower() in ERROR_LEVELS


def telling(entries: Sequence[LogEntry]) -> tuple[tuple[LogEntry, ...], int]:
    """Give the error entries and then the last others, each in order of arrival, and how many were left out.

    Chatter is not counted as left out. Long messages keep their beginning and end.
    """
    kept = [entry for entry in entries if not is_chatter(entry)]
    errors = [entry for entry in kept if is_error(entry)]
    shown = errors if len(errors) <= FIRST_ERRORS + LAST_ERRORS else [*errors[:FIRST_ERRORS], *errors[-LAST_ERRORS:]]
    others = [entry for entry in kept if not is_error(entry)][-TAIL:]
    return tuple(_trimmed(entry) for entry in (*shown, *others)), len(kept) - len(shown) - len(others)


def told_error(entries: Sequence[LogEntry]) -> tuple[str, int] | None:
    """Give the error that the log tells, and the entry's number, for a row that has none.

    The SDK's `reasoner.failed` entry carries it as an attribute; where that is empty too (an exception without words),
    the last error entry that the agent's own code wrote says most.
    """
    for entry in reversed(entries):
        error = entry.attributes.get("error")
        if entry.event_type == "reasoner.failed" and isinstance(error, str) and error.strip():
            return error, entry.seq
    for entry in reversed(entries):
        if is_error(entry) and not entry.system and entry.message.strip():
            return entry.message, entry.seq
    return None


def told_input(entries: Sequence[LogEntry]) -> JsonValue:
    """Give the input that the SDK's `reasoner.started` entry carries, or None."""
    started = (e.attributes.get("input_data") for e in entries if e.event_type == "reasoner.started")
    return next((input for input in started if input is not None), None)


def _trimmed(entry: LogEntry) -> LogEntry:
    update: dict[str, object] = {}
    if len(entry.message) > MESSAGE_CHARS:
        half, left = MESSAGE_CHARS // 2, len(entry.message) - MESSAGE_CHARS
        update["message"] = f"{entry.message[:half]} [cut: {left} characters] {entry.message[-half:]}"
    if entry.system and DOUBLED & set(entry.attributes):
        update["attributes"] = {name: value for name, value in entry.attributes.items() if name not in DOUBLED}
    return entry.model_copy(update=update) if update else entry
