"""What an agent tells the control plane of an execution, and what it is told of a cancelled one."""

from pydantic import JsonValue

from benchmarks.hopbench.plane import Plane, Row
from operator_mcp.models import Status


def started(plane: Plane, row: Row) -> None:
    """Log the start, as the SDK does for every reasoner."""
    told: dict[str, JsonValue] = {"status": "running", "reasoner_name": row.reasoner, "input_data": row.input}
    plane.log(row, "info", f"Reasoner {row.reasoner} started", event="reasoner.started", attributes=told)


def ended(plane: Plane, row: Row, status: Status, error: str | None = None) -> None:
    """Close the row and log its end."""
    plane.close(row, status, error=error or None)
    well = status is Status.SUCCEEDED
    told: dict[str, JsonValue] = {"status": status.value, "reasoner_name": row.reasoner, "input_data": row.input}
    told["duration_ms"] = row.duration_ms
    told |= {"result": row.result} if well else {"error": error}
    how = "completed" if well else "failed"
    message = f"Reasoner {row.reasoner} {how}"
    plane.log(row, "info" if well else "error", message, event=f"reasoner.{how}", attributes=told)


def envelope(row: Row) -> JsonValue:
    """Give the control plane's answer about a call cancelled again; the SDK takes it for the call's result."""
    return {
        "duration_ms": row.duration_ms,
        "error_details": None,
        "error_message": row.error or "cancelled_by_control_plane",
        "execution_id": row.execution_id,
        "node_id": row.agent,
        "result": None,
        "status": "cancelled",
        "target": f"{row.agent}.{row.reasoner}",
        "type": "reasoner",
    }


def is_envelope(result: JsonValue) -> bool:
    """True for the control plane's answer about a cancelled call."""
    return isinstance(result, dict) and "error_message" in result
