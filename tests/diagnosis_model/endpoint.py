"""A model API on loopback: OpenAI's chat/completions and responses, Anthropic's messages. It answers as it is told."""

import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Literal

import anyio
import uvicorn
from pydantic import JsonValue
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Api = Literal["chat", "responses", "anthropic", "openrouter"]


@dataclass
class Told:
    """What to answer: a verdict (or any text in its place), how it ended, at which price, and how late."""

    answer: JsonValue
    ended: Literal["well", "cut", "refused"] = "well"
    read: int = 1_000
    wrote: int = 200
    usage: bool = True
    cost: float | None = None
    status: int = 200
    hold: anyio.Event | None = None

    @property
    def text(self) -> str:
        return self.answer if isinstance(self.answer, str) else json.dumps(self.answer)


@dataclass
class Endpoint:
    """A running API: what it tells, and every request that it saw (path and body)."""

    told: Told
    url: str = ""
    seen: list[tuple[str, dict[str, JsonValue]]] = field(default_factory=list)
    size: int = 0

    async def answer(self, request: Request) -> Response:
        raw = await request.body()
        body: dict[str, JsonValue] = json.loads(raw)
        self.seen.append((request.url.path, body))
        self.size = len(raw)
        if self.told.hold:
            await self.told.hold.wait()
        if self.told.status != 200:
            error = {"type": "api_error", "message": "not now", "code": "no"}
            return JSONResponse({"error": error}, self.told.status, {"retry-after": "0"})
        shapes = {"/v1/chat/completions": _chat, "/v1/responses": _responses, "/v1/messages": _anthropic}
        content = json.dumps(shapes[request.url.path](self.told, body))  # takes NaN, as JSONResponse does not
        return Response(content, media_type="application/json")


def _by_form(body: dict[str, JsonValue]) -> bool:
    """Tell whether the answer is asked for as a call of the one form, not as the format of a text."""
    return bool(body.get("tools"))


def _chat(told: Told, body: dict[str, JsonValue]) -> dict[str, JsonValue]:
    message: dict[str, JsonValue] = {"role": "assistant", "content": None, "refusal": None}
    if told.ended == "refused":
        message["refusal"] = "I cannot help with that."
    elif _by_form(body):
        call: JsonValue = {"id": "c1", "type": "function", "function": {"name": "verdict", "arguments": told.text}}
        message["tool_calls"] = [call]
    else:
        message["content"] = told.text
    finish = {"well": "tool_calls" if _by_form(body) else "stop", "cut": "length", "refused": "stop"}[told.ended]
    usage: dict[str, JsonValue] = {
        "prompt_tokens": told.read,
        "completion_tokens": told.wrote,
        "total_tokens": told.read + told.wrote,
    }
    if told.cost is not None:
        usage["cost"] = told.cost
    return {
        "id": "r1",
        "object": "chat.completion",
        "created": 1_760_000_000,
        "model": body["model"],
        "provider": "Somewhere",
        "choices": [
            {"index": 0, "message": message, "finish_reason": finish, "native_finish_reason": finish, "logprobs": None}
        ],
        "usage": usage if told.usage else None,
    }


def _responses(told: Told, body: dict[str, JsonValue]) -> dict[str, JsonValue]:
    cut = told.ended == "cut"
    part: JsonValue = {"type": "output_text", "text": told.text, "annotations": [], "logprobs": []}
    if told.ended == "refused":
        part = {"type": "refusal", "refusal": "I cannot help with that."}
    item: JsonValue = {"id": "m1", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
    if _by_form(body) and told.ended != "refused":
        item = {
            "id": "f1",
            "type": "function_call",
            "call_id": "c1",
            "name": "verdict",
            "arguments": told.text,
            "status": "completed",
        }
    usage: JsonValue = {
        "input_tokens": told.read,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": told.wrote,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": told.read + told.wrote,
    }
    return {
        "id": "r1",
        "object": "response",
        "created_at": 1_760_000_000,
        "model": body["model"],
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "output": [item],
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
        "usage": usage if told.usage else None,
    }


def _anthropic(told: Told, body: dict[str, JsonValue]) -> dict[str, JsonValue]:
    block: JsonValue = {"type": "text", "text": told.text}
    if _by_form(body) and told.ended == "well":
        try:
            given = json.loads(told.text)
        except ValueError:
            given = None
        if isinstance(given, dict):
            block = {"type": "tool_use", "id": "t1", "name": "verdict", "input": given}
    ended = {"well": "tool_use" if _by_form(body) else "end_turn", "cut": "max_tokens", "refused": "refusal"}
    return {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [block],
        "stop_reason": ended[told.ended],
        "stop_sequence": None,
        "usage": {"input_tokens": told.read if told.usage else 0, "output_tokens": told.wrote if told.usage else 0},
    }


class _Server(uvicorn.Server):
    """A server that ends at once when it is told to, instead of at the next tick of a tenth of a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.end = anyio.Event()

    async def main_loop(self) -> None:
        await self.end.wait()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serve(told: Told) -> AsyncIterator[Endpoint]:
    """Serve the API while the block runs."""
    endpoint = Endpoint(told)
    paths = ("/v1/chat/completions", "/v1/responses", "/v1/messages")
    routes = [Route(path, endpoint.answer, methods=["POST"]) for path in paths]
    config = uvicorn.Config(
        Starlette(routes=routes), log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        endpoint.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = _Server(config)
        failure: BaseException | None = None
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_run, server, listener)
            try:
                yield endpoint
            except Exception as problem:  # noqa: BLE001 - raised again below, where no task group wraps it
                failure = problem
            finally:
                if endpoint.told.hold:
                    endpoint.told.hold.set()
                server.end.set()
    if failure is not None:
        raise failure


async def _run(server: _Server, listener: socket.socket) -> None:
    with anyio.CancelScope(shield=True):
        await server.serve([listener])
