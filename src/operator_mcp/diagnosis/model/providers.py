"""Connecting to a model by its name, with the provider's SDK held to a single attempt."""

from dataclasses import dataclass
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any

from operator_mcp.errors import SettingsError
from operator_mcp.settings import Settings

if TYPE_CHECKING:
    from pydantic_ai.models import Model
    from pydantic_ai.providers import Provider

INSTALL = "Run: pip install 'operator-mcp[model]'."

_LOADING = Lock()
"""Held while pydantic-ai is imported: its packages import each other, and break where two threads begin at once."""

_LATER = ("direct", "exceptions", "messages", "output", "settings", "tools")
"""Modules that a call imports, loaded with the model so that no call races with another thread's `connect`."""


@dataclass(frozen=True)
class Connected:
    """A model ready to be asked, and the two names under which prices know it."""

    model: "Model[object]"
    provider: str
    name: str


def connect(settings: Settings) -> Connected:
    """Give the model of the settings; nothing is sent.

    Names are pydantic-ai's, `provider:model`. With a base URL, `openai:` means the chat/completions API, which is what
    compatible servers speak; `openai-responses:` means the other one. Keys come from the provider's own variable.

    Raises:
        SettingsError: a package is missing, no such provider exists, its key is not set, or it cannot be held to one
            attempt or to the base URL.
    """
    name, url = settings.model or "", settings.model_base_url
    if url and name.startswith("openai:"):
        name = name.replace("openai:", "openai-chat:", 1)
    with _LOADING:
        model = _model(name, url)
    if "max_retries" in model.unsupported_settings:
        raise SettingsError(f"the client of {name} cannot be held to one attempt", "Use it through openrouter:.")
    return Connected(model, model.system, model.model_name)


def _model(name: str, url: str | None) -> "Model[object]":
    try:
        for part in _LATER:
            import_module(f"pydantic_ai.{part}")
        from pydantic_ai.exceptions import UserError
        from pydantic_ai.models import infer_model
    except ModuleNotFoundError as e:
        raise SettingsError(f"the model {name} needs {e.name}, which is not installed", INSTALL) from e
    try:
        return infer_model(name, lambda kind: _provider(kind, url))
    except ImportError as e:
        raise SettingsError(f"the model {name} needs a package that is not installed: {_first(e)}", INSTALL) from e
    except (UserError, ValueError) as e:
        raise SettingsError(f"the model {name} cannot be used: {_first(e)}", "Mend `model` or set that key.") from e


def _provider(kind: str, url: str | None) -> "Provider[Any]":
    from pydantic_ai.providers import infer_provider

    if url is None:
        return infer_provider(kind)
    if kind in ("openai", "openai-chat", "openai-responses"):
        from pydantic_ai.providers.openai import OpenAIProvider

        return OpenAIProvider(base_url=url)
    from anthropic import AsyncAnthropic
    from openai import AsyncOpenAI

    provider = infer_provider(kind)
    client: object = provider.client
    if not isinstance(client, (AsyncOpenAI, AsyncAnthropic)):
        raise SettingsError(f"model_base_url does not go with {kind}:", "Remove it, or use openai: with it.")
    client.base_url = url
    return provider


def _first(error: Exception) -> str:
    """The first sentence: what follows is about pydantic-ai's own demo model."""
    return str(error).split(". ", 1)[0]
