"""How fast a fleet and its control plane are: seconds for submitting, travelling, polling and writing a row."""

from dataclasses import dataclass, replace
from random import Random

Span = tuple[float, float]


@dataclass(frozen=True)
class Profile:
    """Spans in seconds, from which each delay is drawn. `lag` is the writing of one report at the control plane.

    `murmurs`: the agents log their SDK's debug lines.
    """

    submit: Span
    net: Span
    poll: Span
    lag: Span
    murmurs: bool = False


PROFILES = {
    "prompt": Profile((0.001, 0.006), (0.002, 0.012), (0.002, 0.015), (0.0005, 0.003)),
    "busy": Profile((0.002, 0.012), (0.002, 0.02), (0.002, 0.02), (0.004, 0.016)),
    "polling": Profile((0.002, 0.012), (0.003, 0.02), (0.03, 0.4), (0.001, 0.004)),
}


def draw(rng: Random) -> Profile:
    """Draw how this fleet runs: mostly a busy server, sometimes a prompt one or callers that poll slowly."""
    chosen = PROFILES[rng.choices(["busy", "prompt", "polling"], [6, 3, 2])[0]]
    return replace(chosen, murmurs=rng.random() < 0.3)
