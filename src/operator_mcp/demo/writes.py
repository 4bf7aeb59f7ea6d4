"""The writes of the embedded fleet: step events, status callbacks, cancellation, notes, node registration."""

from pydantic import JsonValue

from operator_mcp.demo.rows import ExecutionRow, NodeRow, as_json
from operator_mcp.demo.store import Fleet
from operator_mcp.demo.times import MILLISECOND, nanoseconds
from operator_mcp.demo.words import TERMINAL, normalised

Body = dict[str, JsonValue]
"""A request's JSON object."""


class Refused(Exception):
    """A write that the control plane refuses: the HTTP status and the error's own words."""

    def __init__(self, status: int, error: str, message: str = "") -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.message = message


def text(body: Body, *names: str) -> str | None:
    """Give the first of the named fields that is a text with something in it."""
    values = (body.get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and value), None)


def step_event(fleet: Fleet, body: Body) -> str:
    """Take a workflow execution event: create the row on first sight, else update it; gives `created` or `updated`.

    Times are the arrival's, a status reason is ignored, a terminal row keeps all but `updated_at` (0.1.80).

    Raises:
        Refused: the event has no execution id.
    """
    execution_id = text(body, "execution_id")
    if execution_id is None:
        raise Refused(400, "execution_id is required")
    now = fleet.clock()
    row = fleet.execution(execution_id)
    status = normalised(text(body, "status") or "running")
    if row is not None and row.status in TERMINAL:
        fleet.put(row.model_copy(update={"updated_at": now}))
        return "updated"
    known = row or ExecutionRow(
        execution_id=execution_id,
        run_id=text(body, "run_id", "workflow_id") or execution_id,
        parent_id=text(body, "parent_execution_id"),
        agent=text(body, "agent_node_id") or "",
        reasoner=text(body, "reasoner_id") or "",
        status=status,
        started_at=now,
        created_at=now,
    )
    fleet.put(_moved(known, body, status, now))
    return "created" if row is None else "updated"


def callback(fleet: Fleet, execution_id: str, body: Body) -> ExecutionRow:
    """Take an agent's status callback and give the row as it stands then.

    A callback without a reason erases the earlier one; an empty error keeps the earlier one unless the new status is
    `succeeded`; a terminal status may replace another terminal one (all of it 0.1.80).

    Raises:
        Refused: no status, an unknown word, an unknown execution, or a terminal row that is to become active again.
    """
    word = text(body, "status")
    if word is None:
        raise Refused(400, "status is required")
    status = normalised(word)
    if status == "unknown":
        raise Refused(400, f"invalid status: {word}")
    row = fleet.execution(execution_id)
    if row is None:
        raise Refused(500, f"failed to update execution: execution {execution_id} not found")
    if row.status in TERMINAL and status not in TERMINAL:
        raise Refused(
            500, f"failed to update execution: cannot transition from terminal state {row.status} to {status}"
        )
    if row.status == "waiting" and status not in ("running", "cancelled", "failed", "waiting"):
        raise Refused(409, f"cannot transition from waiting to {status}")
    moved = _moved(row, body, status, fleet.clock(), ended_at=_time(body, "completed_at"))
    moved = moved.model_copy(update={"status_reason": text(body, "status_reason")})
    fleet.put(moved)
    return moved


def cancel(fleet: Fleet, execution_id: str, reason: str | None) -> tuple[str, int]:
    """Cancel one execution: only its row, no end time, nothing cascades. Gives the earlier status and the time.

    Raises:
        Refused: unknown, or already terminal.
    """
    row = fleet.execution(execution_id)
    if row is None:
        raise Refused(404, f"execution {execution_id} not found")
    if row.status in TERMINAL:
        raise Refused(409, "invalid_state", f"execution is in terminal state '{row.status}'")
    now = fleet.clock()
    fleet.put(row.model_copy(update={"status": "cancelled", "status_reason": reason, "updated_at": now}))
    return row.status, now


def register(fleet: Fleet, body: Body) -> NodeRow:
    """Register a node; a changed instance fails what the earlier instance was still working on.

    Raises:
        Refused: no id or no base URL.
    """
    node_id, base_url = text(body, "id"), text(body, "base_url")
    if node_id is None or base_url is None:
        raise Refused(400, "id and base_url are required")
    before, now, instance = fleet.nodes.get(node_id), fleet.clock(), text(body, "instance_id")
    if before is not None and before.instance_id and instance and before.instance_id != instance:
        _orphan(fleet, node_id, instance, before.instance_id, now)
    row = NodeRow(
        node_id=node_id,
        base_url=base_url,
        version=text(body, "version") or "",
        team_id=text(body, "team_id") or "",
        group_id=text(body, "group_id") or node_id,
        deployment_type=text(body, "deployment_type") or "long_running",
        instance_id=instance,
        reasoners=_objects(body.get("reasoners")),
        skills=_objects(body.get("skills")),
        registered_at=now,
        last_heartbeat=now,
    )
    fleet.nodes[node_id] = row
    return row


def _orphan(fleet: Fleet, node_id: str, new: str, old: str, now: int) -> None:
    reason = f"agent_restart_orphaned: {node_id} re-registered with new instance {new} (was {old})"
    for row in fleet.executions():
        if row.agent == node_id and row.status not in TERMINAL:
            change = {
                "status": "failed",
                "status_reason": reason,
                "error": reason,
                "completed_at": now,
                "updated_at": now,
            }
            fleet.put(row.model_copy(update=change))


def _moved(row: ExecutionRow, body: Body, status: str, now: int, *, ended_at: int | None = None) -> ExecutionRow:
    error = text(body, "error") or (None if status == "succeeded" else row.error)
    change: dict[str, object] = {"status": status, "error": error, "updated_at": now}
    for field, name in (("input", "input_data"), ("result", "result")):
        if body.get(name) is not None:
            change[field] = as_json(body[name])
    if status in TERMINAL:
        ended = now if ended_at is None else ended_at
        duration = body.get("duration_ms")
        change["completed_at"] = ended
        change["duration_ms"] = (
            duration if isinstance(duration, int) else max(0, (ended - row.started_at) // MILLISECOND)
        )
    return row.model_copy(update=change)


def _time(body: Body, name: str) -> int | None:
    given = text(body, name)
    try:
        return None if given is None else nanoseconds(given)
    except ValueError as problem:
        raise Refused(400, f"invalid {name}: {problem}") from problem


def _objects(value: JsonValue) -> tuple[dict[str, JsonValue], ...]:
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()
