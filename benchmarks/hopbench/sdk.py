"""The simulated agents: parts executed as coroutines, exceptions travelling as the Python SDK lets them travel.

Source of the texts and habits: AgentField 0.1.80 with its Python SDK, seen live. One `Execution failed: ` per
dispatched hop, none between steps of a process; a child without words gives `Execution failed` twice; cancelling does
not cascade; a wait that expires leaves the child running; steps that are cut stay `running`.
"""

import asyncio
from collections.abc import Awaitable
from random import Random

from pydantic import JsonValue

from benchmarks.hopbench import reports, together
from benchmarks.hopbench.failure import Failure, exhausted, overdue, summed
from benchmarks.hopbench.people import answer, meddle, restart
from benchmarks.hopbench.plane import Birth, Fate, Plane, Row
from benchmarks.hopbench.program import (
    Act,
    Ask,
    Call,
    Fan,
    Guard,
    Hang,
    Meddle,
    Part,
    Raise,
    Refusal,
    Restart,
    Say,
    Work,
)
from benchmarks.hopbench.timing import Profile
from benchmarks.hopbench.wordings import Wordings
from operator_mcp.models import Status


class Agents:
    """All agents of one run: they execute parts, and report to the control plane what they do."""

    def __init__(self, plane: Plane, rng: Random, words: Wordings, profile: Profile) -> None:
        self.plane = plane
        self.words = words
        self.rng = rng
        self._profile = profile
        self._tasks: list[asyncio.Task[None]] = []

    def spawn(self, work: Awaitable[None]) -> "asyncio.Task[None]":
        """Start work that nobody awaits; `stop` ends it."""
        task = asyncio.ensure_future(work)
        self._tasks.append(task)
        return task

    async def stop(self) -> None:
        """End all that still runs."""
        for task in self._tasks:
            task.cancel()
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(ended, Exception) and not isinstance(ended, Failure):
                raise ended

    async def invoke(self, caller: Row | None, part: Part) -> JsonValue:
        """Run one part for a caller and give its result.

        Raises:
            Failure: the part failed, in the words in which the caller gets it.
        """
        await self._pause(self._profile.submit)
        if part.refusal is not None:
            raise await self._refused(caller, part, part.refusal)
        row = self.plane.open(part.agent, part.reasoner, caller, step=part.step, given=part.given)
        if caller is not None:
            caller.awaiting.append(row)
        result = await (self._step(row, part) if part.step else self._dispatch(row, part))
        self._forget(row)
        return result

    async def _step(self, row: Row, part: Part) -> JsonValue:
        reports.started(self.plane, row)
        try:
            await self._body(row, part)
        except Failure as failure:
            row.ending = failure.birth
            reports.ended(self.plane, row, Status.FAILED, failure.text)
            failure.via = (row,)
            self._forget(row)
            raise
        row.result = part.result
        reports.ended(self.plane, row, Status.SUCCEEDED)
        return part.result

    def begin(self, part: Part) -> Row:
        """Start a run: dispatch its root, which nobody awaits."""
        row = self.plane.open(part.agent, part.reasoner, None, step=False, given=part.given)
        row.task = self.spawn(self._serve(row, part))
        return row

    async def _dispatch(self, row: Row, part: Part) -> JsonValue:
        row.task = self.spawn(self._serve(row, part))
        self._murmur(row.parent, f"Cross-agent call to: {row.agent}.{row.reasoner}")
        self._murmur(row.parent, f"Submitted async execution {row.execution_id[:8]}... for {row.agent}.{row.reasoner}")
        await row.done.wait()
        await self._pause(self._profile.poll)
        self._murmur(row.parent, f"Execution {row.execution_id[:8]}... status: running -> {row.status.value}")
        if row.status is Status.SUCCEEDED:
            return row.result
        self._forget(row)
        birth = row.ending or Birth([row])
        if row.status is Status.CANCELLED:
            if part.resubmits or part.runs > 1:
                return await self._again(row, part)
            raise Failure("Execution was cancelled: None", birth, (row,))
        raise Failure(f"Execution failed: {row.error or 'Execution failed'}", birth, (row,))

    async def _again(self, row: Row, part: Part) -> JsonValue:
        row.fate = Fate.HANDLED
        if not part.resubmits:
            await self._pause(self._profile.net)
            return reports.envelope(row)
        part.resubmits -= 1
        result = await self.invoke(row.parent, part)
        row.fate = Fate.HANDLED if reports.is_envelope(result) else Fate.RECOVERED
        return result

    def _forget(self, row: Row) -> None:
        if row.parent is not None and row in row.parent.awaiting:
            row.parent.awaiting.remove(row)

    async def _serve(self, row: Row, part: Part) -> None:
        await self._pause(self._profile.net)
        reports.started(self.plane, row)
        body = self._body(row, part)
        try:
            await (body if part.watchdog is None else asyncio.wait_for(body, part.watchdog))
        except Failure as failure:
            row.ending = row.ending or failure.birth
            reports.ended(self.plane, row, Status.FAILED, failure.outer or failure.text)
        except TimeoutError:
            row.ending = overdue(row)
            reports.ended(self.plane, row, Status.FAILED, self.words.watchdog(part.reasoner, part.watchdog or 0))
        except asyncio.CancelledError:
            if not row.cancel_asked:
                raise
            self.plane.close(row, Status.CANCELLED, error="cancelled_by_control_plane")
        else:
            row.result = part.result
            reports.ended(self.plane, row, Status.SUCCEEDED)

    async def _body(self, row: Row, part: Part) -> None:
        part.runs += 1
        try:
            for act in part.body:
                await self._act(row, part, act)
        except Failure as failure:
            if part.reword.how == "pass":
                raise
            raise self._reworded(row, failure, part.reword, row.reasoner) from failure

    async def _act(self, row: Row, part: Part, act: Act) -> None:
        match act:
            case Work():
                await asyncio.sleep(act.seconds)
            case Say():
                self.plane.log(row, act.level, act.text)
            case Call():
                await self._guarded(row, act.guard, act.part.reasoner, self._call(row, part, act))
            case Fan():
                await self._guarded(row, act.guard, act.parts[0].reasoner, together.fan(self, row, act))
            case Raise():
                self._raise(row, part, act)
            case Hang():
                row.hanging = True
                await asyncio.Event().wait()
            case Ask():
                await answer(self, row, act)
            case Meddle():
                if act.times is None or part.runs <= act.times:
                    self.spawn(meddle(self, row, act))
            case Restart():
                self.spawn(restart(self, act))

    def _raise(self, row: Row, part: Part, act: Raise) -> None:
        if act.times is not None and part.runs > act.times:
            return
        if act.logged:
            self.plane.log(row, "error", act.logged)
        raise Failure(act.text, Birth([row], "error", act.cause, act.detectable))

    async def _guarded(self, row: Row, guard: Guard, child: str, work: Awaitable[None]) -> None:
        try:
            await work
        except Failure as failure:
            if guard.how == "pass":
                raise
            if guard.how == "reword":
                raise self._reworded(row, failure, guard, child) from failure
            self.handle(failure)
            if guard.logged:
                self.plane.log(row, "warning", self.words.caught(child, failure.text))
            if guard.fallback is not None:
                await self.invoke(row, guard.fallback)

    def handle(self, failure: Failure) -> None:
        """Mark a failure as caught where it arrived."""
        for via in failure.via:
            via.fate = via.fate or Fate.HANDLED

    def _reworded(self, row: Row, failure: Failure, guard: Guard, child: str) -> Failure:
        text = self.words.reworded(guard.words, child, failure.text, row.input)
        return Failure(text, failure.birth, failure.via)

    async def _call(self, row: Row, part: Part, act: Call) -> None:
        if act.wait is None:
            return await self._attempts(row, part, act)
        try:
            await asyncio.wait_for(self._attempts(row, part, act), act.wait)
        except TimeoutError:
            late = [child for child in row.awaiting if child.open]
            birth = overdue(late[-1], waiter=row) if late else Birth([row], "hang", "timeout", True)
            row.awaiting.clear()
            text = "" if act.silent_wait else self.words.waited(act.wait)
            raise Failure(text, birth, tuple(late[-1:])) from None

    async def _attempts(self, row: Row, part: Part, act: Call) -> None:
        failed: list[Failure] = []
        for attempt in range(1, act.attempts + 1):
            try:
                result = await self.invoke(row, act.part)
            except Failure as failure:
                failed.append(failure)
                if attempt == act.attempts:
                    raise exhausted(failed) from failure
                if act.guard.logged:
                    self.plane.log(row, "warning", self.words.retrying(act.part.reasoner, attempt, act.attempts))
                await asyncio.sleep(act.backoff)
            else:
                for via in (row for earlier in failed for row in earlier.via):
                    via.fate = Fate.RECOVERED
                if act.returned:
                    part.result, row.false_success = result, reports.is_envelope(result)
                return

    async def _refused(self, caller: Row | None, part: Part, refusal: Refusal) -> Failure:
        births: list[Birth] = []
        for _ in range(refusal.rows):
            row = self.plane.open(part.agent, part.reasoner, caller, step=False, given=part.given)
            await asyncio.sleep(0.004)
            self.plane.close(row, Status.FAILED, error=refusal.error, reason=refusal.reason)
            row.ending = Birth([row], refusal.kind, refusal.cause, detectable=True)
            births.append(row.ending)
            await self._pause(self._profile.net)
        via = tuple(birth.origins[0] for birth in births)
        return Failure(refusal.inner or f"Execution failed: {refusal.error}", summed(births[::-1]), via, refusal.outer)

    def _murmur(self, row: Row | None, text: str) -> None:
        """Leave a debug line of the SDK's own; real agents' logs are full of them."""
        if row is not None and self._profile.murmurs:
            self.plane.log(row, "debug", text)

    async def _pause(self, span: tuple[float, float]) -> None:
        await asyncio.sleep(self.rng.uniform(*span))
