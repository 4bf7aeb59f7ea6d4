"""Answers about single executions: public, batch, details, notes, approval, summary."""

import json

from operator_mcp.demo.answers import Answer, present
from operator_mcp.demo.rows import ExecutionRow, NoteRow, payload
from operator_mcp.demo.times import exact, second
from operator_mcp.demo.words import normalised


def public(row: ExecutionRow) -> Answer:
    """Render `GET /api/v1/executions/{id}`: the raw status word; no input, no agent, no parent."""
    result = payload(row.result)
    approval = row.approval
    return {
        "execution_id": row.execution_id,
        "run_id": row.run_id,
        "status": row.status,
        **present(status_reason=row.status_reason, error=row.error),
        **({} if result is None else {"result": result}),
        **({"error_details": result} if result is not None and row.status == "failed" else {}),
        "started_at": second(row.started_at),
        **_ended(row),
        "webhook_registered": False,
        **(
            present(
                approval_request_id=approval.request_id,
                approval_status=approval.status,
                approval_request_url=approval.url,
            )
            if approval
            else {}
        ),
    }


def not_found(execution_id: str) -> Answer:
    """Render what batch-status says of an id that it does not know."""
    return {
        "execution_id": execution_id,
        "run_id": "",
        "status": "not_found",
        "started_at": "",
        "webhook_registered": False,
    }


def details(row: ExecutionRow) -> Answer:
    """Render `GET /api/ui/v1/executions/{id}/details`; `parent_workflow_id` is the parent *execution*, as in 0.1.80."""
    notes = [note(n) for n in row.notes]
    return {
        "id": 0,
        "execution_id": row.execution_id,
        "workflow_id": row.run_id,
        "agent_node_id": row.agent,
        **present(parent_workflow_id=row.parent_id, session_id=row.session_id, actor_id=row.actor_id),
        "reasoner_id": row.reasoner,
        "input_data": payload(row.input),
        "output_data": payload(row.result),
        "input_size": len((row.input or "").encode()),
        "output_size": len((row.result or "").encode()),
        "workflow_tags": None,
        "status": normalised(row.status),
        **present(status_reason=row.status_reason, error_message=row.error),
        "started_at": second(row.started_at),
        **_ended(row),
        "retry_count": 0,
        **_approval(row),
        "created_at": second(row.started_at),
        "updated_at": second(row.touched_at),
        "notes": notes,
        "notes_count": len(notes),
        **({"latest_note": notes[-1]} if notes else {}),
        "webhook_registered": False,
    }


def note(row: NoteRow) -> Answer:
    """Render one note."""
    return {"message": row.message, "tags": list(row.tags), "timestamp": exact(row.timestamp)}


def notes(row: ExecutionRow, tags: str = "") -> Answer:
    """Render the notes of an execution; `tags` is a comma list, any of which is enough, in any case."""
    wanted = {tag.strip().lower() for tag in tags.split(",") if tag.strip()}
    kept = [note(n) for n in row.notes if not wanted or wanted & {tag.lower() for tag in n.tags}]
    return {"execution_id": row.execution_id, "notes": kept, "total": len(kept)}


def approval_status(row: ExecutionRow) -> Answer | None:
    """Render `GET …/approval-status`, or None where no approval was asked for."""
    asked = row.approval
    if asked is None:
        return None
    return {
        "status": asked.status,
        **present(
            response=asked.response,
            request_url=asked.url,
            requested_at=asked.requested_at and second(asked.requested_at),
            responded_at=asked.responded_at and second(asked.responded_at),
            expires_at=asked.expires_at and second(asked.expires_at),
        ),
    }


def summary_line(row: ExecutionRow) -> Answer:
    """Render one item of `GET /api/ui/v1/executions/summary`: the raw status, sizes always zero."""
    return {
        "id": 0,
        "execution_id": row.execution_id,
        "workflow_id": row.run_id,
        **present(session_id=row.session_id),
        "agent_node_id": row.agent,
        "reasoner_id": row.reasoner,
        "status": row.status,
        **present(status_reason=row.status_reason, error_message=row.error),
        "duration_ms": row.duration_ms or 0,
        "input_size": 0,
        "output_size": 0,
        "created_at": exact(row.started_at),
        "notes_count": 0,
    }


def agentic_row(row: ExecutionRow) -> Answer:
    """Render one full row as the agentic answers carry it: exact times, the raw status, complete payloads.

    Raises:
        ValueError: a payload is not JSON, which breaks the whole answer (as seen live).
    """
    return {
        "execution_id": row.execution_id,
        "run_id": row.run_id,
        **present(parent_execution_id=row.parent_id),
        "agent_node_id": row.agent,
        "reasoner_id": row.reasoner,
        "node_id": row.agent,
        **({"input": json.loads(row.input)} if row.input else {}),
        **({"result": json.loads(row.result)} if row.result else {}),
        **present(error=row.error, input_uri=row.input_uri, result_uri=row.result_uri),
        "status": row.status,
        **present(status_reason=row.status_reason),
        "started_at": exact(row.started_at),
        **present(completed_at=row.completed_at and exact(row.completed_at), duration_ms=row.duration_ms),
        **present(session_id=row.session_id, actor_id=row.actor_id),
        **({"notes": [note(n) for n in row.notes]} if row.notes else {}),
        "created_at": exact(row.started_at if row.created_at is None else row.created_at),
        "updated_at": exact(row.touched_at),
    }


def _ended(row: ExecutionRow) -> Answer:
    return present(completed_at=row.completed_at and second(row.completed_at), duration_ms=row.duration_ms)


def _approval(row: ExecutionRow) -> Answer:
    asked = row.approval
    if asked is None:
        return {}
    return present(
        approval_request_id=asked.request_id,
        approval_request_url=asked.url,
        approval_status=asked.status,
        approval_response=asked.response,
        approval_requested_at=asked.requested_at and second(asked.requested_at),
        approval_responded_at=asked.responded_at and second(asked.responded_at),
    )
