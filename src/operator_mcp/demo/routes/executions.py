"""The public routes of executions: reads, and the writes that agents and people make."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from operator_mcp.demo import writes
from operator_mcp.demo.answers import Answer, errors, executions
from operator_mcp.demo.routes.asking import answer, body_of, fleet_of
from operator_mcp.demo.rows import NoteRow
from operator_mcp.demo.times import exact


async def read_execution(request: Request) -> Response:
    """GET one execution."""
    row = fleet_of(request).execution(request.path_params["execution_id"])
    return answer(None if row is None else executions.public(row), "execution not found")


async def read_batch(request: Request) -> Response:
    """POST a list of ids, get one object keyed by id; unknown ids are in it too."""
    ids = (await body_of(request)).get("execution_ids")
    if not isinstance(ids, list):
        name = "BatchStatusRequest.ExecutionIDs"
        return JSONResponse(errors.plain(_required(name)), 400)
    found: Answer = {}
    for execution_id in map(str, ids):
        row = fleet_of(request).execution(execution_id)
        found[execution_id] = executions.not_found(execution_id) if row is None else executions.public(row)
    return JSONResponse(found)


async def read_notes(request: Request) -> Response:
    """GET the notes of one execution."""
    row = fleet_of(request).execution(request.path_params["execution_id"])
    tags = request.query_params.get("tags", "")
    return answer(None if row is None else executions.notes(row, tags), "execution not found")


async def leave_note(request: Request) -> Response:
    """POST a note; the execution is named by a header or a query parameter."""
    body = await body_of(request)
    execution_id = request.headers.get("x-execution-id") or request.query_params.get("execution_id")
    message, tags = writes.text(body, "message"), body.get("tags")
    if not execution_id:
        return JSONResponse(errors.plain("execution_id is required in context or X-Execution-ID header"), 400)
    if message is None:
        return JSONResponse(errors.plain(_required("AddNoteRequest.Message")), 400)
    fleet = fleet_of(request)
    note = NoteRow(
        message=message, tags=tuple(map(str, tags)) if isinstance(tags, list) else (), timestamp=fleet.clock()
    )
    if not fleet.note(execution_id, note):
        return JSONResponse(errors.plain(f"failed to add note: execution {execution_id} not found"), 500)
    return JSONResponse({"success": True, "note": executions.note(note), "message": "Note added successfully"})


async def read_approval(request: Request) -> Response:
    """GET the state of an approval."""
    row = fleet_of(request).execution(request.path_params["execution_id"])
    state = None if row is None else executions.approval_status(row)
    if state is None:
        message = "No approval request exists for this execution"
        return JSONResponse(errors.plain("no_approval_request", message=message), 404)
    return JSONResponse(state)


async def cancel(request: Request) -> Response:
    """POST a cancellation, as a person does."""
    execution_id = request.path_params["execution_id"]
    reason = writes.text(await body_of(request), "reason")
    before, at = writes.cancel(fleet_of(request), execution_id, reason)
    answered: Answer = {"execution_id": execution_id, "previous_status": before, "status": "cancelled"}
    return JSONResponse({**answered, **({"reason": reason} if reason else {}), "cancelled_at": exact(at)})


async def take_callback(request: Request) -> Response:
    """POST the outcome of an execution, as its agent does."""
    row = writes.callback(fleet_of(request), request.path_params["execution_id"], await body_of(request))
    return JSONResponse(executions.public(row))


async def take_step(request: Request) -> Response:
    """POST a workflow execution event, as an SDK does for steps in its own process."""
    done = writes.step_event(fleet_of(request), await body_of(request))
    return JSONResponse({"success": True, done: True})


def _required(name: str) -> str:
    field = name.rpartition(".")[2]
    return f"Key: '{name}' Error:Field validation for '{field}' failed on the 'required' tag"


ROUTES = [
    Route("/api/v1/executions/batch-status", read_batch, methods=["POST"]),
    Route("/api/v1/executions/note", leave_note, methods=["POST"]),
    Route("/api/v1/executions/{execution_id}", read_execution),
    Route("/api/v1/executions/{execution_id}/notes", read_notes),
    Route("/api/v1/executions/{execution_id}/approval-status", read_approval),
    Route("/api/v1/executions/{execution_id}/cancel", cancel, methods=["POST"]),
    Route("/api/v1/executions/{execution_id}/status", take_callback, methods=["POST"]),
    Route("/api/v1/workflow/executions/events", take_step, methods=["POST"]),
]
