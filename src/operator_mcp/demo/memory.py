"""The shared memory of a fleet: records by scope, scope id and key."""

from collections.abc import Mapping

from pydantic import JsonValue

from operator_mcp.demo.rows import Instant, Row

SCOPES = ("workflow", "session", "actor", "global")
"""Scopes in the order in which a key without a scope is looked for."""

_HEADERS = {"workflow": "x-workflow-id", "session": "x-session-id", "actor": "x-actor-id"}


class MemoryRow(Row):
    """One record of memory."""

    scope: str
    scope_id: str
    key: str
    data: JsonValue
    created_at: Instant
    updated_at: Instant


class Memory:
    """Records of one fleet; the newest write of a key wins."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str], MemoryRow] = {}

    def set(self, scope: str, scope_id: str, key: str, data: JsonValue, now: int) -> MemoryRow:
        """Write a record and give it; the first write's time stays its creation time."""
        before = self._rows.get((scope, scope_id, key))
        created = now if before is None else before.created_at
        row = MemoryRow(scope=scope, scope_id=scope_id, key=key, data=data, created_at=created, updated_at=now)
        self._rows[scope, scope_id, key] = row
        return row

    def get(self, scope: str, scope_id: str, key: str) -> MemoryRow | None:
        """Give a record, or None."""
        return self._rows.get((scope, scope_id, key))

    def delete(self, scope: str, scope_id: str, key: str) -> None:
        """Drop a record; an absent one is dropped too."""
        self._rows.pop((scope, scope_id, key), None)

    def list(self, scope: str, scope_id: str) -> list[MemoryRow]:
        """Give every record of one scope, by key."""
        found = (row for row in self._rows.values() if (row.scope, row.scope_id) == (scope, scope_id))
        return sorted(found, key=lambda row: row.key)


def scope_id(scope: str, headers: Mapping[str, str]) -> str:
    """Give the id that a request names for a scope: a header's value, `global`, or nothing at all."""
    return "global" if scope == "global" else headers.get(_HEADERS.get(scope, ""), "")
