"""Families in which something outside a reasoner's code ends it: waits, reapers, refusals, restarts, people."""

from collections.abc import Callable

from benchmarks.hopbench.builder import Builder, Scene
from benchmarks.hopbench.program import Act, Ask, Call, Fan, Hang, Meddle, Part, Raise, Refusal, Restart, Work

Family = Callable[[Builder], Scene]


def _hung(b: Builder) -> Part:
    part = b.under(b.agent())
    part.body = (*b.chat(), *b.noise(part.agent, 0.5), Hang())
    return part


def _waiting(b: Builder) -> Part:
    """A caller that stops waiting, one to three levels above a hop that hangs; then callers above it."""
    hung = _hung(b)
    hung = b.above(hung, b.depth(0, 3))
    caller = b.part(b.agent_of(hung))
    wait = b.rng.uniform(1.0, 8.0)
    caller.body = (*b.noise(caller.agent), Call(hung, wait=round(wait, 1), silent_wait=b.chance(0.15)))
    if b.chance(0.15):
        caller.body = (*caller.body[:-1], Call(hung, b.own_words(), wait=round(wait, 1)))
    return b.above(caller, b.depth(0, 3))


def hang_wait(b: Builder) -> Scene:
    """A hop never answers; a caller stops waiting, the hop stays open."""
    return Scene((_waiting(b),), "A hop never answers; a caller further up stops waiting.")


def reaped_child(b: Builder) -> Scene:
    """As hang-wait, and the hung hops are reaped later."""
    return Scene((_waiting(b),), "A caller stops waiting; the hung hops are reaped afterwards.", reaper=True)


def reaped_root(b: Builder) -> Scene:
    """A hop hangs and nobody stops waiting: all that is open is reaped."""
    return Scene(
        (b.above(_hung(b), b.depth(1, 4)),), "A hop hangs and nobody stops waiting.", horizon=30.0, reaper=True
    )


def hang_watchdog(b: Builder) -> Scene:
    """A hop never answers; the watchdog of a caller's own agent ends the caller."""
    hung = _hung(b)
    caller = b.part(b.agent_of(hung))
    caller.body = (*b.noise(caller.agent), Call(hung))
    caller.watchdog = round(b.rng.uniform(1, 4), 1)
    return Scene((b.above(caller, b.depth(0, 3)),), "A hop never answers; a watchdog ends its caller.")


def slow_child(b: Builder) -> Scene:
    """A child is too slow: its caller gives up, and the child succeeds afterwards."""
    slow = b.part(b.agent())
    wait = round(b.rng.uniform(0.5, 3), 1)
    slow.body = (*b.noise(slow.agent, 0.5), Work(wait + b.rng.uniform(0.3, 4)))
    caller = b.part(b.agent())
    caller.body = (*b.noise(caller.agent), Call(slow, wait=wait))
    return Scene(
        (b.above(caller, b.depth(0, 3)),), "A child is too slow; it succeeds after its caller gave up.", linger=9
    )


def unreachable(b: Builder) -> Scene:
    """The control plane cannot reach an agent."""
    part = b.part(b.agent())
    host, port = f"{part.agent}", b.rng.randint(7000, 9000)
    address = ".".join(str(b.rng.randint(1, 250)) for _ in range(4))
    why = b.rng.choice(
        [
            f"dial tcp {address}:{port}: connect: connection refused",
            f"dial tcp: lookup {host} on {address}:53: no such host",
            f"dial tcp {address}:{port}: i/o timeout",
            f"dial tcp {address}:{port}: connect: no route to host",
        ]
    )
    error = f'agent call failed: Post "http://{host}:{port}/reasoners/{part.reasoner}": {why}'
    part.refusal = Refusal("agent_unreachable", error, "unreachable", "unavailable", b.rng.choice([1, 1, 2, 3]))
    return Scene((b.above(part, b.depth(1, 4)),), "The control plane cannot reach an agent.")


