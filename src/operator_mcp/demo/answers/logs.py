"""Structured logs of one execution: the filters and the entries."""

import json
from collections.abc import Sequence

from operator_mcp.demo.answers import Answer, present
from operator_mcp.demo.rows import LogRow, Row
from operator_mcp.demo.times import exact

MAX_TAIL = 1000
"""The default and the most entries of one answer (AgentField 0.1.80, default configuration)."""


class LogQuery(Row):
    """What `GET …/logs` was asked; `tail` 0 means all entries, `after_seq` turns "last" into "first"."""

    tail: int = MAX_TAIL
    after_seq: int | None = None
    levels: frozenset[str] = frozenset()
    node_ids: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    q: str = ""


def logs(entries: Sequence[LogRow], query: LogQuery) -> Answer:
    """Render the entries that pass, in arrival order."""
    kept = [entry for entry in entries if _passes(entry, query)]
    if query.tail:
        kept = kept[-query.tail :] if query.after_seq is None else kept[: query.tail]
    return {"entries": [_entry(row) for row in kept]}


def _passes(entry: LogRow, query: LogQuery) -> bool:
    return (
        entry.seq > (query.after_seq or 0)
        and (not query.levels or entry.level in query.levels)
        and (not query.node_ids or entry.agent_node_id in query.node_ids)
        and (not query.sources or entry.source in query.sources)
        and (not query.q or query.q.lower() in f"{entry.message}\n{json.dumps(entry.attributes)}".lower())
    )


def _entry(row: LogRow) -> Answer:
    return {
        "event_id": row.event_id,
        "execution_id": row.execution_id,
        "workflow_id": row.workflow_id,
        **present(run_id=row.run_id, root_workflow_id=row.root_workflow_id),
        # An empty parent that was sent is kept, unlike everywhere else.
        **({} if row.parent_execution_id is None else {"parent_execution_id": row.parent_execution_id}),
        "seq": row.seq,
        "agent_node_id": row.agent_node_id,
        **present(reasoner_id=row.reasoner_id),
        "level": row.level,
        "source": row.source,
        **present(event_type=row.event_type),
        "message": row.message,
        "attributes": row.attributes,
        **({"system_generated": True} if row.system_generated else {}),
        **present(
            sdk_language=row.sdk_language,
            attempt=row.attempt,
            span_id=row.span_id,
            step_id=row.step_id,
            error_category=row.error_category,
        ),
        "ts": exact(row.ts),
        "recorded_at": exact(row.recorded_at),
    }
