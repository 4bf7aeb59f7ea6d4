"""The copy of one memory that other agents of the fleet can read, and how it is told from another writer's."""

import hashlib
import json

from pydantic import JsonValue, TypeAdapter

from operator_mcp.models import Memory
from operator_mcp.untrusted import scrub

WRITER = "operator-mcp"

_JSON: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


def key(fingerprint: str) -> str:
    """Give the key in the control plane's global memory."""
    return f"diagnoses.{fingerprint}"


def copy_of(memory: Memory, fleet: str) -> dict[str, JsonValue]:
    """Give the value to put under the key: everything of the memory, flat, without secrets.

    `summary`, `suggested_fix`, `evidence` and `open_points` may carry words of the fleet's traces.
    """
    clean = scrub(memory)
    facts = _JSON.validate_python(clean.model_dump(mode="json", exclude={"diagnosis"}))
    verdict = _JSON.validate_python(clean.diagnosis.model_dump(mode="json"))
    return {"written_by": WRITER, "fleet": fleet, **verdict, **facts}


def digest(value: JsonValue) -> str:
    """Give what tells one value from another, however a store spaces it, orders its keys or writes whole numbers."""
    text = json.dumps(_plain(value), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
