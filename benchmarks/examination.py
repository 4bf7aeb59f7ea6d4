"""Examinations of the readers: failures that were really provoked, in fleets invented by people who knew no rule.

Each file of `examinations/` is one fleet of about 90 reasoners that failed when they were run: real client libraries
against a loopback server that answers as providers do, real databases, interpreters and disks, and refusals in words
of the fleet's own. A line holds what such a hop leaves behind (`str(exception)`, log entries), and the cause that was
made to happen, stated by its author. `examinations/README.md` tells how they were made and first read.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from pydantic import BaseModel, ConfigDict, JsonValue

from benchmarks.hopbench import names, stage
from benchmarks.hopbench.builder import Builder, Scene
from benchmarks.hopbench.model import Generated
from benchmarks.hopbench.program import Call, Part, Raise, Say, Work
from benchmarks.hopbench.wordings import Wordings

FOLDER = Path(__file__).parent / "examinations"

HELD_OUT = frozenset({"institute", "shop"})
"""Fleets that nobody looks at: neither signs nor likeness were ever bettered by them. Only their score is taken."""


class Line(BaseModel):
    """One log entry of the reasoner's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: str
    message: str
    attributes: dict[str, JsonValue] | None = None


class Question(BaseModel):
    """One provoked failure. `callers`: `agent.reasoner` from the root down; the other fields as in a `truth.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    agent: str
    reasoner: str
    callers: tuple[str, ...]
    input: JsonValue
    error: str
    logs: tuple[Line, ...]
    cause: str
    acceptable_causes: tuple[str, ...]
    detectable: bool
    code_level: bool
    story: str


def fleets() -> list[str]:
    """Give the names of the examined fleets."""
    return sorted(path.stem for path in FOLDER.glob("*.jsonl"))


def questions(fleet: str) -> Iterator[Question]:
    """Yield the questions of one examination."""
    with (FOLDER / f"{fleet}.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield Question.model_validate_json(line)


def played(fleet: str) -> Iterator[Generated]:
    """Yield a run for each question: the failing hop under its callers, as a control plane would hold it."""
    for seed, question in enumerate(questions(fleet)):
        yield _play(fleet, seed, question)


def _play(fleet: str, seed: int, question: Question) -> Generated:
    said = [Say(line.level, line.message) for line in question.logs]
    fault = Raise(question.error, question.cause, question.detectable)
    part = Part(question.agent, question.reasoner, question.input, (*said, Work(0.02), fault))
    for caller in reversed(question.callers):
        agent, reasoner = caller.split(".", 1)
        part = Part(agent, reasoner, {"request": question.name}, (Work(0.01), Call(part)))
    rng = Random(f"{fleet}/{question.name}")
    drawn = names.draw(rng)
    builder = Builder(rng, drawn, Wordings(rng, "library", drawn.things))
    run = stage.play(fleet, seed, "library", Scene((part,), question.story), builder)
    truth = {
        "scenario": f"{fleet}/{question.name}",
        "acceptable_causes": question.acceptable_causes,
        "code_level": question.code_level,
    }
    return Generated(run.family, run.seed, run.wordings, run.run, run.logs, run.truth.model_copy(update=truth))
