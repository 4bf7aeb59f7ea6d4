"""Families of one phenomenon each: errors that travel through chains, fans, retries and catches."""

from collections.abc import Callable

from benchmarks.hopbench.builder import Builder, Scene
from benchmarks.hopbench.program import CATCH, Act, Call, Fan, Guard, Mode, Part, Raise

Family = Callable[[Builder], Scene]


def _crowd(b: Builder, agent: str, failing: int, size: int) -> tuple[Part, ...]:
    parts = [b.failing(agent) for _ in range(failing)] + [b.healthy(agent, 0) for _ in range(size - failing)]
    b.rng.shuffle(parts)
    return tuple(parts)


def chain(b: Builder) -> Scene:
    """Callers in a row; the last one fails."""
    return Scene((b.above(b.failing(b.agent()), b.depth(2, 6)),), "A chain of calls; the last one fails.")


def cross_agent(b: Builder) -> Scene:
    """Every call goes to another agent."""
    part = b.failing(b.agent(), steps=0)
    for _ in range(b.depth(2, 5)):
        caller = b.part(b.agent(other_than=part.agent))
        caller.body = (*b.noise(caller.agent), Call(part))
        part = caller
    return Scene((part,), "Each call goes to another agent; the last one fails.")


def in_process(b: Builder) -> Scene:
    """Steps of one process: all carry the same words."""
    part = b.failing(b.agent(), steps=1)
    for _ in range(b.depth(1, 4)):
        caller = b.part(part.agent, step=True)
        caller.body = (*b.noise(caller.agent, 0.3), Call(part))
        part = caller
    part.step = False
    return Scene((part,), "Steps in one process; the innermost fails, all carry its words.")


def fan_out_one(b: Builder) -> Scene:
    """One of many parallel calls fails."""
    caller = b.part(b.agent())
    size = b.rng.randint(3, 40)
    crowd = _crowd(b, caller.agent, 1, size)
    caller.body = (b.work(), Fan(crowd, b.rng.choice(["gather", "first", "summary", "task_group"])))
    return Scene((b.above(caller, b.depth(0, 3)),), f"One of {size} parallel calls fails.")


def fan_out_several(b: Builder) -> Scene:
    """Several of many parallel calls fail."""
    caller = b.part(b.agent())
    failing = b.rng.randint(2, 4)
    modes: list[Mode] = ["gather", "first", "summary", "quorum"]
    mode = b.rng.choice(modes)
    size = b.rng.randint(6, 30)
    caller.body = (b.work(), Fan(_crowd(b, caller.agent, failing, size), mode))
    return Scene((b.above(caller, b.depth(0, 3)),), f"{failing} of {size} parallel calls fail ({mode}).")


def diamond(b: Builder) -> Scene:
    """Two branches use the same reasoner; it fails in one of them."""
    caller = b.part(b.agent())
    bad = b.failing(caller.agent, steps=0)
    good = b.healthy(caller.agent, 0)
    good.agent, good.reasoner, good.step = bad.agent, bad.reasoner, False
    caller.body = (b.work(), Fan((b.above(bad, 1), b.above(good, 1)), "gather", stagger=b.rng.uniform(0, 0.05)))
    for branch in caller.body[1].parts if isinstance(caller.body[1], Fan) else ():
        branch.step = False
    return Scene((b.above(caller, b.depth(0, 2)),), "Two branches use the same reasoner; it fails in one of them.")


def recursion(b: Builder) -> Scene:
    """A reasoner calls itself; the innermost call fails."""
    part = b.failing(b.agent())
    name, turns = part.reasoner, b.depth(2, 8)
    for _ in range(turns):
        caller = b.part(part.agent if part.step else b.agent(), step=b.chance(0.5))
        caller.reasoner = name
        caller.body = (b.work(), Call(part))
        part = caller
    part.step = False
    return Scene((part,), f"A reasoner calls itself {turns} times; the innermost fails.")


def retry_recovered(b: Builder) -> Scene:
    """A call fails and then works."""
    times = b.rng.randint(1, 3)
    part = b.failing(b.agent(), times=times)
    root = b.trying(part, times + b.rng.randint(1, 2))
    return Scene((b.above(root, b.depth(0, 3)),), f"A call fails {times} times and then works.")


def retry_exhausted(b: Builder) -> Scene:
    """A call is tried again and again and never works."""
    times = b.rng.randint(2, 4)
    root = b.trying(b.failing(b.agent()), times)
    return Scene((b.above(root, b.depth(0, 3)),), f"A call is tried {times} times and never works.")


def recovered_then_other(b: Builder) -> Scene:
    """A retry succeeds; later something else fails."""
    part = b.failing(b.agent(), times=1)
    caller = b.part(b.agent_of(part))
    last = b.above(b.failing(caller.agent), b.depth(0, 2)) if b.chance(0.8) else b.failing(caller.agent)
    last.step = last.step and last.agent == caller.agent
    caller.body = (b.work(), Call(part, attempts=3, backoff=0.1), *b.noise(caller.agent), Call(last))
    return Scene((b.above(caller, b.depth(0, 2)),), "A retry succeeds; later something else fails.")


def caught_then_healthy(b: Builder) -> Scene:
    """Failures are caught, and the run succeeds."""
    caller = b.part(b.agent())
    acts: list[Act] = [b.work()]
    if b.chance(0.5):
        acts.append(Fan(_crowd(b, caller.agent, b.rng.randint(1, 3), 6), "collect"))
    acts.append(Call(_dispatched(b.above(b.failing(caller.agent), b.depth(0, 2)), caller), b.catch(caller.agent)))
    caller.body = (*acts, *b.noise(caller.agent))
    return Scene((b.above(caller, b.depth(0, 2)),), "Failures are caught and the run goes on without them.")


