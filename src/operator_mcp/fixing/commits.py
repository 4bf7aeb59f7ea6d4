"""What the operator writes into commits: one subject, and trailer lines by which a merge is found again."""

import re

from operator_mcp.models import Fix
from operator_mcp.untrusted import clean

FIX_TRAILER = "Operator-Fix"


def fix_message(fix: Fix) -> str:
    """Give the message of the commit that holds a fix."""
    return f"Fix {_line(fix.fingerprint)}\n\n{_trailers(fix)}\n"


def merge_message(fix: Fix, approved_by: str) -> str:
    """Give the message of the commit that merges an approved fix."""
    subject = f"Merge the approved fix of {_line(fix.fingerprint)}"
    return f"{subject}\n\n{_trailers(fix)}\nApproved-By: {_line(approved_by)}\n"


def branch_name(run_id: str, number: int) -> str:
    """Give `operator/<run>-<number>`, the run spelled with what every ref and file system takes."""
    run = re.sub(r"[^A-Za-z0-9_-]+", "-", run_id).strip("-")[:80].strip("-")
    return f"operator/{run or 'run'}-{number}"


def _trailers(fix: Fix) -> str:
    rows = (("Operator-Run", fix.run_id), (FIX_TRAILER, fix.fix_id), ("Operator-Diagnosis", fix.fingerprint))
    return "\n".join(f"{name}: {_line(value)}" for name, value in rows)


def _line(text: str) -> str:
    """Give the text as one line that cannot start another trailer."""
    return " ".join(clean(text, 200).split()) or "unknown"
