"""The rows of the embedded fleet: executions with their notes and approval, log entries, nodes."""

import json
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from operator_mcp.demo.times import nanoseconds

Instant = Annotated[int, BeforeValidator(nanoseconds)]
"""Nanoseconds since the epoch; RFC 3339 text and zoned datetimes are taken too."""


def as_json(value: object) -> str:
    """Give a value as compact JSON, the way payloads are stored."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _stored(value: object) -> object:
    return value if value is None or isinstance(value, str) else as_json(value)


def payload(text: str | None) -> JsonValue:
    """Read a stored payload back: its JSON value, or the bare text where it is none; None where there is none."""
    if not text:
        return None
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return text
    return value


Payload = Annotated[str, BeforeValidator(_stored)]
"""Stored text of a payload. An object, list or number becomes JSON; a text stays as it is: it may be no JSON at all."""


class Row(BaseModel):
    """Base of every row: frozen; the store replaces rows, it never changes one."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NoteRow(Row):
    """One note left on an execution."""

    message: str
    tags: tuple[str, ...] = ()
    timestamp: Instant


class ApprovalRow(Row):
    """The approval that an execution asked for. `response` is the JSON text of the answer."""

    request_id: str
    status: str = "pending"
    url: str | None = None
    response: str | None = None
    requested_at: Instant | None = None
    responded_at: Instant | None = None
    expires_at: Instant | None = None


class ExecutionRow(Row):
    """One execution of a run, as stored. `status` is the raw word; `created_at`, `updated_at` default to the start."""

    execution_id: str
    run_id: str
    parent_id: str | None = None
    agent: str
    reasoner: str
    status: str
    status_reason: str | None = None
    error: str | None = None
    input: Payload | None = None
    result: Payload | None = None
    input_uri: str | None = None
    result_uri: str | None = None
    started_at: Instant
    completed_at: Instant | None = None
    duration_ms: int | None = None
    created_at: Instant | None = None
    updated_at: Instant | None = None
    session_id: str | None = None
    actor_id: str | None = None
    notes: tuple[NoteRow, ...] = ()
    approval: ApprovalRow | None = None

    @property
    def touched_at(self) -> int:
        """When the row last changed."""
        return self.started_at if self.updated_at is None else self.updated_at


class LogRow(Row):
    """One structured log entry. An entry without `event_id` or `seq` gets the next one when it is stored."""

    execution_id: str
    run_id: str | None = None
    workflow_id: str = ""
    root_workflow_id: str | None = None
    parent_execution_id: str | None = None
    event_id: int = 0
    seq: int = 0
    agent_node_id: str
    reasoner_id: str | None = None
    level: str = "info"
    source: str = "sdk.logger"
    event_type: str | None = None
    message: str
    attributes: JsonValue = Field(default_factory=dict)
    system_generated: bool = False
    sdk_language: str | None = None
    attempt: int | None = None
    span_id: str | None = None
    step_id: str | None = None
    error_category: str | None = None
    ts: Instant
    recorded_at: Instant


class NodeRow(Row):
    """One agent node: its registration body as sent, and what the control plane adds to it."""

    node_id: str
    base_url: str
    version: str = ""
    team_id: str = ""
    group_id: str = ""
    deployment_type: str = "long_running"
    instance_id: str | None = None
    reasoners: tuple[dict[str, JsonValue], ...] = ()
    skills: tuple[dict[str, JsonValue], ...] = ()
    health_status: str = "unknown"
    lifecycle_status: str = "starting"
    registered_at: Instant
    last_heartbeat: Instant
    metadata: dict[str, JsonValue] = Field(default_factory=dict)
