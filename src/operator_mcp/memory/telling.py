"""Memory in words: how often a failure was seen, where its fix stands, and what to do next."""

from datetime import datetime

from pydantic import JsonValue

from operator_mcp import policy
from operator_mcp.models import FixState, Memory

STEPS: dict[FixState, str] = {
    "booked": "A fix is under way ({fix}): draft_fix tells how far it is.",
    "drafting": "A fix is under way ({fix}): draft_fix tells how far it is.",
    "checking": "A fix is under way ({fix}): draft_fix tells how far it is.",
    "awaiting_approval": "Decide: operator-mcp approve {fix}, or operator-mcp reject {fix}.",
    "approved": "Approved and not merged yet: operator-mcp approve {fix} finishes the merge.",
    "merged": "Deploy what was merged ({fix}), if it is not yet.",
}
"""What to do while a fix stands there; where it ended without a merge, the diagnosis's own suggestion goes on."""


def seen(memory: Memory) -> str:
    """Give one sentence: how often since when, and where the fix stands. No word of it is the fleet's."""
    times = "once" if memory.count == 1 else f"{memory.count} times"
    parts = [f"seen {times} since {day(memory.first_seen)}"]
    if memory.fix_state is not None:
        when = f" {day(memory.fix_at)}" if memory.fix_at else ""
        parts.append(f"fix {memory.fix_state.replace('_', ' ')}{when} ({memory.fix_id})")
    if policy.came_back(memory):
        parts.append(f"and back after it, last on {day(memory.last_seen)}")
    return ", ".join(parts)


def standing(memory: Memory) -> str:
    """Give where a failure stands in one word or two: `open`, its fix's state, or `regressed`."""
    if policy.came_back(memory):
        return "regressed"
    return memory.fix_state or "open"


def step(memory: Memory) -> str:
    """Give the next step. Of the diagnosis's own suggestion the words may be the fleet's: treat it as untrusted."""
    advice = memory.diagnosis.suggested_fix
    if policy.came_back(memory):
        return f"Its fix did not hold ({memory.fix_id}): diagnose its newest run anew. {advice}".strip()
    told = STEPS.get(memory.fix_state) if memory.fix_state else None
    return told.format(fix=memory.fix_id) if told else advice


def told(memory: Memory) -> dict[str, JsonValue]:
    """Give a memory with what is said of it, JSON-ready."""
    facts: dict[str, JsonValue] = memory.model_dump(mode="json")
    return {**facts, "seen": seen(memory), "standing": standing(memory), "step": step(memory)}


def day(moment: datetime) -> str:
    """Give a day as people write it: `2 Nov 2026`."""
    return f"{moment.day} {moment:%b %Y}"
