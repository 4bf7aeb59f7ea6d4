"""The hard family: catches, retries, fan-outs, re-worded errors and hangs, mixed over several levels by chance.

Most runs are given a doom: a failure somewhere below that is meant to reach the root. Whether it does, and whether
another one is faster, is decided when the run is played, and the truth is read from there.
"""

from dataclasses import dataclass

from benchmarks.hopbench.builder import Builder, Scene
from benchmarks.hopbench.program import PASS, Act, Call, Fan, Guard, Hang, Mode, Part

MODES: tuple[tuple[Mode, float], ...] = (
    ("collect", 6),
    ("gather", 1.5),
    ("quorum", 1),
    ("summary", 0.6),
    ("first", 0.8),
    ("task_group", 0.8),
    ("cancel_rest", 0.8),
)


@dataclass(frozen=True)
class Taste:
    """How often what happens. The numbers are set so that plain rules score here as on recorded mixed runs."""

    doomed: float = 0.8
    leaf_fails: float = 0.33
    own_fails: float = 0.06
    empty: float = 0.1
    waits: float = 0.6
    catches: float = 0.82
    rewords: float = 0.62
    close: float = 0.6
    safe: float = 0.5
    steps: float = 0.38


TASTE = Taste()


def composed(b: Builder) -> Scene:
    """Draw a run of everything at once, one to four levels deep."""
    root = b.part(b.agent())
    depth = b.rng.choice([1, 1, 2, 2, 2, 3])
    root.body = _body(b, root.agent, depth, TASTE, doomed=b.chance(TASTE.doomed))
    root.reword = _outer(b, TASTE)
    return Scene((root,), "Catches, retries, fan-outs, re-worded errors and hangs mixed over several levels.")


def _body(b: Builder, agent: str, depth: int, taste: Taste, *, doomed: bool) -> tuple[Act, ...]:
    acts: list[Act] = [*b.chat(), b.work()]
    for _ in range(b.rng.choice([0, 1, 1, 2, 2, 3])):
        acts += [_act(b, agent, depth, taste), b.work(0.002, 0.12)]
    if doomed:
        if b.chance(taste.close):
            acts += [Call(_failed(b, agent, taste), _caught(b)), b.work(0.001, 0.012)]
        acts.append(_doom(b, agent, depth, taste))
    elif b.chance(taste.own_fails):
        acts.append(b.fault(empty=b.chance(taste.empty)))
    return tuple(acts)


def _doom(b: Builder, agent: str, depth: int, taste: Taste) -> Act:
    which = b.rng.choices(["own", "call", "fan", "retry", "wait"], [2, 2.2, 3, 1.5, 2])[0]
    if which == "own":
        return b.fault(empty=b.chance(taste.empty))
    guard = _said_again(b, taste)
    if which == "wait":
        part = _below(b, agent, depth - 1, taste)
        _hang_somewhere(b, part)
        return Call(part, guard, wait=b.rng.choice([0.5, 0.8, 1.0, 1.5]), silent_wait=b.chance(0.1))
    part = _doomed(b, agent, depth - 1, taste)
    if which == "fan":
        others = [_below(b, agent, depth - 1, taste) for _ in range(b.rng.randint(2, 9))]
        place = b.rng.randrange(len(others))
        others.insert(place, part)
        safe = frozenset(k for k in range(len(others)) if k != place and b.chance(taste.safe))
        modes: list[Mode] = ["gather", "gather", "gather", "first", "summary", "quorum", "task_group", "cancel_rest"]
        return Fan(tuple(others), b.rng.choice(modes), guard, safe=safe)
    if which == "retry":
        return Call(part, guard, b.rng.randint(2, 3), b.rng.uniform(0.02, 0.3))
    return Call(part, guard)


def _doomed(b: Builder, agent: str, depth: int, taste: Taste) -> Part:
    if depth <= 0:
        return _failed(b, agent, taste)
    part = b.under(agent, steps=taste.steps)
    part.body = _body(b, part.agent, depth, taste, doomed=True)
    part.reword = _outer(b, taste)
    return part


def _act(b: Builder, agent: str, depth: int, taste: Taste) -> Act:
    which = b.rng.choices(["call", "fan", "retry", "wait"], [3, 3, 2, taste.waits])[0]
    if which == "fan":
        count = b.rng.randint(2, 8)
        mode = b.rng.choices([m for m, _ in MODES], [w for _, w in MODES])[0]
        parts = tuple(_below(b, agent, depth - b.rng.randint(1, 2), taste) for _ in range(count))
        return Fan(parts, mode, _guard(b, taste), spare=b.rng.randint(count // 3, count))
    if which == "retry":
        part = _below(b, agent, depth - 2, taste)
        attempts = b.rng.randint(2, 3)
        if b.chance(0.7):
            part.body = (*part.body, b.fault(times=b.rng.randint(1, attempts)))
        return Call(part, _guard(b, taste), attempts, b.rng.uniform(0.02, 0.3))
    part = _below(b, agent, depth - 1, taste)
    if which == "wait":
        _hang_somewhere(b, part)
        return Call(part, _guard(b, taste), wait=b.rng.choice([0.5, 0.8, 1.0, 1.5]), silent_wait=b.chance(0.15))
    return Call(part, _guard(b, taste))


def _below(b: Builder, caller: str, depth: int, taste: Taste) -> Part:
    part = b.under(caller, steps=taste.steps)
    if depth > 0:
        part.body = _body(b, part.agent, depth, taste, doomed=b.chance(taste.leaf_fails))
        part.reword = _outer(b, taste)
        return part
    part.body = (*b.chat(), b.work(0.01, 0.1))
    if b.chance(taste.leaf_fails):
        part.body += (b.fault(empty=b.chance(taste.empty)),)
    return part


def _failed(b: Builder, caller: str, taste: Taste) -> Part:
    part = b.under(caller, steps=taste.steps)
    part.body = (*b.chat(), b.work(0.01, 0.1), b.fault(empty=b.chance(taste.empty)))
    return part


def _hang_somewhere(b: Builder, part: Part) -> None:
    calls = [act.part for act in part.body if isinstance(act, Call)]
    if calls and b.chance(0.4):
        _hang_somewhere(b, b.rng.choice(calls))
    else:
        at = b.rng.randint(1, max(1, len(part.body)))
        part.body = (*part.body[:at], Hang())


def _caught(b: Builder) -> Guard:
    return Guard("catch", logged=b.chance(0.6))


def _guard(b: Builder, taste: Taste) -> Guard:
    return _caught(b) if b.chance(taste.catches) else _said_again(b, taste)


def _said_again(b: Builder, taste: Taste) -> Guard:
    return Guard("reword", words=b.reword(3, 5, 1)) if b.chance(taste.rewords) else PASS


def _outer(b: Builder, taste: Taste) -> Guard:
    return Guard("reword", words=b.reword(3, 4, 0.5)) if b.chance(taste.rewords / 3) else PASS