def caught_before_other(b: Builder) -> Scene:
    """A failure is caught; afterwards another one reaches the root."""
    caller = b.part(b.agent())
    first = _dispatched(b.above(b.failing(caller.agent), b.depth(0, 2)), caller)
    second = _dispatched(b.above(b.failing(caller.agent), b.depth(0, 2)), caller)
    caller.body = (b.work(), Call(first, b.catch(caller.agent)), *b.noise(caller.agent), Call(second))
    return Scene((b.above(caller, b.depth(0, 3)),), "A failure is caught; afterwards another one reaches the root.")


def caught_beside_other(b: Builder) -> Scene:
    """One branch catches its failure while another fails the run."""
    caller = b.part(b.agent())
    calm = b.part(b.agent())
    inner = _dispatched(b.above(b.failing(calm.agent), b.depth(0, 2)), calm)
    calm.body = (b.work(), Call(inner, b.catch(calm.agent)), b.work())
    bad = _dispatched(b.above(b.failing(caller.agent), b.depth(0, 3)), caller)
    caller.body = (b.work(), Fan((calm, bad), b.rng.choice(["gather", "first"])))
    return Scene((b.above(caller, b.depth(0, 2)),), "One branch catches its failure; another one fails the run.")


def caught_own_bug(b: Builder) -> Scene:
    """A child's failure is caught and replaced; later the caller fails on its own."""
    caller = b.part(b.agent())
    first = _dispatched(b.above(b.failing(caller.agent), b.depth(0, 2)), caller)
    after = b.noise(caller.agent, 1.0)
    caller.body = (b.work(), Call(first, b.catch(caller.agent)), *after, b.work(0.2, 0.6), b.fault())
    return Scene((b.above(caller, b.depth(0, 3)),), "A failure is caught; much later the caller fails on its own.")


def rewrap(b: Builder) -> Scene:
    """Callers re-raise in other words."""
    part = b.failing(b.agent())
    for level in range(b.depth(2, 5)):
        part = b.above(part, 1, _reword(b) if level == 0 or b.chance(0.6) else Guard())
    return Scene((part,), "Callers re-raise in other words.")


def empty_error(b: Builder) -> Scene:
    """An exception without words."""
    return Scene((b.above(b.failing(b.agent(), empty=True), b.depth(1, 4)),), "An exception without words.")


def parent_after_children(b: Builder) -> Scene:
    """All children succeed; their caller fails when it puts the parts together."""
    caller = b.part(b.agent())
    crowd = tuple(b.healthy(caller.agent, 1) for _ in range(b.rng.randint(2, 8)))
    caller.body = (b.work(), Fan(crowd), b.work(0.002, 0.05), b.fault())
    return Scene((b.above(caller, b.depth(0, 3)),), "All children succeed; their caller fails when it adds them up.")


def identical_text(b: Builder) -> Scene:
    """The same error in two branches: one catches it, the other does not."""
    caller = b.part(b.agent())
    fault = b.fault()
    bad, caught = b.under(caller.agent, b.work(), fault), b.failing(caller.agent)
    caught.body = (b.work(), fault)
    calm = b.above(caught, 1, CATCH)
    calm.step = False
    caller.body = (b.work(), Call(calm), Call(_dispatched(b.above(bad, b.depth(0, 2)), caller)))
    return Scene((b.above(caller, b.depth(0, 2)),), "The same error twice: one is caught, the other is not.")


def twin_failures(b: Builder) -> Scene:
    """Parallel calls fail with the same words; all are equally the reason."""
    caller = b.part(b.agent())
    fault = b.fault()
    count = b.rng.randint(2, 5)
    twins = tuple(b.under(caller.agent, b.work(), fault, steps=0.2) for _ in range(count))
    caller.body = (b.work(), Fan(twins, "summary"))
    return Scene((b.above(caller, b.depth(0, 3)),), f"{count} parallel calls fail with the same words.")


def clock_ties(b: Builder) -> Scene:
    """Calls that start and end within one moment."""
    caller = b.part(b.agent())
    crowd: list[Part] = [b.part(b.agent(), b.work(0.003, 0.003)) for _ in range(b.rng.randint(5, 12))]
    for part in b.rng.sample(crowd, 2):
        drawn = b.fault()
        part.body = (*part.body, Raise(drawn.text, drawn.cause, drawn.detectable))
    caller.body = (Fan(tuple(crowd), "first"),)
    return Scene((b.above(caller, b.depth(0, 2)),), "Many calls start and end within one moment; two fail.")


def healthy(b: Builder) -> Scene:
    """Nothing fails."""
    return Scene((b.above(b.healthy(b.agent(), 2), b.depth(0, 2)),), "A run in which nothing fails.")


def _dispatched(part: Part, caller: Part) -> Part:
    part.step = part.step and part.agent == caller.agent
    return part


def _reword(b: Builder) -> Guard:
    return Guard("reword", words=b.reword(1, 1, 0))


FAMILIES: dict[str, Family] = {
    "chain": chain,
    "cross-agent": cross_agent,
    "in-process": in_process,
    "fan-out-one": fan_out_one,
    "fan-out-several": fan_out_several,
    "diamond": diamond,
    "recursion": recursion,
    "retry-recovered": retry_recovered,
    "retry-exhausted": retry_exhausted,
    "recovered-then-other": recovered_then_other,
    "caught-then-healthy": caught_then_healthy,
    "caught-before-other": caught_before_other,
    "caught-beside-other": caught_beside_other,
    "caught-own-bug": caught_own_bug,
    "rewrap": rewrap,
    "empty-error": empty_error,
    "parent-after-children": parent_after_children,
    "identical-text": identical_text,
    "twin-failures": twin_failures,
    "clock-ties": clock_ties,
    "healthy": healthy,
}
