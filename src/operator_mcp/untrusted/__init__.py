"""The one way for text out of a trace: cut, strip what cannot be seen, redact secrets, fence.

Error texts, logs, notes, inputs and results are written by strangers and may hold credentials. Everything that leaves
the process (to the caller, a model, memory, a notification, a log) has passed `clean` or `scrub`; what is handed to a
language model as data is also in a `fence`.
"""

from operator_mcp.untrusted.fence import fence, new_nonce
from operator_mcp.untrusted.nouns import scrub
from operator_mcp.untrusted.text import LIMIT, clean

__all__ = ["LIMIT", "clean", "fence", "new_nonce", "scrub"]
