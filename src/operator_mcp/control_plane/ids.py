"""Ids from outside, checked before they reach a URL path."""

import re

from operator_mcp.errors import UsageError

MAX_LENGTH = 200
SAFE = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9_.:@=+~-]{{0,{MAX_LENGTH - 1}}}")
RUN_PREFIXES = ("run_", "wf_")
"""How the control plane and the SDKs begin a run's id (`wf_` is the legacy form, AgentField 0.1.80)."""


def checked(id: str, field: str = "id") -> str:
    """Give the id with the blanks around it gone.

    Raises:
        UsageError: it is empty, too long, or holds characters that no id has; the text names `field`.
    """
    given = id.strip()
    if SAFE.fullmatch(given) and ".." not in given:
        return given
    if not given:
        raise UsageError(f"{field} is empty", "Pass a run id (run_...) or an execution id (exec_...).")
    raise UsageError(
        f"{field}: {given[:40]!r} cannot be an id",
        f"Ids have letters, digits and _ . : @ = + ~ - only, at most {MAX_LENGTH} of them; copy one as given.",
    )


def names_a_run(id: str) -> bool:
    """Tell whether an id is a run's by its prefix. False decides nothing: ids are opaque."""
    return id.startswith(RUN_PREFIXES)
