"""In which words a fleet fails, re-words, warns and chats. One `Wordings` per run; texts stand in `vocabulary.py`."""

import re
from dataclasses import dataclass
from random import Random

from pydantic import JsonValue

from benchmarks.hopbench.vocabulary import CHATTER, FAULTS, SPEECH, Speech

STYLES: tuple[str, ...] = tuple(FAULTS)
SPEAKERS = {"library": "english", "provider": "english", "prose": "english"}


@dataclass(frozen=True)
class Fault:
    """One error text, its cause class, and whether the text tells the cause."""

    text: str
    cause: str
    detectable: bool


class Wordings:
    """The words of one run: where its errors come from (`faults`) and in which language its people write (`speech`)."""

    def __init__(self, rng: Random, wordings: str, things: tuple[str, ...]) -> None:
        if wordings != "mixed" and wordings not in FAULTS:
            raise ValueError(f"wordings={wordings!r} is not one of mixed, {', '.join(FAULTS)}")
        self._rng = rng
        self._things = things
        self._styles = STYLES if wordings == "mixed" else (wordings,)
        voice = rng.choice(STYLES) if wordings == "mixed" else wordings
        self._speech: Speech = SPEECH[SPEAKERS.get(voice, voice)]

    def fault(self, *, empty: bool = False) -> Fault:
        """Draw an error text; with `empty`, an exception without words."""
        if empty:
            return Fault("", "unknown", False)
        text, cause, detectable = self._rng.choice(FAULTS[self._rng.choice(self._styles)])
        return Fault(self._fill(text), cause, detectable)

    def reworded(self, how: str, child: str, text: str, given: JsonValue) -> str:
        """Say a failure again: `contained` keeps its words, `replaced` has none of them, `empty` has none at all."""
        if how == "empty":
            return ""
        template = self._rng.choice(self._speech.contained if how == "contained" else self._speech.replaced)
        identifier = (
            next((str(v) for k, v in given.items() if k.endswith("_id")), "") if isinstance(given, dict) else ""
        )
        filled = self._fill(template, child=child, identifier=identifier)
        return filled.replace("{repr}", repr(text)).replace("{text}", text)

    def caught(self, child: str, text: str) -> str:
        """Draw the warning of a caller that goes on without."""
        return self._fill(self._rng.choice(self._speech.caught), child=child).replace("{text}", text)

    def missing(self, failed: int, total: int) -> str:
        """Draw the warning of a caller that goes on with what it has."""
        return self._fill(self._rng.choice(self._speech.missing), failed=failed, total=total, ok=total - failed)

    def retrying(self, child: str, attempt: int, attempts: int) -> str:
        """Draw the warning between two attempts."""
        return self._fill(self._rng.choice(self._speech.retrying), child=child, failed=attempt, total=attempts)

    def quorum(self, failed: int, total: int, texts: list[str]) -> str:
        """Draw the error of a caller that has too few answers; it counts and does not quote."""
        return self._fill(self._rng.choice(self._speech.quorum), failed=failed, total=total, ok=total - failed)

    def summary(self, failed: int, total: int, texts: list[str]) -> str:
        """Draw the error of a caller that quotes every failure."""
        template = self._rng.choice(self._speech.summary)
        return self._fill(template, failed=failed, total=total).replace("{texts}", "; ".join(texts))

    def sibling(self) -> str:
        """Draw the reason given when calls are cancelled because another one failed."""
        return self._rng.choice(self._speech.sibling)

    def person(self) -> str:
        """Draw what a person writes when they cancel or reject."""
        return self._fill(self._rng.choice(self._speech.person))

    def refusal(self) -> str:
        """Draw what a gate says after a no."""
        return self._fill(self._rng.choice(self._speech.refused))

    def overdue(self, seconds: float) -> str:
        """Draw a caller's own words after it stopped waiting."""
        return self._fill(self._rng.choice(self._speech.overdue), failed=round(seconds, 1))

    def chatter(self) -> tuple[str, str]:
        """Draw a log line that means nothing for the failure: level and text."""
        level, text = self._rng.choice(CHATTER)
        return level, self._fill(text)

    def waited(self, seconds: float) -> str:
        """Give what the SDK says when a wait expires."""
        return self._rng.choice(
            [f"Wait timeout reached after {seconds:.1f} seconds", f"Execution timed out after {seconds:.1f} seconds"]
        )

    def watchdog(self, reasoner: str, seconds: float) -> str:
        """Give what the agent's watchdog says."""
        return f"Reasoner '{reasoner}' timed out after {seconds:g}s of active time"

    def _fill(self, template: str, **known: object) -> str:
        return re.sub(r"\{(\w+)\}", lambda m: self._value(m[1], known), template)

    def _value(self, name: str, known: dict[str, object]) -> str:
        if name in ("text", "repr", "texts"):
            return "{" + name + "}"
        if name in known and known[name] != "":
            return str(known[name])
        thing = self._rng.choice(self._things)
        match name:
            case "thing":
                return thing
            case "Thing":
                return "".join(part.title() for part in thing.split("_"))
            case "THING":
                return thing.upper()
            case "identifier":
                return f"{thing[:2].upper()}-{self._rng.randint(1000, 9999)}"
            case "n":
                return str(self._rng.randint(2, 40))
            case "big":
                return str(self._rng.randint(1_000, 999_999))
            case "hex":
                return f"{self._rng.getrandbits(16):04X}"
        return name
