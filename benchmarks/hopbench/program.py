"""What a simulated reasoner does, written down: a part is one call of a reasoner, its body a list of acts."""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

Mode = Literal["gather", "collect", "quorum", "summary", "first", "task_group", "cancel_rest"]
Reword = Literal["contained", "replaced", "empty"]
Answer = Literal["rejected", "expired", "approved", "never"]


@dataclass(frozen=True)
class Guard:
    """What a caller does with a failure of a call: let it pass, catch it (and perhaps fall back), or re-word it."""

    how: Literal["pass", "catch", "reword"] = "pass"
    logged: bool = True
    fallback: "Part | None" = None
    words: Reword = "replaced"


PASS = Guard()
CATCH = Guard("catch")


@dataclass(frozen=True)
class Work:
    """Busy for `seconds`."""

    seconds: float


@dataclass(frozen=True)
class Say:
    """Leave a log line of the reasoner's own."""

    level: str
    text: str


@dataclass(frozen=True)
class Call:
    """Call one part and wait for it: up to `attempts` times with equal input, for `wait` seconds at most.

    `returned`: the caller hands the result on as its own.
    """

    part: "Part"
    guard: Guard = PASS
    attempts: int = 1
    backoff: float = 0.1
    wait: float | None = None
    silent_wait: bool = False
    returned: bool = False


@dataclass(frozen=True)
class Fan:
    """Call many parts at once.

    gather: the first failure is raised at once, the others run on. first: all are awaited, then the first is raised.
    collect: failures are caught, the rest is used. quorum: as collect, but more than `spare` failures raise a count.
    summary: all are awaited, then one text quotes every failure. safe: the branches whose own failure each branch
    catches for itself, while the others run on. task_group: the first failure stops the waiting for
    the others. cancel_rest: the first failure has the others cancelled through the control plane.
    """

    parts: tuple["Part", ...]
    mode: Mode = "gather"
    guard: Guard = PASS
    spare: int = 0
    safe: frozenset[int] = frozenset()
    stagger: float = 0.0


@dataclass(frozen=True)
class Raise:
    """Fail with `text`; with `times`, only in the first so many runs of the part."""

    text: str
    cause: str = "unknown"
    detectable: bool = False
    times: int | None = None
    logged: str = ""


@dataclass(frozen=True)
class Hang:
    """Never end."""


@dataclass(frozen=True)
class Ask:
    """Wait for a person's answer; `soft` gates take a no well, others report it in their own words or not at all."""

    answer: Answer
    after: float
    words: str = ""
    soft: bool = False
    own_words: str = ""


@dataclass(frozen=True)
class Meddle:
    """A person cancels this very hop (or the whole tree) `after` seconds from here; `acks`: the agent obeys.

    With `times`, only in the first so many runs of the part.
    """

    after: float
    words: str
    tree: bool = False
    acks: bool = True
    times: int | None = None


@dataclass(frozen=True)
class Restart:
    """The process of agent `agent` dies `after` seconds from here and comes back as another instance."""

    agent: str
    after: float


Act = Work | Say | Call | Fan | Raise | Hang | Ask | Meddle | Restart


@dataclass(frozen=True)
class Refusal:
    """The control plane itself ends the call: `rows` rows with `reason`; `outer` is a dispatched caller's text."""

    reason: str
    error: str
    kind: str
    cause: str
    rows: int = 1
    inner: str | None = None
    outer: str | None = None


@dataclass(eq=False)
class Part:
    """One call of one reasoner. `step`: in the caller's own process. `runs` counts its executions so far.

    `resubmits`: how often the SDK submits the call again by itself after a person cancelled it.
    """

    agent: str
    reasoner: str
    given: JsonValue
    body: tuple[Act, ...] = ()
    step: bool = False
    result: JsonValue = None
    reword: Guard = PASS
    watchdog: float | None = None
    refusal: Refusal | None = None
    resubmits: int = 0
    runs: int = field(default=0)
