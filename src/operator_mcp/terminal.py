"""Answers drawn for a person at a terminal. Colours go away by themselves where there is no terminal."""

import json
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from operator_mcp.answers import Diagnosed, Drafted, FailedHop, Failures
from operator_mcp.checkup import Finding
from operator_mcp.drawing.folding import Line
from operator_mcp.drawing.tree import draw
from operator_mcp.models import Case, HopWhy

console = Console(highlight=False, soft_wrap=False)


def failures(answer: Failures) -> None:
    """Draw the list of failures: a line to find each by, and a line that says what it said."""
    console.print(Text(answer.summary, style="bold"))
    for line in answer.failures:
        started = line.started_at.strftime("%m-%d %H:%M:%S") if line.started_at else "-"
        head = Text(f"{line.run_id}  {started}  ").append(f"{line.root.agent}.{line.root.reasoner}", style="bold")
        head.append(f"  {line.status}", style="red")
        if line.known:
            head.append("  known", style="cyan")
        if line.case:
            head.append(f"  {line.case.fix_state or line.case.root_cause or line.case.state}", style="cyan")
        console.print(head, soft_wrap=True)
        console.print(Text(f"    {line.headline}", style="dim"), soft_wrap=True)
    if answer.next_cursor:
        print(f"More: operator-mcp failures --cursor {answer.next_cursor}")


def hop(answer: FailedHop, lines: Sequence[Line]) -> None:
    """Draw the run as a tree with the path to the origin marked, and the evidence about the origin."""
    console.print(Text(f"{answer.run_id}: {answer.verdict}", style="bold"))
    for line in draw(lines):
        console.print(line, no_wrap=True, overflow="ellipsis")
    for sentence in answer.why:
        console.print(Text(f"  {sentence}"))
    if answer.origin:
        console.print(Text(f"Error: {answer.origin.error or '(no text)'}", style="red"))
        console.print(Text(f"Confidence {answer.confidence:.2f}, kind {answer.origin.kind}"))
        console.print(Text(f"Input: {json.dumps(answer.input, ensure_ascii=False)}", style="dim"))
        for entry in answer.logs:
            console.print(Text(f"  [{entry.level}] {entry.message}", style="dim"))
    sections = {
        "Other candidates": answer.alternatives,
        "Handled": answer.handled,
        "Recovered": answer.recovered,
        "Collateral": answer.collateral,
        "Concurrent": answer.concurrent,
    }
    for title, hops in sections.items():
        _hops(title, hops)
    for note in (*answer.unavailable, *answer.cut):
        console.print(Text(f"  {note}", style="dim"))
    console.print(Text(answer.next, style="bold"))


def _hops(title: str, hops: Sequence[HopWhy]) -> None:
    if hops:
        console.print(f"{title}:")
    for h in hops:
        console.print(Text(f"  {h.agent}.{h.reasoner} ({h.execution_id}): {h.why}", style="dim"))


def diagnosis(answer: Diagnosed) -> None:
    """Draw a diagnosis with its evidence."""
    cause = answer.root_cause or "no failure"
    console.print(Text(f"{answer.run_id}: {cause} ({answer.confidence:.2f}, by {answer.engine})", style="bold"))
    console.print(Text(answer.summary))
    for evidence in answer.evidence:
        mark = "verified" if evidence.verified else "NOT FOUND"
        console.print(Text(f"  “{evidence.quote}”\n    {mark} in {evidence.source}", style="dim"))
    if answer.recurrence:
        said = answer.recurrence.seen
        console.print(Text(said[:1].upper() + said[1:]))
    if answer.suggested_fix:
        console.print(Text(f"Next step: {answer.suggested_fix}"))
    for point in answer.open_points:
        console.print(Text(f"  open: {point}", style="dim"))
    _refusal(answer)
    console.print(Text(answer.next, style="bold"))


def fix(answer: Drafted) -> None:
    """Draw where a fix stands."""
    console.print(Text(f"{answer.run_id}: fix {answer.fix_id or '-'}: {answer.state}", style="bold"))
    if answer.branch:
        console.print(
            Text(f"Branch {answer.branch} on {(answer.base or '')[:10]}, digest {(answer.diff_digest or '')[:12]}")
        )
    for file in answer.files:
        console.print(Text(f"  {file.path}  +{file.added} -{file.removed}"))
    for name, result in answer.checks.model_dump().items():
        if result:
            console.print(Text(f"  {name.replace('_', ' ')}: "), Text(result, style=_check_style(name, result)), sep="")
    if answer.detail:
        console.print(Text(answer.detail, style="dim"))
    if answer.approval.state != "none":
        waits = answer.approval.state == "waiting" and answer.approval.expires_at
        until = f" until {waits:%d %b %H:%M} UTC" if waits else ""
        console.print(Text(f"Approval: {answer.approval.state}{until}; cost ${answer.cost_usd:.2f}"))
    for way in answer.approval.ways:
        console.print(Text(f"  {way}"))
    _refusal(answer)
    console.print(Text(answer.next, style="bold"))


def _check_style(name: str, result: str) -> str:
    """Colour what is as it should be green: the regression test has to fail on the base."""
    wanted = "failed" if name == "regression_on_base" else "passed"
    return "green" if result == wanted else "red"


def _refusal(answer: Diagnosed | Drafted) -> None:
    if answer.refused:
        refused = answer.refused
        console.print(Text(f"Refused by rule {refused.rule}: {refused.why}.", style="yellow"))
        console.print(Text(f"  A human can: {refused.human_can}"))


def diff(text: str) -> None:
    """Draw a diff, line by line as it is: a wrapped line could hide what it adds."""
    for line in text.splitlines():
        if not line.startswith("index "):
            console.print(Text(line, style=_diff_style(line)), soft_wrap=True)


def _diff_style(line: str) -> str:
    if line.startswith(("+++", "---", "diff ")):
        return "bold"
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "default")


def cases(rows: Sequence[Case]) -> None:
    """Draw the cases."""
    if not rows:
        console.print("No cases yet. `operator-mcp failures` shows what failed; diagnosing a run opens its case.")
        return
    for case in rows:
        cause = case.diagnosis.root_cause if case.diagnosis else "-"
        line = Text(f"{case.run_id}  {case.opened_at:%m-%d %H:%M}  ").append(
            f"{case.agent}.{case.reasoner}", style="bold"
        )
        line.append(f"  {cause}  {case.state}")
        if case.fix_id:
            line.append(f"  {case.fix_id} {case.fix_state}", style="cyan")
        console.print(line, soft_wrap=True)


def checkup(findings: Sequence[Finding]) -> None:
    """Draw the check-up."""
    for finding in findings:
        mark = Text("ok    ", style="green") if finding.ok else Text("mend  ", style="red")
        console.print(mark.append(f"{finding.what}: ", style="default").append(finding.detail, style="default"))
