"""`ControlPlane`: what the operator asks of an AgentField control plane, in nouns."""

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Literal, Self

import httpx2
from pydantic import JsonValue

from operator_mcp import policy
from operator_mcp.control_plane import routes
from operator_mcp.control_plane.answers import read
from operator_mcp.control_plane.connection import Connection
from operator_mcp.control_plane.headless import derived_runs, rfc3339
from operator_mcp.control_plane.ids import checked, names_a_run
from operator_mcp.control_plane.whole import whole
from operator_mcp.control_plane.wire import (
    AgentList,
    Health,
    LogList,
    MemoryRecord,
    NoteList,
    RunList,
    TailTooLarge,
)
from operator_mcp.errors import MissingResource, MissingRoute, UnexpectedAnswer, UnknownId, UsageError
from operator_mcp.models import Details, LogEntry, Note, Run, RunPage

MAX_PAGE_SIZE = 200
"""The control plane clamps larger pages of the run list (AgentField 0.1.80, seen live)."""

SCOPE = "global"
"""The memory scope the operator uses: the one that every agent of the fleet can read."""


class ControlPlane:
    """An AgentField control plane (0.1.80), asked over HTTP. An async context manager.

    Every method raises ControlPlaneError (one of its kinds) where the control plane does not answer as it should, and
    UsageError where an id cannot be one. Texts in what it gives are untrusted and unredacted.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        deadline_s: float = 20,
        max_bytes: int = 64 * 2**20,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Prepare to ask the control plane at `url`; nothing is sent yet.

        Args:
            url: `http://host:port`, with or without a path prefix.
            key: what is sent as X-API-Key.
            deadline_s: seconds for one question, repeats and body included.
            max_bytes: the most bytes of one answer.
            transport: another way to send requests than the network.

        Raises:
            SettingsError: the URL or the key cannot be used.
        """
        self._connection = Connection(url, key, deadline_s=deadline_s, max_bytes=max_bytes, transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.close()

    @property
    def host(self) -> str:
        """The control plane's address without credentials, fit for a text."""
        return self._connection.host

    @property
    def requests(self) -> int:
        """How many HTTP requests were sent, repeats included."""
        return self._connection.requests

    async def runs(
        self,
        *,
        page: int = 1,
        page_size: int = 100,
        since: datetime | None = None,
        sort_by: Literal["updated_at", "started_at"] = "updated_at",
        search: str | None = None,
        run_id: str | None = None,
    ) -> RunPage:
        """Give a page of the run list, newest first, without the operator's own runs (rule 7).

        With `since`, runs that began before it are left out. `search` narrows the *executions* to those whose run id,
        agent or reasoner holds the text: counts, and where the root is not among them the root fields, are of those
        only. With the UI routes off the list is derived from the executions (see `headless`).
        """
        page, page_size = max(1, page), max(1, min(MAX_PAGE_SIZE, page_size))
        filters = {"since": rfc3339(since) if since else "", "run_id": checked(run_id, "run_id") if run_id else ""}
        filters = {name: value for name, value in filters.items() if value}
        asked: dict[str, str | int] = {"page": page, "page_size": page_size, "sort_by": sort_by, "sort_order": "desc"}
        asked |= filters | ({"search": search} if search else {})
        try:
            found = await routes.get(self._connection, RunList, "/api/ui/v2/workflow-runs", asked)
        except MissingRoute:
            listed = await derived_runs(
                self._connection, filters, page=page, page_size=page_size, sort_by=sort_by, search=search
            )
        else:
            rows = [row.noun() for row in found.runs if row.run_id and (row.root_execution_id or not since or search)]
            total = found.total_count if found.total_count is not None else len(rows)
            listed = RunPage(rows=tuple(rows), total=total, page=page, has_more=found.has_more)
        others = tuple(row for row in listed.rows if not policy.is_own(row.agent))
        return listed.model_copy(update={"rows": others})

    async def run(self, run_id: str) -> Run:
        """Give a run with every hop the control plane has of it, in its order (by start).

        One question where the control plane can answer in one; else the run is put together from its parts, and
        `unavailable` says what that left out. A second question is asked where an approval was awaited: what was
        decided stands elsewhere.

        Raises:
            MissingResource: no run has that id.
        """
        return await whole(self._connection, checked(run_id, "run_id"))

    async def results(self, execution_ids: Sequence[str]) -> dict[str, JsonValue]:
        """Give the results of many executions by id, in one question (at most 500 ids); those without one are left out.

        Raises:
            UsageError: there are too many ids.
        """
        if len(execution_ids) > routes.BATCH_LIMIT:
            raise UsageError(f"{len(execution_ids)} ids are too many", f"Ask for at most {routes.BATCH_LIMIT} at once.")
        found = await routes.batch_status(self._connection, execution_ids)
        hops = {id: row.noun() for id, row in found.items()}
        return {id: hop.result for id, hop in hops.items() if hop.result is not None}

    async def locate(self, id: str) -> str:
        """Give the run id of a run id or of any execution id; costs no request where the prefix tells a run.

        A run told by its prefix is not proved to exist: `run` does that.

        Raises:
            UnknownId: neither a run nor an execution has that id.
        """
        id = checked(id)
        if names_a_run(id):
            return id
        try:
            found = (await routes.public_execution(self._connection, id)).run_id
        except MissingResource:
            listed = await self.runs(run_id=id, page_size=1)
            if any(row.run_id == id for row in listed.rows):
                return id
            raise UnknownId(
                f"{self.host} has neither a run nor an execution {id!r}",
                "Copy an id from list_failures; old runs are cleaned up by the control plane's retention.",
            ) from None
        if not found:
            what = f"{self.host} does not say which run the execution {id} belongs to"
            raise UnexpectedAnswer(what, "Pass the run id.", host=self.host, asked=f"GET /api/v1/executions/{id}")
        return found

    async def details(self, execution_id: str) -> Details:
        """Give the rich view of one execution: what the tree does not carry.

        With the UI routes off it comes from the public view and the notes: agent and reasoner are then empty, parent
        and input None.

        Raises:
            MissingResource: no execution has that id.
        """
        id = checked(execution_id, "execution_id")
        try:
            return (await routes.details(self._connection, id)).noun()
        except MissingRoute:
            public = await routes.public_execution(self._connection, id)
        hop = public.noun()
        return Details(
            execution_id=id,
            run_id=public.run_id,
            agent="",
            reasoner="",
            status=hop.status,
            error=hop.error,
            status_reason=hop.status_reason,
            result=hop.result,
            approval_status=hop.approval_status,
            notes=await self.notes(id),
        )

    async def logs(self, execution_id: str, *, tail: int = 1000) -> tuple[LogEntry, ...]:
        """Give the last `tail` log entries, ascending by arrival.

        Empty for an unknown execution too, and after the control plane's retention (24 h by default).

        Raises:
            MissingRoute: the UI routes are off; logs have no other way (AgentField 0.1.80).
        """
        path = f"/api/ui/v1/executions/{checked(execution_id, 'execution_id')}/logs"
        answer = await self._connection.ask("GET", path, params={"tail": max(1, tail)})
        if answer.status == 400:
            refusal = routes.refusal(TailTooLarge, answer)
            if refusal.error == "tail_too_large" and refusal.max_allowed:
                answer = await self._connection.ask("GET", path, params={"tail": refusal.max_allowed})
        return tuple(row.noun() for row in routes.loaded(LogList, answer).entries)

    async def notes(self, execution_id: str) -> tuple[Note, ...]:
        """Give the notes left on an execution; works with the UI off."""
        path = f"/api/v1/executions/{checked(execution_id, 'execution_id')}/notes"
        return tuple(note.noun() for note in (await routes.get(self._connection, NoteList, path)).notes)

    async def add_note(self, execution_id: str, message: str, tags: Sequence[str] = ()) -> None:
        """Leave a note on an execution. Sent once, never repeated."""
        headers = {"X-Execution-ID": checked(execution_id, "execution_id")}
        body: dict[str, JsonValue] = {"message": message, "tags": list(tags)}
        path = "/api/v1/executions/note"
        read(await self._connection.ask("POST", path, body=body, headers=headers, repeatable=False))

    async def memory_set(self, key: str, data: JsonValue) -> None:
        """Store a value (not null) in the control plane's global memory. Sent once, never repeated."""
        body: dict[str, JsonValue] = {"key": key, "data": data, "scope": SCOPE}
        read(await self._connection.ask("POST", "/api/v1/memory/set", body=body, repeatable=False))

    async def memory_get(self, key: str) -> JsonValue:
        """Give a value of the global memory; None where there is none."""
        body: dict[str, JsonValue] = {"key": key, "scope": SCOPE}
        answer = await self._connection.ask("POST", "/api/v1/memory/get", body=body)
        try:
            return routes.loaded(MemoryRecord, answer).data
        except MissingResource:
            return None

    async def memory_delete(self, key: str) -> None:
        """Remove a value from the global memory; nothing happens where there is none."""
        body: dict[str, JsonValue] = {"key": key, "scope": SCOPE}
        read(await self._connection.ask("POST", "/api/v1/memory/delete", body=body, repeatable=False))

    async def memory_list(self) -> dict[str, JsonValue]:
        """Give every value of the global memory, by key. Other writers' values are among them."""
        found = read(await self._connection.ask("GET", "/api/v1/memory/list", params={"scope": SCOPE}))
        records = found if isinstance(found, list) else []
        rows = (MemoryRecord.model_validate(record) for record in records if isinstance(record, dict))
        return {row.key: row.data for row in rows}

    async def health(self) -> Health:
        """Give what the control plane says of its own health; needs no key. An ill one answers too (503)."""
        answer = await self._connection.ask("GET", "/health")
        return routes.refusal(Health, answer) if answer.status == 503 else routes.loaded(Health, answer)

    async def agents(self) -> tuple[str, ...]:
        """Give the ids of the registered agent nodes, the inactive ones too."""
        found = await routes.get(self._connection, AgentList, "/api/v1/nodes", {"show_all": "true"})
        return tuple(row.id for row in found.nodes if row.id)
