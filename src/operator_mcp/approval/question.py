"""What a human is asked: a pure function of stored facts, and the form on which the answer comes."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from operator_mcp.approval.decisions import SHORT_DIGEST
from operator_mcp.models import Approval, Checks, Diagnosis, Fix
from operator_mcp.untrusted import clean

_FILES_SHOWN = 8
_SUMMARY_CHARS = 400


def _strip_headings(schema: JsonDict) -> None:
    # Codex (2026-11) takes $schema, type, properties and required at the top; at anything else it cancels unseen.
    schema.pop("title", None)
    schema.pop("description", None)


class Decision(BaseModel):
    """The form: one required boolean and no default, so that an empty acceptance decides nothing."""

    model_config = ConfigDict(json_schema_extra=_strip_headings)

    approve: Annotated[bool, Field(strict=True, description="true merges exactly this diff; false rejects it for good")]


def question(fix: Fix, diagnosis: Diagnosis | None, approval: Approval) -> str:
    """Give the question about one fix. The same stored facts always give the same text, in a few hundred words.

    Nothing in it is the word of the agent that asked: counts, checks, commits and digest are the server's own, and
    texts that come from a trace are cleaned, cut and marked as such.
    """
    lines = [
        f"Merge {fix.fix_id} into {_line(fix.base_branch)}? It is for the failed run {_line(fix.run_id)}.",
        *_cause(fix, diagnosis),
        f"Change: {_stat(fix)}.",
        *(f"  {_line(file.path, 120)} {_counts(file.added, file.removed)}" for file in fix.files[:_FILES_SHOWN]),
        *([f"  and {len(fix.files) - _FILES_SHOWN} more files"] if len(fix.files) > _FILES_SHOWN else []),
        f"Checks by the server: {_checks(fix.checks)}.",
        *([f"Note: {_line(fix.detail, 300)}."] if fix.detail else []),
        f"Branch {_line(fix.branch)}, base {approval.base[:SHORT_DIGEST]}, diff {approval.diff_digest[:SHORT_DIGEST]};"
        f" cost ${fix.cost_usd:.2f}.",
        f"Open until {approval.expires_at:%Y-%m-%d %H:%M} UTC. Approving merges exactly this diff; rejecting is final.",
    ]
    return "\n".join(lines)


def _cause(fix: Fix, diagnosis: Diagnosis | None) -> list[str]:
    if diagnosis is None:
        return [f"Cause: {_line(fix.fingerprint)}."]
    return [
        f"Cause: {_line(diagnosis.root_cause)}, {diagnosis.confidence:.0%} sure ({diagnosis.engine}).",
        f"Summary (holds text from the run): {_line(diagnosis.summary, _SUMMARY_CHARS)}",
    ]


def _stat(fix: Fix) -> str:
    added, removed = sum(f.added or 0 for f in fix.files), sum(f.removed or 0 for f in fix.files)
    files = "1 file" if len(fix.files) == 1 else f"{len(fix.files)} files"
    return f"{files}, {_counts(added, removed)} lines"


def _counts(added: int | None, removed: int | None) -> str:
    return "binary" if added is None or removed is None else f"+{added} -{removed}"


def _checks(checks: Checks) -> str:
    rows = (
        ("suite before", checks.suite_before),
        ("suite after", checks.suite_after),
        ("regression test on the base", checks.regression_on_base),
        ("on the fix", checks.regression_on_fix),
    )
    return ", ".join(f"{name} {outcome or 'not run'}" for name, outcome in rows)


def _line(text: str | None, limit: int = 120) -> str:
    """Give a text as one line: a second one could pass for the server's own."""
    return " ".join(clean(text or "unknown", limit).split())