def capacity(b: Builder) -> Scene:
    """The control plane refuses a call for load; one call leaves several rows."""
    part = b.part(b.agent())
    full = b.chance(0.6)
    code, reason, cause = (
        (429, "concurrency_limit", "rate_limit") if full else (503, "llm_unavailable", "provider_error")
    )
    error = (
        f"agent {part.agent} has reached max concurrent executions ({b.rng.randint(2, 12)})"
        if full
        else 'LLM backend "local" unavailable: Get "http://vllm.svc:8000/health": context deadline exceeded'
    )
    inner = f"{code}, {error}"
    outer = f"{code}: {{'error': {inner!r}, 'error_details': {{'error': {error!r}, 'error_category': {reason!r}}}}}"
    part.refusal = Refusal(reason, error, "capacity", cause, b.rng.choice([1, 3, 3]), inner, outer)
    return Scene((b.above(part, b.depth(1, 4)),), "The control plane refuses a call for load.")


def bad_response(b: Builder) -> Scene:
    """An agent answers the control plane with something useless."""
    part = b.part(b.agent())
    code, body, cause = b.rng.choice(
        [
            (500, "Internal Server Error", "unknown"),
            (502, "<html><head><title>502 Bad Gateway</title></head></html>", "unavailable"),
            (503, "no healthy upstream", "unavailable"),
            (422, '{"detail":"Missing required field: ' + b.rng.choice(b.names.things) + '"}', "schema_mismatch"),
        ]
    )
    part.refusal = Refusal("agent_error", f"agent error ({code}): {body}", "error", cause)
    return Scene((b.above(part, b.depth(1, 4)),), "An agent answers the control plane with something useless.")


def missing_target(b: Builder) -> Scene:
    """A hop calls a reasoner that its agent does not have: no row is made for the call."""
    part = b.under(b.agent())
    agent, absent = b.agent(), f"{b.rng.choice(b.names.reasoners)}_all"
    logged = (
        f"Failed to submit execution for target {agent}.{absent}: 400, target '{absent}' not found on agent '{agent}'"
    )
    text = f"Async execution failed for target {agent}.{absent}"
    part.body = (*b.noise(part.agent), Raise(text, "config", detectable=True, logged=logged))
    return Scene((b.above(part, b.depth(1, 3)),), "A hop calls a reasoner that does not exist.")


def orphan_restart(b: Builder) -> Scene:
    """An agent restarts under its work: all its open rows are orphaned in one moment."""
    agent = b.agent()
    caller = b.part(b.agent(other_than=agent))
    busy: list[Part] = []
    for _ in range(b.rng.randint(1, 4)):
        part = b.part(agent, b.work(), Work(60))
        if b.chance(0.4):
            part.body = (b.work(), Call(b.part(agent, Work(60), step=True)))
        if b.chance(0.25):
            other = b.part(b.agent(other_than=agent))
            other.body = (b.work(), Call(part))
            part = other
        busy.append(part)
    caller.body = (Restart(agent, b.rng.uniform(0.3, 3)), b.work(), Fan(tuple(busy)))
    return Scene((b.above(caller, b.depth(0, 2), avoid=agent),), f"Agent {agent} restarts while it works.")


def root_orphaned(b: Builder) -> Scene:
    """The root's own agent restarts; a child elsewhere still succeeds."""
    agent = b.agent()
    child = b.part(b.agent(other_than=agent), Work(4))
    root = b.part(agent, Restart(agent, 1.0), b.work(), *b.noise(agent, 0.4), Call(child))
    return Scene((root,), "The root's own agent restarts; its child still succeeds.")


def cancelled_hop(b: Builder) -> Scene:
    """A person cancels one hop; its callers fail because of it."""
    part = b.part(b.agent())
    part.body = (
        *b.noise(part.agent, 0.3),
        Meddle(b.rng.uniform(0.1, 2), b.words.person(), acks=b.chance(0.7)),
        Work(30),
    )
    return Scene((b.above(part, b.depth(1, 4)),), "A person cancels one hop; its callers fail because of it.")


def cancelled_called_again(b: Builder) -> Scene:
    """A person cancels a hop; the SDK submits it again, and that works."""
    part = b.part(b.agent())
    part.body = (Meddle(b.rng.uniform(0.1, 1), b.words.person(), times=1), Work(b.rng.uniform(1.1, 3)))
    part.resubmits = 1
    return Scene((b.above(part, b.depth(1, 3)),), "A person cancels a hop; its caller's SDK calls it again.")


