"""The words of a diagnosis by rules: what happened in the fleet's own words, and what the evidence leaves open."""

import json

from pydantic import JsonValue

from operator_mcp.diagnosis.facts import Fact
from operator_mcp.diagnosis.passages import TRACEBACK, last_own_frame
from operator_mcp.diagnosis.reading import Reading
from operator_mcp.diagnosis.sign import Seen
from operator_mcp.diagnosis.taxonomy import UNKNOWN
from operator_mcp.models import Finding, Trace

HEADLINE_CHARS = 240
LINE_CHARS = 400
INPUT_CHARS = 160
SKETCHED = 5
WORD_CHARS, WORDS = 60, 2
"""What of a text in a payload is short enough to be an id, a name or a path."""

_MET = {
    "code_bug": "its own code broke",
    "schema_mismatch": "it met a value in a shape that it does not accept",
    "bad_input": "it refused what it was given",
    "timeout": "it did not end in time",
    "unavailable": "the agent was not there to do the work",
    "rate_limit": "it was refused for load",
    "provider_error": "a service it depends on failed on its side",
    "auth": "a credential was refused",
    "budget": "an allowance was used up",
    "config": "something that the deployment should provide is missing or wrong",
    "resources": "the machine or database under it ran out of something",
    "model_output": "the model gave nothing usable",
    "context_overflow": "the prompt did not fit the model",
    "human": "a person decided against it",
}


def hop_name(trace: Trace) -> str:
    """Give the hop as people of the fleet call it: `agent.reasoner`."""
    return f"{trace.agent}.{trace.reasoner}"


def summary(trace: Trace, finding: Finding, reading: Reading, fact: Fact | None) -> str:
    """Say which hop failed, on which input, and what it met."""
    given = sketch(trace.input)
    where = f"{hop_name(trace)}" + (f", given {given}," if given else "")
    if reading.cause == UNKNOWN:
        told = f"ended with {_quoted(headline(trace))}" if headline(trace) else "ended without saying why"
        return f"{where} {told}; the evidence does not tell the cause.{_passed_on(finding)}"
    met = fact.said if fact else _MET[reading.cause]
    words = headline(trace, reading)
    failed = "failed, by the likeness of its words: " if reading.share else "failed: "
    sentence = f"{where} {failed}{met}" + (f" ({_quoted(words)})" if words else "")
    return f"{sentence}.{_place(trace, reading)}{_made_by(trace)}{_passed_on(finding)}"


def headline(trace: Trace, reading: Reading | None = None) -> str:
    """Give the line that says most of what was met: the strongest sign's, where it is not in the error itself."""
    if reading and reading.passage and reading.passage.what != "error":
        told = telling_line(trace, reading.seen[0]) if reading.seen else reading.passage.text.strip().splitlines()[0]
        return _short(told)
    text = trace.error or (trace.caller.error if trace.caller and trace.kind == "hang" else "") or ""
    lines = text.strip().splitlines() or [""]
    return _short(lines[-1] if TRACEBACK.match(lines[0]) else lines[0])


def telling_line(trace: Trace, seen: Seen) -> str:
    """Give the whole line that a sign was seen in, unless it is long: what stands beside a sign says more than it."""
    for text in (trace.error, *(entry.message for entry in trace.logs)):
        at = text.find(seen.quote)
        if at >= 0:
            start = text.rfind("\n", 0, at) + 1
            end = text.find("\n", at + len(seen.quote))
            line = text[start : len(text) if end < 0 else end].strip()
            return line if len(line) <= LINE_CHARS else seen.quote
    return seen.quote


def sketch(value: JsonValue) -> str:
    """Give a payload in one short line. Texts of several words are counted, not repeated: they may be orders.

    A summary and a next step are read as the operator's own words; what strangers wrote belongs into evidence.
    """
    if value in (None, {}, [], ""):
        return ""
    text = json.dumps(_plain(value), ensure_ascii=False)
    return text if len(text) <= INPUT_CHARS else f"{text[:INPUT_CHARS]}... ({len(text)} characters)"


def _plain(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value[:SKETCHED]] + (["..."] if len(value) > SKETCHED else [])
    return counted(value) if isinstance(value, str) and not nameable(value) else value


def nameable(text: str) -> bool:
    """Tell whether a text is short enough to be an id, a name or a path, and no order."""
    return len(text) <= WORD_CHARS and len(text.split()) <= WORDS


def counted(text: str) -> str:
    """Give what stands for a text that is not repeated."""
    return f"<text of {len(text)} characters>"


def doubts(trace: Trace, finding: Finding, reading: Reading) -> tuple[str, ...]:
    """Say what the evidence could not tell, and what of it could not be had."""
    points: list[str] = []
    if reading.cause == UNKNOWN:
        points.append(_why_unknown(trace, reading))
    elif reading.share:
        also = f"; it could also be {' or '.join(reading.others)}" if reading.others else ""
        points.append(f"no known sign names the cause; the words only read like {reading.cause}{also}")
    elif reading.others:
        points.append(f"weaker signs also point to {', '.join(reading.others)}")
    if finding.origin is not None and finding.confidence < 0.75:
        points.append(f"that {hop_name(trace)} is the origin is itself only {finding.confidence:.2f} sure")
    points += [f"not available: {what}" for what in trace.unavailable]
    return tuple(points)


def _why_unknown(trace: Trace, reading: Reading) -> str:
    could = f"; it could be {' or '.join(reading.others[:3])}" if reading.others else ""
    if not trace.error.strip():
        return f"the execution has no error text and no error-level log that tells one{could}"
    if reading.others and trace.error.strip()[:1] in "'\"":
        return f"the error is only a quoted word; a traceback would tell a missing setting from a bug{could}"
    return f"the error's words fit several causes; a traceback at error level would tell more{could}"


def _place(trace: Trace, reading: Reading) -> str:
    frame = last_own_frame(trace)
    if frame is None or reading.cause not in ("code_bug", "schema_mismatch", "config", "resources"):
        return ""
    return f" It stopped in {frame.function}, {frame.file}:{frame.line}."


def _made_by(trace: Trace) -> str:
    if trace.upstream is None:
        return ""
    return f" The value came from {trace.upstream.agent}.{trace.upstream.reasoner} ({trace.upstream.field})."


def _passed_on(finding: Finding) -> str:
    above = [ref.reasoner for ref in finding.path[:-1]]
    return f" {above[-1]} and {len(above) - 1} more passed it on." if len(above) > 1 else ""


def _short(text: str) -> str:
    return text if len(text) <= HEADLINE_CHARS else f"{text[:HEADLINE_CHARS]}..."


def _quoted(text: str) -> str:
    return f'"{text}"'
