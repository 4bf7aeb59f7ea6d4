"""Which values in the control plane's memory are copies of ours: told by digest, so that a stranger's is noticed."""

import json

from sqlalchemy import delete, insert, select

from operator_mcp.ledger import tables
from operator_mcp.ledger.store import Store

KEPT = 8
"""A write whose answer was lost may have arrived: so many of the last attempts count as ours."""


class Copies(Store):
    """Remembering what was put under a fingerprint's key."""

    def own_copies(self, fleet: str, fingerprint: str) -> frozenset[str]:
        """Give the digests of the last values that were put, or tried to be put, under a fingerprint's key."""
        with self._read() as connection:
            t = tables.mirror_copies
            query = select(t.c.digests).where(t.c.fleet == fleet, t.c.fingerprint == fingerprint)
            return frozenset(_digests(connection.execute(query).scalar_one_or_none()))

    def note_copy(self, fleet: str, fingerprint: str, digest: str) -> None:
        """Note that a value is about to be put under a fingerprint's key."""
        t = tables.mirror_copies
        here = (t.c.fleet == fleet, t.c.fingerprint == fingerprint)
        with self._change() as connection:
            before = _digests(connection.execute(select(t.c.digests).where(*here)).scalar_one_or_none())
            kept = list(dict.fromkeys([digest, *before]))[:KEPT]
            connection.execute(delete(t).where(*here))
            connection.execute(insert(t).values(fleet=fleet, fingerprint=fingerprint, digests=json.dumps(kept)))


def _digests(stored: str | None) -> list[str]:
    digests: list[str] = json.loads(stored) if stored else []
    return digests
