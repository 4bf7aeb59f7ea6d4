"""What a failure looks like before any thinking: reasoner, kind, and the shape of the error's words.

Equal signatures mean "looks alike", not "has the same cause". The shape is hashed: error texts are untrusted and may
hold secrets, and a signature is written to lists, to memory and to the ledger.
"""

from hashlib import sha256

from operator_mcp.investigation.texts import shape, strip_prefixes
from operator_mcp.models import Hop, Kind, RunRow
from operator_mcp.naming import safe_name

MAX_SHAPE = 160
"""Characters of a shape that count: what follows is mostly payload that the error quotes."""


def signature(hop: Hop, kind: Kind) -> str:
    """Give `reasoner|hash` of an origin (`reasoner|kind:hash` where it is not a plain error).

    Survives changed ids, numbers, times, addresses, quoted values and paths; differs where the failure differs.
    """
    said = hop.error if kind == "error" or hop.error else hop.status_reason
    return f"{safe_name(hop.reasoner)}|{'' if kind == 'error' else f'{kind}:'}{_hash(said)}"


def row_signature(row: RunRow) -> str:
    """Give a signature from a line of the run list, whose error is the root's."""
    return f"{safe_name(row.reasoner)}|{_hash(row.root_error or row.root_reason)}"


def _hash(error: str | None) -> str:
    seen = shape(strip_prefixes(error or ""))[:MAX_SHAPE].strip()
    return sha256(seen.encode()).hexdigest()[:12]
