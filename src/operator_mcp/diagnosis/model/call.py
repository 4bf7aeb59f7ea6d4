"""One call of a model: one HTTP request, one answer in the closed schema or the reason why there is none."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import anyio
from pydantic import JsonValue, ValidationError

from operator_mcp.diagnosis.model.prices import Counts, Price
from operator_mcp.diagnosis.model.prompt import Prompt
from operator_mcp.diagnosis.model.providers import Connected
from operator_mcp.diagnosis.model.verdict import Verdict
from operator_mcp.untrusted import clean

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.settings import ModelSettings

OUTPUT_TOKENS = 6_000
"""The most a model may write, its reasoning included: an answer takes some 500."""

DEADLINE_S = 45.0
"""Seconds until a call is given up: the shortest deadline of a client for a tool is 60."""

OVERHEAD_TOKENS = 2_500
"""What a provider adds around a request: chat templates, and the directions for a structured answer."""

IMPLAUSIBLE = 10_000_000
"""No call reads or writes so many tokens: a count like that says nothing of the cost."""

FORM = "verdict"
"""The name of the form to fill in, the only thing a model can call."""

WHY_CHARS = 300


@dataclass(frozen=True)
class Answer:
    """What came of a call. `verdict` is None where nothing usable came: then `why` says so in a few words.

    `usd` is None where the cost is not known.
    """

    verdict: Verdict | None
    why: str = ""
    usd: Decimal | None = None


def most_input_tokens(prompt: Prompt) -> int:
    """Give a bound on the tokens of a request: no tokenizer makes more tokens than a text has bytes."""
    schema = len(str(Verdict.model_json_schema()))
    return len(prompt.instructions.encode()) + len(prompt.record.encode()) + 2 * schema + OVERHEAD_TOKENS


async def ask(connected: Connected, price: Price, prompt: Prompt, *, deadline_s: float) -> Answer:
    """Ask once. Whatever goes wrong on the way is an answer without a verdict; nothing is tried again."""
    from pydantic_ai.direct import model_request
    from pydantic_ai.messages import ModelRequest, UserPromptPart

    request = ModelRequest(parts=[UserPromptPart(prompt.record)], instructions=prompt.instructions)
    try:
        with anyio.fail_after(deadline_s):
            async with connected.model:
                response = await model_request(
                    connected.model,
                    [request],
                    model_settings=_settings(connected, price),
                    model_request_parameters=_parameters(),
                )
    except TimeoutError:
        return Answer(None, f"no answer within {deadline_s:g} s")
    except Exception as e:  # noqa: BLE001 - SDKs break in any way on a body that is not their API's
        return Answer(None, _told(e))
    return _read(response, _cost(response, price))


def _told(error: Exception) -> str:
    from pydantic_ai.exceptions import AgentRunError

    name = type(error).__name__.removeprefix("_HTTP")
    expected = isinstance(error, AgentRunError)
    return clean(f"{name}: {error}" if expected else f"what came is not its API's answer ({name})", WHY_CHARS)


def _settings(connected: Connected, price: Price) -> "ModelSettings":
    """One attempt, a bounded answer, nothing kept by OpenAI, and no host of OpenRouter's dearer than what is booked."""
    from pydantic_ai.models.openai import OpenAIResponsesModel, OpenAIResponsesModelSettings
    from pydantic_ai.settings import ModelSettings

    if isinstance(connected.model, OpenAIResponsesModel):
        return OpenAIResponsesModelSettings(max_tokens=OUTPUT_TOKENS, max_retries=0, openai_store=False)
    if connected.provider == "openrouter":
        given, answered = price.most_per_mtok()
        wall: JsonValue = {"provider": {"max_price": {"prompt": float(given), "completion": float(answered)}}}
        return ModelSettings(max_tokens=OUTPUT_TOKENS, max_retries=0, extra_body=wall)
    return ModelSettings(max_tokens=OUTPUT_TOKENS, max_retries=0)


def _parameters() -> "ModelRequestParameters":
    """Ask for the schema in the way that suits the model: as its answer's format, or as a call of the one form."""
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.output import OutputObjectDefinition
    from pydantic_ai.tools import ToolDefinition

    schema, told = Verdict.model_json_schema(), "Why the execution failed."
    return ModelRequestParameters(
        output_mode="auto",
        output_object=OutputObjectDefinition(json_schema=schema, name=FORM, description=told),
        output_tools=[ToolDefinition(name=FORM, description=told, parameters_json_schema=schema, kind="output")],
        allow_text_output=False,
    )


def _cost(response: "ModelResponse", price: Price) -> Decimal | None:
    """The dearer of what the tokens cost and what the provider says; None without usage, which is not for free."""
    used, told = response.usage, (response.provider_details or {}).get("cost")
    if not (0 < used.input_tokens < IMPLAUSIBLE and 0 <= used.output_tokens < IMPLAUSIBLE):
        return None
    counts = Counts(used.input_tokens, used.output_tokens, used.cache_write_tokens, used.cache_read_tokens)
    try:
        by_tokens = price.actual(counts)
    except ValueError:
        return None
    charged = Decimal(str(told)) if isinstance(told, (int, float)) and 0 <= told < IMPLAUSIBLE else Decimal(0)
    return max(by_tokens, charged)


def _read(response: "ModelResponse", usd: Decimal | None) -> Answer:
    from pydantic_ai.messages import TextPart, ToolCallPart

    if response.finish_reason in ("length", "content_filter", "error"):
        words = {"length": "its answer was cut off", "content_filter": "it refused", "error": "it failed"}
        return Answer(None, words[response.finish_reason], usd)
    called = [
        part.args_as_json_str() for part in response.parts if isinstance(part, ToolCallPart) and part.tool_name == FORM
    ]
    text = "".join(part.content for part in response.parts if isinstance(part, TextPart))
    given = called[0] if called else text[text.find("{") : text.rfind("}") + 1]
    try:
        return Answer(Verdict.model_validate_json(given), usd=usd)
    except ValidationError as e:
        first = e.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "its answer"
        return Answer(None, clean(f"not in the schema: {where}: {first['msg']}", WHY_CHARS), usd)
