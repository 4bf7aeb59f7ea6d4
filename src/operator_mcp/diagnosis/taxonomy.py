"""The cause classes, one row each. `docs/taxonomy.md` is written from this table."""

from dataclasses import dataclass
from typing import Literal

Retryable = Literal["yes", "no", "maybe"]


@dataclass(frozen=True)
class CauseClass:
    """One class: what it means, whether the fleet's own code is to be changed, and whose move it is.

    `rivals` are classes that the same evidence can stand for: their signs, and a proposal of one, do not contest it.
    """

    name: str
    meaning: str
    code_level: bool
    retryable: Retryable
    owner: str
    evidence: str
    rivals: tuple[str, ...] = ()


TAXONOMY: dict[str, CauseClass] = {
    row.name: row
    for row in (
        CauseClass(
            "code_bug",
            "a programming error in the reasoner's own code",
            True,
            "no",
            "the agent's developers",
            "an interpreter's own message or exception type (TypeError, IndexError, null pointer, recursion), a "
            "traceback that ends in the agent's files",
            ("schema_mismatch", "bad_input"),
        ),
        CauseClass(
            "schema_mismatch",
            "a value crossed a boundary in a shape its receiver does not accept (model output, child result, API body)",
            True,
            "no",
            "the developers of both sides of the boundary",
            "a validator's or parser's report with the field or value, HTTP 422 for a body",
            ("code_bug", "bad_input", "model_output"),
        ),
        CauseClass(
            "bad_input",
            "the run was given, from outside, an input which the hop rightly refuses",
            False,
            "no",
            "whoever started the run",
            "the hop's own refusal, naming a field or value of its input and the rule it breaks",
            ("schema_mismatch",),
        ),
        CauseClass(
            "timeout",
            "work exceeded a limit of time, or never ended",
            False,
            "maybe",
            "the operators of what was waited for",
            "a hop that never ended, a reaper's or watchdog's end, an expired wait or deadline in the error",
            ("provider_error", "unavailable"),
        ),
        CauseClass(
            "unavailable",
            "an agent of the fleet could not be reached, went away, or restarted under the run",
            False,
            "yes",
            "the operators of that agent",
            "status reason agent_unreachable or agent_restart_orphaned, a proxy's 502-504 in place of the agent",
            ("provider_error", "config"),
        ),
        CauseClass(
            "rate_limit",
            "a provider or the control plane refused for load",
            False,
            "yes",
            "the operators of the fleet",
            "HTTP 429, a provider's throttling code, status reason concurrency_limit",
            ("provider_error", "budget"),
        ),
        CauseClass(
            "provider_error",
            "a model provider or third-party service failed on its side",
            False,
            "yes",
            "the provider; the operators until it is back",
            "HTTP 5xx, overloaded, a connection refused, reset or closed by the other side",
            ("unavailable", "rate_limit"),
        ),
        CauseClass(
            "auth",
            "a credential is missing, expired or refused",
            False,
            "no",
            "whoever keeps the credential",
            "HTTP 401 or 403, a provider's code for a refused key, a refused login",
            ("config",),
        ),
        CauseClass(
            "budget",
            "money, quota, token or turn limits were used up",
            False,
            "no",
            "whoever grants the budget",
            "HTTP 402, a code for exhausted quota or credit, a cap on turns or dollars that was reached",
            ("rate_limit",),
        ),
        CauseClass(
            "config",
            "a setting, file, target or dependency which the deployment should have provided is missing or wrong",
            False,
            "no",
            "whoever deploys the agent",
            "an unset variable, a missing file or module, a model or target that does not exist",
            ("auth", "code_bug"),
        ),
        CauseClass(
            "resources",
            "memory, disk, file handles, connections or locks ran out",
            False,
            "maybe",
            "the operators of the host or database",
            "errno 12, 24, 28, an out-of-memory error, a locked or full database",
        ),
        CauseClass(
            "model_output",
            "the model refused, was filtered, was cut off, or answered with nothing usable",
            False,
            "maybe",
            "the developers of the prompt",
            "a finish reason (length, content_filter, safety), a refusal, an empty completion",
            ("schema_mismatch",),
        ),
        CauseClass(
            "context_overflow",
            "the prompt did not fit the model's context",
            True,
            "no",
            "the agent's developers",
            "a provider's context-length code, or tokens sent beside the most it takes",
        ),
        CauseClass(
            "human",
            "a person's decision: an approval rejected or expired, a run cancelled",
            False,
            "no",
            "the person who decided",
            "approval status rejected or expired, status cancelled with no failure of its own",
        ),
        CauseClass(
            "unknown",
            "the evidence does not tell",
            False,
            "no",
            "whoever is on call",
            "no error text, or words that fit several classes alike",
        ),
    )
}
"""Class by name, in the order of the documentation (AgentField fleets, recorded and generated failures)."""

UNKNOWN = "unknown"


def page() -> str:
    """Give the table as the Markdown page `docs/taxonomy.md` (see `python -m operator_mcp.diagnosis.taxonomy`)."""
    lines = [
        "# Cause classes",
        "",
        "Written from the table in `src/operator_mcp/diagnosis/taxonomy.py` by\n"
        "`python -m operator_mcp.diagnosis.taxonomy > docs/taxonomy.md`.",
        "",
        "| class | meaning | what decides | code-level | retry helps | whose move |",
        "|---|---|---|---|---|---|",
    ]
    for row in TAXONOMY.values():
        code = "yes" if row.code_level else "no"
        lines.append(f"| {row.name} | {row.meaning} | {row.evidence} | {code} | {row.retryable} | {row.owner} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")
