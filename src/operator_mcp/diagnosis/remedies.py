"""One concrete next step for each class, naming the hop, and the field, setting, file or limit where one is known."""

import re
from collections.abc import Callable

from operator_mcp.diagnosis.passages import last_own_frame
from operator_mcp.diagnosis.reading import Reading
from operator_mcp.diagnosis.telling import counted, hop_name, nameable, sketch
from operator_mcp.models import Trace

NAME_CHARS = 100
READ_CHARS = 2_000
AGENTS_DOOR = "agent error (422)"
"""How the control plane (0.1.80) relays that an agent refused a call's arguments before any of its code ran."""

_HOST = re.compile(
    r"(?<!visit )(?<!see )(?<!check: )(?<!at "
    r")(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,15}://(?P<host>[\w.-]{1,200}(?::\d+)?)",
    re.I,
)
"""Where a call went to; an address to read more at is another matter."""

_NAME = re.compile(r"[\w./:@+\\-]{1,200}")
_LIMIT = re.compile(r"(?<![\w.,])\d[\d.,]{0,20} ?(?:ms|s|sec|seconds|minutes|turns|tokens|USD)\b")

Details = dict[str, str]


def remedy(trace: Trace, reading: Reading) -> str:
    """Give the next step for whoever owns this class of failure."""
    details: Details = {}
    for seen in reversed(reading.seen):
        details |= {name: _named(value.strip("'\"")) for name, value in seen.details.items()}
    return _STEPS[reading.cause](trace, details)


def _named(value: str) -> str:
    """Give a detail that is named like a thing; a text of several words is counted, for it may be an order."""
    named = _NAME.fullmatch(value) or (nameable(value) and value.isprintable())
    return value[:NAME_CHARS] if named else counted(value)


def _code_bug(trace: Trace, details: Details) -> str:
    frame = last_own_frame(trace)
    where = f"{frame.function} ({frame.file}:{frame.line})" if frame else f"the code of {hop_name(trace)}"
    subject = _first(details, "key", "attribute", "variable", "name", "keyword", "undefined")
    about = f" where it uses '{subject}'" if subject else ""
    return f"Correct {where}{about}, and add a test that calls {trace.reasoner} with {_given(trace)}."


def _schema_mismatch(trace: Trace, details: Details) -> str:
    field = _first(details, "field", "property", "key", "lacks", "column", "serde", "unexpected")
    value = _first(details, "value", "number", "time", "iso")
    what = f"field '{field}'" if field else f"the value '{value}'" if value else _model(details)
    if trace.caller and AGENTS_DOOR in trace.error:
        caller = f"{trace.caller.agent}.{trace.caller.reasoner}"
        return f"Let {caller} give {what} when it calls {hop_name(trace)}, or give it a default there."
    if trace.upstream:
        maker = f"{trace.upstream.agent}.{trace.upstream.reasoner}"
        return (
            f"Agree on the shape of {what}: let {maker} give {trace.upstream.field} as {hop_name(trace)} reads "
            f"it, or convert it before it is read."
        )
    return f"Let {hop_name(trace)} check and convert {what} where it takes it in, and test it with {_given(trace)}."


def _model(details: Details) -> str:
    return f"what {details['model']} is built from" if details.get("model") else "the answer it reads"


def _bad_input(trace: Trace, details: Details) -> str:
    field, value = details.get("field"), _first(details, "value", "file")
    what = f"{field} = '{value}'" if field and value else f"'{value}'" if value else _given(trace)
    if trace.upstream:
        maker = f"{trace.upstream.agent}.{trace.upstream.reasoner}"
        return (
            f"Correct {maker}, whose result ({trace.upstream.field}) is what {hop_name(trace)} refuses, then "
            f"start the run again."
        )
    return (
        f"Start the run again with another input than {what} for {hop_name(trace)}; refuse it earlier if "
        f"it comes often."
    )


def _timeout(trace: Trace, details: Details) -> str:
    if trace.kind == "hang":
        return (
            f"Find what {hop_name(trace)} waits for (its last log line, its agent's process), and give that "
            f"wait a limit below its caller's."
        )
    limit = _LIMIT.search(trace.error[:READ_CHARS])
    span = f" of {limit[0]}" if limit else ""
    return (
        f"Find what made the call in {hop_name(trace)}{_at(trace)} slower than its limit{span}; retry once "
        f"it answers, or raise that limit."
    )


def _unavailable(trace: Trace, details: Details) -> str:
    if trace.kind == "orphaned":
        return (
            f"Find why the process of agent {trace.agent} ended (its host's log, memory, a deployment), then "
            f"start the run again."
        )
    if trace.kind == "error":
        return f"Find why what {hop_name(trace)} called was not there (its host's log), then start the run again."
    return f"Bring agent {trace.agent} up where the control plane looks for it{_at(trace)}, then start the run again."


