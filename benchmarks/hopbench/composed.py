"""The hard family: catches, retries, fan-outs, re-worded errors and hangs, mixed over several levels by chance."""

from dataclasses import dataclass

from benchmarks.hopbench.builder import Builder, Scene
from benchmarks.hopbench.program import PASS, Act, Call, Fan, Guard, Hang, Mode, Part

MODES: tuple[tuple[Mode, float], ...] = (
    ("collect", 6),
    ("gather", 2.5),
    ("quorum", 1),
    ("summary", 1),
    ("first", 1),
    ("task_group", 1),
    ("cancel_rest", 1),
)


@dataclass(frozen=True)
class Taste:
    """How often what happens. The numbers are set so that plain rules score here as on recorded mixed runs."""

    leaf_fails: float = 0.3
    own_fails: float = 0.1
    empty: float = 0.1
    hangs: float = 0.12
    catches: float = 0.55
    rewords: float = 0.2
    outer: float = 0.2


TASTE = Taste()


def composed(b: Builder) -> Scene:
    """Draw a run of everything at once, two to four levels deep."""
    root = b.part(b.agent())
    root.body = body(b, root.agent, b.rng.choice([1, 2, 2, 2, 3]), TASTE)
    root.reword = outer(b, TASTE)
    return Scene((root,), "Catches, retries, fan-outs, re-worded errors and hangs mixed over several levels.")


def body(b: Builder, agent: str, depth: int, taste: Taste) -> tuple[Act, ...]:
    """Draw what a part does: one to four acts over parts below it, and sometimes a failure of its own at the end."""
    acts: list[Act] = [*b.chat(), b.work()]
    for _ in range(b.rng.choice([1, 2, 2, 3, 3, 4])):
        acts += [_act(b, agent, depth, taste), b.work(0.002, 0.15)]
    if b.chance(taste.own_fails):
        acts.append(b.fault(empty=b.chance(taste.empty)))
    return tuple(acts)


def _act(b: Builder, agent: str, depth: int, taste: Taste) -> Act:
    which = b.rng.choices(["call", "fan", "retry", "wait"], [4, 2.5, 2, taste.hangs * 10])[0]
    if which == "fan":
        count = b.rng.randint(2, 8 if depth > 1 else 10)
        mode = b.rng.choices([m for m, _ in MODES], [w for _, w in MODES])[0]
        parts = tuple(_below(b, agent, depth - b.rng.randint(1, 2), taste) for _ in range(count))
        return Fan(parts, mode, _guard(b, taste), spare=b.rng.randint(0, count // 2))
    if which == "retry":
        part = _below(b, agent, depth - 2, taste)
        attempts = b.rng.randint(2, 3)
        if b.chance(0.7):
            part.body = (*part.body, b.fault(times=b.rng.randint(1, attempts)))
        return Call(part, _guard(b, taste), attempts, b.rng.uniform(0.02, 0.3))
    if which == "wait":
        part = _below(b, agent, depth - 1, taste)
        _hang_somewhere(b, part)
        return Call(part, _guard(b, taste), wait=b.rng.choice([0.5, 0.8, 1.0, 1.5]), silent_wait=b.chance(0.15))
    return Call(_below(b, agent, depth - 1, taste), _guard(b, taste))


def _below(b: Builder, caller: str, depth: int, taste: Taste) -> Part:
    part = b.under(caller)
    if depth > 0:
        part.body = body(b, part.agent, depth, taste)
        part.reword = outer(b, taste)
        return part
    part.body = (*b.chat(), b.work(0.01, 0.1))
    if b.chance(taste.leaf_fails):
        part.body += (b.fault(empty=b.chance(taste.empty)),)
    return part


def _hang_somewhere(b: Builder, part: Part) -> None:
    calls = [act.part for act in part.body if isinstance(act, Call)]
    if calls and b.chance(0.5):
        _hang_somewhere(b, b.rng.choice(calls))
    else:
        at = b.rng.randint(1, max(1, len(part.body)))
        part.body = (*part.body[:at], Hang())


def _guard(b: Builder, taste: Taste) -> Guard:
    if b.chance(taste.catches):
        return Guard("catch", logged=b.chance(0.7))
    if b.chance(taste.rewords):
        return Guard("reword", words=b.reword(4, 4, 1))
    return PASS


def outer(b: Builder, taste: Taste) -> Guard:
    """Draw whether a part re-words whatever leaves it."""
    if b.chance(taste.outer):
        return Guard("reword", words=b.reword(4, 5, 1))
    return PASS
