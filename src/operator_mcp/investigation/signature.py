"""What a failure looks like before any thinking: reasoner, kind and the shape of the error's words."""

from operator_mcp.investigation.texts import shape, strip_prefixes
from operator_mcp.models import Hop, Kind, RunRow

MAX_SHAPE = 160
"""Characters of a shape that count: what follows is mostly payload that the error quotes."""


def signature(hop: Hop, kind: Kind) -> str:
    """Give `reasoner|shape` of an origin. Survives changed ids, numbers, times, addresses, quotes and paths."""
    said = _shape(hop.error or hop.status_reason)
    return f"{hop.reasoner}|{said if kind == 'error' else f'{kind}: {said}' if said else kind}"


def row_signature(row: RunRow) -> str:
    """Give a signature from a line of the run list, whose error is the root's."""
    return f"{row.reasoner}|{_shape(row.root_error or row.root_reason)}"


def _shape(error: str | None) -> str:
    return shape(strip_prefixes(error or ""))[:MAX_SHAPE].strip()