def false_success(b: Builder) -> Scene:
    """A person cancels the same hop twice; its caller takes the second cancellation for a result."""
    part = b.part(b.agent())
    part.body = (Meddle(b.rng.uniform(0.1, 1), b.words.person()), Work(30))
    part.resubmits = 1
    caller = b.part(b.agent())
    caller.body = (*b.noise(caller.agent), Call(part, returned=True))
    return Scene((caller,), "A hop is cancelled twice; its caller takes the cancellation for a result.")


def cancelled_midway(b: Builder) -> Scene:
    """A person cancels the root, or the whole tree, while it runs."""
    tree = b.chance(0.6)
    root = b.part(b.agent())
    child = b.part(b.agent())
    child.body = (*b.noise(child.agent), Work(b.rng.uniform(2, 4)))
    meddle = Meddle(b.rng.uniform(0.8, 1.6), b.words.person(), tree, acks=b.chance(0.6))
    root.body = (meddle, *b.noise(root.agent), Call(child), Work(8))
    return Scene((root,), f"A person cancels the {'tree' if tree else 'root'} while it runs.", linger=12)


def gather_cancel(b: Builder) -> Scene:
    """The first failure of a fan makes the caller cancel the other calls."""
    caller = b.part(b.agent())
    bad = b.failing(caller.agent)
    slow = [b.under(caller.agent, b.work(), Work(b.rng.uniform(3, 9))) for _ in range(b.rng.randint(2, 10))]
    slow.insert(b.rng.randrange(len(slow)), bad)
    caller.body = (*b.noise(caller.agent, 0.3), Fan(tuple(slow), "cancel_rest"))
    return Scene((b.above(caller, b.depth(0, 3)),), "The first failure of a fan cancels the other calls.", linger=12)


def approval(b: Builder) -> Scene:
    """A person's answer, or none in time, ends the run."""
    gate = b.part(b.agent())
    answer = Ask("expired" if b.chance(0.3) else "rejected", b.rng.uniform(0.3, 5), b.words.person())
    way = b.rng.choice(["plain", "own words", "soft"])
    if way == "own words":
        answer = Ask(answer.answer, answer.after, answer.words, own_words=b.words.refusal())
    after: tuple[Act, ...] = ()
    if way == "soft":
        answer, after = Ask(answer.answer, answer.after, answer.words, soft=True), (Work(b.rng.uniform(1, 3)),)
    gate.body = (*b.noise(gate.agent, 0.4), answer, *after)
    return Scene((b.above(gate, b.depth(1, 3)),), f"A person's answer ends the run ({answer.answer}, {way}).")


def unfinished(b: Builder) -> Scene:
    """The root still works when we look."""
    how = b.rng.choice(["clean", "person", "caught", "retrying"])
    caller = b.part(b.agent())
    acts: dict[str, tuple[Act, ...]] = {
        "clean": (Call(b.part(b.agent(), Work(900))),),
        "person": (Call(b.part(b.agent(), b.work(), Ask("never", 0))),),
        "caught": (Call(b.failing(caller.agent), b.catch()), Work(900)),
        "retrying": (Call(b.failing(caller.agent), attempts=3, backoff=600),),
    }
    caller.body = (*b.noise(caller.agent), *acts[how])
    return Scene((b.above(caller, b.depth(0, 2)),), f"The root still works when we look ({how}).", horizon=20)


FAMILIES: dict[str, Family] = {
    "hang-wait": hang_wait,
    "hang-watchdog": hang_watchdog,
    "reaped-child": reaped_child,
    "reaped-root": reaped_root,
    "slow-child": slow_child,
    "unreachable": unreachable,
    "capacity": capacity,
    "bad-response": bad_response,
    "missing-target": missing_target,
    "orphan-restart": orphan_restart,
    "root-orphaned": root_orphaned,
    "cancelled-hop": cancelled_hop,
    "cancelled-called-again": cancelled_called_again,
    "false-success": false_success,
    "cancelled-midway": cancelled_midway,
    "gather-cancel": gather_cancel,
    "approval": approval,
    "unfinished": unfinished,
}
