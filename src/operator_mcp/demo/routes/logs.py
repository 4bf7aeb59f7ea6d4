"""Log ingest: one entry or a batch, for an execution that need not exist."""

from pydantic import JsonValue
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from operator_mcp.demo.routes.asking import body_of, fleet_of
from operator_mcp.demo.rows import LogRow
from operator_mcp.demo.store import Fleet
from operator_mcp.demo.times import nanoseconds
from operator_mcp.demo.writes import Body, Refused, text

_TEXTS = (
    "run_id",
    "root_workflow_id",
    "parent_execution_id",
    "reasoner_id",
    "event_type",
    "sdk_language",
    "span_id",
    "step_id",
    "error_category",
)
"""Optional text fields of an entry, stored as they are sent."""


async def take_logs(request: Request) -> Response:
    """POST entries; each needs a message and an agent, and must not name another execution."""
    execution_id = request.path_params["execution_id"]
    body = await body_of(request)
    batch = body.get("entries")
    given = [item for item in batch if isinstance(item, dict)] if isinstance(batch, list) else [body]
    fleet = fleet_of(request)
    entries = [_entry(fleet, execution_id, item) for item in given]
    for entry in entries:
        fleet.append(entry)
    accepted: dict[str, JsonValue] = {"success": True, "execution_id": execution_id, "accepted": len(entries)}
    return JSONResponse(accepted, 202)


def _entry(fleet: Fleet, execution_id: str, body: Body) -> LogRow:
    message, agent = text(body, "message"), text(body, "agent_node_id")
    if message is None or agent is None:
        raise Refused(400, "message and agent_node_id are required")
    if text(body, "execution_id") not in (None, execution_id):
        raise Refused(400, "execution_id in body does not match path")
    row, now = fleet.execution(execution_id), fleet.clock()
    workflow = text(body, "workflow_id", "run_id") or (row.run_id if row else "")
    sent = text(body, "ts")
    sent_texts = {name: body[name] for name in _TEXTS if isinstance(body.get(name), str)}
    attributes = body.get("attributes")
    return LogRow(
        execution_id=execution_id,
        workflow_id=workflow,
        agent_node_id=agent,
        level=text(body, "level") or "info",
        source=text(body, "source") or "sdk.logger",
        message=message,
        attributes=attributes if attributes is not None else {},
        system_generated=body.get("system_generated") is True,
        ts=nanoseconds(sent) if sent else now,
        recorded_at=now,
        **{"run_id": workflow, "root_workflow_id": workflow, **sent_texts},
    )


ROUTES = [Route("/api/v1/executions/{execution_id}/logs", take_logs, methods=["POST"])]
