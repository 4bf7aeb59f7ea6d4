"""Put a generated run behind the embedded control plane, so that it can be asked for over real HTTP."""

from datetime import datetime

from benchmarks.hopbench.model import Generated
from operator_mcp.demo.rows import ApprovalRow, ExecutionRow, LogRow, NodeRow
from operator_mcp.demo.store import Fleet
from operator_mcp.models import Hop, LogEntry


def into_fleet(generated: Generated, fleet: Fleet) -> Fleet:
    """Load the rows, logs and agents of a generated run into a fleet, and give the fleet."""
    run, last = generated.run, _last_moment(generated)
    hops = {hop.execution_id: hop for hop in run.hops}
    logs = [_log(entry, hops[i], run.run_id) for i, entries in generated.logs.items() for entry in entries]
    fleet.load([_row(hop, run.run_id) for hop in run.hops], logs, _nodes(run.hops, last))
    return fleet


def _row(hop: Hop, run_id: str) -> ExecutionRow:
    approval = (
        ApprovalRow(request_id=f"req-{hop.execution_id}", status=hop.approval_status) if hop.approval_status else None
    )
    return ExecutionRow(
        execution_id=hop.execution_id,
        run_id=run_id,
        parent_id=hop.parent_id,
        agent=hop.agent,
        reasoner=hop.reasoner,
        status=hop.status.value,
        status_reason=hop.status_reason,
        error=hop.error,
        input=hop.input,
        result=hop.result,
        started_at=hop.started_at,
        completed_at=hop.ended_at,
        duration_ms=hop.duration_ms,
        updated_at=hop.ended_at or hop.started_at,
        approval=approval,
    )


def _log(entry: LogEntry, hop: Hop, run_id: str) -> LogRow:
    return LogRow(
        execution_id=hop.execution_id,
        run_id=run_id,
        workflow_id=run_id,
        parent_execution_id=hop.parent_id,
        seq=entry.seq,
        agent_node_id=hop.agent,
        reasoner_id=hop.reasoner,
        level=entry.level,
        source=entry.source,
        event_type=entry.event_type,
        message=entry.message,
        attributes=entry.attributes,
        system_generated=entry.system,
        sdk_language="python",
        ts=entry.at,
        recorded_at=entry.at,
    )


def _nodes(hops: tuple[Hop, ...], last: datetime) -> list[NodeRow]:
    reasoners: dict[str, set[str]] = {}
    for hop in hops:
        reasoners.setdefault(hop.agent, set()).add(hop.reasoner)
    return [
        NodeRow(
            node_id=agent,
            base_url=f"http://{agent}:8000",
            version="1.0.0",
            reasoners=tuple({"id": name} for name in sorted(names)),
            health_status="active",
            lifecycle_status="ready",
            registered_at=last,
            last_heartbeat=last,
        )
        for agent, names in sorted(reasoners.items())
    ]


def _last_moment(generated: Generated) -> datetime:
    return max(hop.ended_at or hop.started_at for hop in generated.run.hops if hop.started_at is not None)
