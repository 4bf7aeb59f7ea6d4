"""The answer of `get_failed_hop`, cut to a budget; every cut says how much is left and where."""

from collections.abc import Sequence
from functools import partial

from pydantic import JsonValue

from operator_mcp.answers import FailedHop, LogLine, Origin
from operator_mcp.errors import UsageError
from operator_mcp.ledger import Investigation
from operator_mcp.models import Caller, Case, Finding, HopRef, HopWhy, Memory, Trace, Upstream
from operator_mcp.shaping.brief import case_brief, recurrence
from operator_mcp.shaping.cutting import Cutter, Limits, fitted

BUDGETS = {"brief": 780, "full": 6_000}
"""Tokens per answer at four characters a token. Ids make it a quarter more in truth: 1,000 and 8,000 are meant."""

TRACE_PAGE = 24_000
"""Characters of one page of the whole trace."""


FIRST = {"brief": Limits(text=700, items=4, logs=8), "full": Limits(text=6_000, items=50, logs=60)}


def failed_hop(found: Investigation, case: Case | None, memory: Memory | None, *, detail: str) -> FailedHop:
    """Shape the origin and its evidence, as much of it as the budget of `detail` takes."""
    return fitted(partial(_shape, found, case, memory), FIRST[detail], tokens=BUDGETS[detail])


def _shape(found: Investigation, case: Case | None, memory: Memory | None, limits: Limits) -> FailedHop:
    finding, trace = found.finding, found.trace
    cut = Cutter(finding.run_id, limits)
    return FailedHop(
        run_id=finding.run_id,
        verdict=finding.verdict,
        origin=_origin(finding, trace, cut),
        confidence=finding.confidence,
        why=tuple(cut.text("why", sentence) for sentence in finding.why),
        path=_path(finding, cut),
        alternatives=_beside("alternatives", finding.alternatives, cut),
        handled=_beside("handled", finding.handled, cut),
        recovered=_beside("recovered", finding.recovered, cut),
        collateral=_beside("collateral", finding.collateral, cut),
        concurrent=_beside("concurrent", finding.concurrent, cut),
        input=cut.json("input", trace.input) if trace else None,
        result=cut.json("result", trace.result) if trace else None,
        logs=_logs(trace, cut) if trace else (),
        notes=cut.items("notes", [cut.text("note", n.message) for n in trace.notes]) if trace else (),
        caller=_caller(trace.caller, cut) if trace and trace.caller else None,
        upstream=_upstream(trace.upstream, cut) if trace and trace.upstream else None,
        false_success=finding.false_success,
        recurrence=recurrence(memory, finding.run_id),
        case=case_brief(case),
        unavailable=tuple(cut.text("unavailable", text) for text in trace.unavailable) if trace else (),
        cut=tuple(cut.cuts),
        next=_next(finding),
    )


def _origin(finding: Finding, trace: Trace | None, cut: Cutter) -> Origin | None:
    hop = finding.origin
    if hop is None:
        return None
    return Origin(
        execution_id=hop.execution_id,
        agent=hop.agent,
        reasoner=hop.reasoner,
        status=hop.status,
        kind=finding.kind,
        error=cut.text("error", trace.error if trace else hop.error or ""),
        status_reason=hop.status_reason and cut.text("status_reason", hop.status_reason),
        started_at=hop.started_at,
        duration_ms=hop.duration_ms,
    )


def _beside(name: str, hops: Sequence[HopWhy], cut: Cutter) -> tuple[HopWhy, ...]:
    kept = cut.items(name, hops)
    return tuple(hop.model_copy(update={"why": cut.text(f"{name}.why", hop.why)}) for hop in kept)


def _upstream(upstream: Upstream, cut: Cutter) -> Upstream:
    said = {"field": cut.text("upstream.field", upstream.field), "why": cut.text("upstream.why", upstream.why)}
    return upstream.model_copy(update=said)


def _path(finding: Finding, cut: Cutter) -> tuple[HopRef, ...]:
    """Keep both ends of a long path: where it was asked for, and where it began."""
    most = max(4, cut.limits.items * 3)
    if len(finding.path) <= most:
        return finding.path
    head = most // 2
    cut.cuts.append(f"path: {len(finding.path) - most} of {len(finding.path)} hops left out in the middle")
    return finding.path[:head] + finding.path[-(most - head) :]


def _logs(trace: Trace, cut: Cutter) -> tuple[LogLine, ...]:
    kept = cut.items("logs", trace.logs, cut.limits.logs)
    width = max(80, cut.limits.text // 3)
    return tuple(LogLine(seq=e.seq, level=e.level, message=_line(e.message, width)) for e in kept)


def _line(message: str, width: int) -> str:
    return message if len(message) <= width else f"{message[:width]}… ({len(message) - width} characters more)"


def _caller(caller: Caller, cut: Cutter) -> Caller:
    return caller.model_copy(
        update={
            "input": cut.json("caller.input", caller.input),
            "error": caller.error and cut.text("caller.error", caller.error),
        }
    )


def _next(finding: Finding) -> str:
    if finding.false_success:
        return "The run succeeded with a failure for its result; look at what used that result."
    if finding.verdict == "healthy":
        return "Nothing to do for this run."
    if finding.verdict == "unfinished":
        return "The run has not ended; ask again later."
    return f"diagnose(id={finding.run_id!r}) says why."


def trace_page(text: str, cursor: str) -> dict[str, JsonValue]:
    """Give the page of a trace that starts at `cursor`, how long the whole is, and where the next one starts.

    Raises:
        UsageError: the cursor is not a place in the trace.
    """
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 12) or int(cursor) > len(text):
        raise UsageError(f"cursor {cursor[:40]!r} is not a place in this trace", "Leave it out to start at the top.")
    start = int(cursor)
    end = min(len(text), start + TRACE_PAGE)
    return {"text": text[start:end], "characters": len(text), "next_cursor": str(end) if end < len(text) else None}
