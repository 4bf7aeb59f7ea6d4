"""`redact`: every credential in a text replaced by a mark, until none is left."""

from operator_mcp.untrusted.assignments import redact_assigned
from operator_mcp.untrusted.marks import hide_marks, show_marks
from operator_mcp.untrusted.shapes import redact_shapes


def redact(text: str) -> str:
    """Give the text (already stripped of what cannot be seen) with its credentials as marks.

    Redacting the result changes nothing: it is what a further round of all patterns leaves as it is. The rounds end,
    since each but the last turns visible characters into signs and none turns signs into anything else.
    """
    hidden = hide_marks(text)
    while (further := redact_shapes(redact_assigned(hidden))) != hidden:
        hidden = further
    return show_marks(hidden)
