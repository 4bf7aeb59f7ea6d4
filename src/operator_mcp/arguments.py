"""What the tools take. Checked before the SDK sees it: the SDK drops unknown arguments without a word."""

import asyncio
import difflib
from typing import Any, Literal

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from operator_mcp.models import Proposal

RunIdText = Field(min_length=1, max_length=200)


class Arguments(BaseModel):
    """Base of the tools' arguments: closed to unknown ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ListFailures(Arguments):
    """Arguments of `list_failures`."""

    since: str | None = Field(default=None, max_length=64)
    agent: str | None = Field(default=None, max_length=200)
    status: Literal["failed", "timeout", "cancelled", "suspect"] | None = None
    limit: int = Field(default=8, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=512)


class GetFailedHop(Arguments):
    """Arguments of `get_failed_hop`."""

    id: str = RunIdText
    detail: Literal["brief", "full"] = "brief"


class Diagnose(Arguments):
    """Arguments of `diagnose`."""

    id: str = RunIdText
    proposal: Proposal | None = None


class DraftFix(Arguments):
    """Arguments of `draft_fix`."""

    id: str = RunIdText
    patch: str | None = Field(default=None, max_length=1_000_000)


TOOLS: dict[str, type[Arguments]] = {
    "list_failures": ListFailures,
    "get_failed_hop": GetFailedHop,
    "diagnose": Diagnose,
    "draft_fix": DraftFix,
}


# The SDK's middleware protocol is typed with Any: this is its border.
async def refuse_bad_arguments(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Answer a tool call with unknown or unfit arguments by a tool error that names the argument and the fix.

    A cancelled job behind a call is answered too: letting its CancelledError escape would end the connection
    (mcp 2.3.0, measured).
    """
    if ctx.method != "tools/call":
        return await call_next(ctx)
    params = ctx.params or {}
    model = TOOLS.get(str(params.get("name")))
    arguments = params.get("arguments") or {}
    if model and isinstance(arguments, dict):
        _drop_nulls(model, arguments)
    problem = _problem(model, arguments) if model else None
    if problem:
        return _error(problem)
    try:
        return await call_next(ctx)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        return _error("The job behind this call was cancelled. Call again to see where it stands.")


def _drop_nulls(model: type[Arguments], arguments: dict[str, object]) -> None:
    """Take a null for an optional argument as one that was left out: clients fill every field of a schema."""
    for name, field in model.model_fields.items():
        if name in arguments and arguments[name] is None and not field.is_required():
            del arguments[name]


def _problem(model: type[Arguments], arguments: object) -> str | None:
    try:
        model.model_validate(arguments)
    except ValidationError as error:
        return " ".join(_sentence(model, details["loc"], details["type"], details["msg"]) for details in error.errors())
    return None


def _sentence(model: type[Arguments], where: tuple[int | str, ...], kind: str, message: str) -> str:
    name = ".".join(str(part) for part in where)
    fields = sorted(Proposal.model_fields if where[:1] == ("proposal",) and len(where) > 1 else model.model_fields)
    if kind == "extra_forbidden":
        close = difflib.get_close_matches(str(where[-1]), fields, n=1, cutoff=0.5)
        hint = f"Did you mean {close[0]}?" if close else f"Known: {', '.join(fields)}."
        return f"{name} is not an argument. {hint}"
    if kind == "missing":
        return f"{name} is required. Known: {', '.join(fields)}."
    return f"{name}: {message[:1].lower()}{message[1:]}."


def _error(text: str) -> dict[str, object]:
    return {"content": [{"type": "text", "text": text}], "isError": True, "resultType": "complete"}
