"""Resources about single cases and fixes, and the rules."""

import json

from anyio.to_thread import run_sync
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from pydantic import JsonValue

from operator_mcp import policy
from operator_mcp.casework import Casework
from operator_mcp.errors import OperatorError
from operator_mcp.prose import NOTICE

Ctx = Context[Casework]


def add_resources(server: MCPServer[Casework]) -> None:
    """Register the resources."""

    @server.resource("operator://policy", mime_type="text/markdown", description="The rules the server keeps.")
    def rules() -> str:
        lines = [f"{number}. {text}" for number, text in policy.RULES.items()]
        return "# Rules\n\n" + "\n".join(lines) + "\n"

    @server.resource(
        "operator://cases/{run_id}", mime_type="application/json", description="One case: finding, diagnosis, fix."
    )
    async def case(ctx: Ctx, run_id: str) -> str:
        try:
            return as_json({"untrusted": NOTICE, **await casework_of(ctx).dossier(run_id)})
        except OperatorError as error:
            raise ResourceError(str(error)) from error

    @server.resource(
        "operator://cases/{run_id}/trace{?cursor}",
        mime_type="application/json",
        description="The whole evidence about the origin of a run, in pages; the text was written by the fleet.",
    )
    async def trace(ctx: Ctx, run_id: str, cursor: str = "0") -> str:
        try:
            return as_json({"untrusted": NOTICE, **await casework_of(ctx).evidence(run_id, cursor)})
        except OperatorError as error:
            raise ResourceError(str(error)) from error

    @server.resource("operator://fixes/{fix_id}/diff", mime_type="text/x-diff", description="The diff of a fix.")
    async def diff(ctx: Ctx, fix_id: str) -> str:
        fix = await run_sync(casework_of(ctx).ledger.fix, fix_id)
        if fix is None or fix.diff is None:
            raise ResourceNotFoundError(f"fix {fix_id!r} has no diff; draft_fix tells the fixes of a run")
        return fix.diff


def casework_of(ctx: Ctx) -> Casework:
    """Give the casework that the process opened."""
    return ctx.request_context.lifespan_context


def as_json(value: JsonValue) -> str:
    """Give a value as the text of a resource."""
    return json.dumps(value, ensure_ascii=False, indent=1)
