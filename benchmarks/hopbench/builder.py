"""Building blocks of fleets: parts with drawn names and inputs, healthy work around them, callers above them."""

from dataclasses import dataclass
from random import Random

from pydantic import JsonValue

from benchmarks.hopbench.names import Names
from benchmarks.hopbench.program import PASS, Act, Call, Fan, Guard, Part, Raise, Reword, Say, Work
from benchmarks.hopbench.wordings import Wordings

DECOYS: tuple[JsonValue, ...] = (
    {"errors": [], "status": "done"},
    {"error": None, "rows": 0, "status": "failed over to replica"},
    {"message": "no error found", "ok": True},
    {"failed": 0, "passed": 12},
    {"answer": "timeout is a word of seven letters"},
)
"""Healthy results that speak of failure."""


@dataclass(frozen=True)
class Scene:
    """One run to be played: its roots (started `gap` seconds apart), and how it is watched."""

    roots: tuple[Part, ...]
    story: str
    gap: float = 0.25
    horizon: float = 3600.0
    linger: float = 5.0
    reaper: bool = False


class Builder:
    """Draws parts of one fleet. All randomness comes from one `Random`."""

    def __init__(self, rng: Random, names: Names, words: Wordings) -> None:
        self.rng = rng
        self.names = names
        self.words = words
        self._count = 0

    def chance(self, p: float) -> bool:
        """True with probability `p`."""
        return self.rng.random() < p

    def agent(self, other_than: str | None = None) -> str:
        """Draw an agent."""
        return self.rng.choice([a for a in self.names.agents if a != other_than])

    def given(self) -> JsonValue:
        """Draw an input: an identifier, a running number, sometimes more."""
        self._count += 1
        thing, other = (self.rng.choice(self.names.things) for _ in range(2))
        given: dict[str, JsonValue] = {f"{thing}_id": f"{thing[:2].upper()}-{self.rng.randint(1000, 9999)}"}
        given["item"] = self._count
        if self.chance(0.4):
            given[other] = {"count": self.rng.randint(1, 900), "state": self.rng.choice(["open", "failed", "late"])}
        if self.chance(0.3):
            given["remark"] = self.words.chatter()[1]
        return dict(sorted(given.items()))

    def part(self, agent: str, *body: Act, step: bool = False) -> Part:
        """Draw a part on `agent` that does `body`."""
        result: JsonValue = {"status": "ok", self.rng.choice(self.names.things): self.rng.randint(1, 99)}
        if self.chance(0.2):
            result = self.rng.choice(DECOYS)
        return Part(agent, self.rng.choice(self.names.reasoners), self.given(), body, step, result)

    def under(self, caller: str, *body: Act, steps: float = 0.3) -> Part:
        """Draw a part that an agent calls: a step in its own process, or a dispatch to any agent."""
        step = self.chance(steps)
        return self.part(caller if step else self.agent(), *body, step=step)

    def work(self, low: float = 0.01, high: float = 0.08) -> Work:
        """Draw some work, in seconds."""
        return Work(self.rng.uniform(low, high))

    def chat(self) -> tuple[Act, ...]:
        """Draw no log line, or one that means nothing."""
        return (Say(*self.words.chatter()),) if self.chance(0.25) else ()

    def fault(self, *, empty: bool = False, times: int | None = None) -> Raise:
        """Draw a fault, now and then beside a trouble that was got over and is logged as an error all the same."""
        drawn = self.words.fault(empty=empty)
        over = self.rng.choice(self.names.reasoners)
        logged = self.words.caught(over, self.words.fault().text) if self.chance(0.05) else ""
        return Raise(drawn.text, drawn.cause, drawn.detectable, times, logged)

    def healthy(self, caller: str, depth: int = 1) -> Part:
        """Draw a part in which nothing fails, with up to `depth` levels below it."""
        part = self.under(caller)
        below: list[Act] = [self.work()]
        calls = self.rng.randint(0, 2) if depth > 0 else 0
        below += [Call(self.healthy(part.agent, depth - 1)) for _ in range(calls)]
        if depth > 0 and self.chance(0.2):
            below.append(Fan(tuple(self.healthy(part.agent, 0) for _ in range(self.rng.randint(2, 4)))))
        part.body = (*self.chat(), *below, self.work())
        return part

    def failing(self, caller: str, *, empty: bool = False, times: int | None = None, steps: float = 0.3) -> Part:
        """Draw a part that does some work and fails by itself."""
        part = self.under(caller, steps=steps)
        before: list[Act] = [Call(self.healthy(part.agent, 0)) for _ in range(self.rng.randint(0, 1))]
        part.body = (*self.chat(), self.work(), *before, self.work(), self.fault(empty=empty, times=times))
        return part

    def above(self, part: Part, levels: int, guard: Guard = PASS, *, avoid: str | None = None) -> Part:
        """Put `levels` callers above a part, the nearest with `guard`, none on agent `avoid`; healthy work around."""
        for level in range(levels):
            agent = part.agent if part.step else self.agent(other_than=avoid)
            caller = self.part(agent, step=level < levels - 1 and self.chance(0.3))
            first = Call(part, guard if level == 0 else PASS)
            caller.body = (*self.chat(), *self.noise(caller.agent), first, *self.noise(caller.agent, 0.3))
            part = caller
        return part

    def trying(self, part: Part, attempts: int) -> Part:
        """Put one caller above a part that tries it up to `attempts` times."""
        caller = self.part(self.agent_of(part))
        again = Call(part, attempts=attempts, backoff=self.rng.uniform(0.05, 1))
        caller.body = (*self.noise(caller.agent), again, *self.noise(caller.agent, 0.3))
        return caller

    def noise(self, agent: str, share: float = 0.6) -> tuple[Act, ...]:
        """Draw some work and perhaps a healthy call or two."""
        calls = [Call(self.healthy(agent)) for _ in range(self.rng.randint(1, 2))] if self.chance(share) else []
        return (self.work(), *calls)

    def agent_of(self, part: Part) -> str:
        """Give the agent that a caller of `part` must be: its own for a step, else any."""
        return part.agent if part.step else self.agent()

    def catch(self, agent: str | None = None) -> Guard:
        """Draw a catch: mostly logged; with `agent`, sometimes followed by a healthy call in its stead."""
        instead = self.healthy(agent, 0) if agent is not None and self.chance(0.4) else None
        return Guard("catch", logged=self.chance(0.7), fallback=instead)

    def own_words(self) -> Guard:
        """Give a guard that says any failure in a person's words, without the failure's."""
        return Guard("reword", words="replaced")

    def reword(self, contained: float, replaced: float, empty: float) -> Reword:
        """Draw how a failure is said again, by weights."""
        ways: tuple[Reword, ...] = ("contained", "replaced", "empty")
        return self.rng.choices(ways, (contained, replaced, empty))[0]

    def depth(self, low: int = 1, high: int = 4) -> int:
        """Draw a number of levels."""
        return self.rng.randint(low, high)