def _rate_limit(trace: Trace, details: Details) -> str:
    if trace.kind == "capacity":
        most = f" ({details['limit']})" if details.get("limit") else ""
        return (
            f"Raise the limit of concurrent executions of agent {trace.agent}{most} or start fewer runs at "
            f"once, then run it again."
        )
    return (
        f"Run it again later; let {hop_name(trace)} call{_at(trace)} less often at once, with a growing "
        f"pause between attempts."
    )


def _provider_error(trace: Trace, details: Details) -> str:
    status = f" (HTTP {details['status']})" if details.get("status") else ""
    return (
        f"Check the state of the service{_at(trace)} that {hop_name(trace)} calls{status}; start the run "
        f"again once it answers."
    )


def _auth(trace: Trace, details: Details) -> str:
    return (
        f"Renew or grant the credential that {hop_name(trace)} uses{_at(trace)} in the environment of "
        f"agent {trace.agent}, then start the run again."
    )


def _budget(trace: Trace, details: Details) -> str:
    limit = _LIMIT.search(trace.error[:READ_CHARS])
    which = f" ({limit[0]})" if limit else ""
    return (
        f"Top up or raise the allowance{which} that {hop_name(trace)} ran out of, or give it less to do, "
        f"then start the run again."
    )


def _config(trace: Trace, details: Details) -> str:
    agent = f"agent {trace.agent}"
    if setting := details.get("setting"):
        return f"Set {setting} in the environment of {agent}, then start the run again."
    if wrong := details.get("settings_file"):
        return f"Correct {wrong} where {agent} runs, then start the run again."
    if file := _first(details, "file", "path", "nio", "jar"):
        return f"Provide {file} where {agent} runs, readable to it, then start the run again."
    if module := _first(details, "module", "node", "library", "java"):
        return f"Install {module} in the environment of {agent}, then start the run again."
    if model := details.get("model"):
        return f"Set a model for {hop_name(trace)} that exists and is open to its key, in place of {model}."
    if target := details.get("target"):
        return (
            f"Let {hop_name(trace)} call a reasoner that exists: '{target}' is not registered; deploy it or "
            f"correct the name."
        )
    return f"Correct the setting of {agent} that {hop_name(trace)} fails on{_at(trace)}, then start the run again."


def _resources(trace: Trace, details: Details) -> str:
    place = f" at {details['file']}" if details.get("file") else ""
    return (
        f"Free what ran out under {hop_name(trace)}{place} on the host of agent {trace.agent} (see the "
        f"quoted error), then start the run again."
    )


def _model_output(trace: Trace, details: Details) -> str:
    if details.get("reason") in ("length", "max_tokens"):
        return f"Raise the output limit of the model call in {hop_name(trace)}, or ask for less in one answer."
    return (
        f"Look at the prompt that {hop_name(trace)} sent for {_given(trace)}; change its wording or the "
        f"model, or handle such an answer."
    )


def _context_overflow(trace: Trace, details: Details) -> str:
    limit = f" of {details['limit']} tokens" if details.get("limit") else ""
    return (
        f"Let {hop_name(trace)} split or shorten what it sends, so that it fits the model's limit{limit}; "
        f"test it with {_given(trace)}."
    )


def _human(trace: Trace, details: Details) -> str:
    if trace.kind == "cancelled":
        return f"Ask whoever cancelled {hop_name(trace)}; start the run again only if that was a mistake."
    return f"Ask the person who decided on {hop_name(trace)} what should change, and submit it again."


def _unknown(trace: Trace, details: Details) -> str:
    return (
        f"Log the traceback of {hop_name(trace)} at error level, run it again with {_given(trace)}, and "
        f"diagnose that run."
    )


_STEPS: dict[str, Callable[[Trace, Details], str]] = {
    "code_bug": _code_bug,
    "schema_mismatch": _schema_mismatch,
    "bad_input": _bad_input,
    "timeout": _timeout,
    "unavailable": _unavailable,
    "rate_limit": _rate_limit,
    "provider_error": _provider_error,
    "auth": _auth,
    "budget": _budget,
    "config": _config,
    "resources": _resources,
    "model_output": _model_output,
    "context_overflow": _context_overflow,
    "human": _human,
    "unknown": _unknown,
}


def _first(details: Details, *names: str) -> str:
    return next((details[name] for name in names if details.get(name)), "")


def _at(trace: Trace) -> str:
    met = _HOST.search(trace.error[:READ_CHARS])
    return f" at {met['host']}" if met else ""


def _given(trace: Trace) -> str:
    return sketch(trace.input) or "the input it had"
