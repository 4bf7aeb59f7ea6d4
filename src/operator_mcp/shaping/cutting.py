"""Cutting fields to a budget: never silently, each cut says how much is left and where."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import JsonValue

from operator_mcp.answers import Answer

CHARS_PER_TOKEN = 4

T = TypeVar("T")
A = TypeVar("A", bound=Answer)


@dataclass(frozen=True)
class Limits:
    """How much of each field an answer shows: characters of a text, items of a list, log lines."""

    text: int
    items: int
    logs: int

    def halved(self) -> "Limits":
        """Give about half of everything."""
        return Limits(text=max(60, self.text // 2), items=max(1, self.items * 2 // 3), logs=self.logs // 2)


class Cutter:
    """Cuts fields to the limits and keeps the account of what was left out."""

    def __init__(self, run_id: str, limits: Limits) -> None:
        self.limits = limits
        self.where = f"operator://cases/{run_id}/trace"
        self.cuts: list[str] = []

    def text(self, name: str, text: str) -> str:
        """Give the head of a text."""
        left = len(text) - self.limits.text
        if left <= 0:
            return text
        self.cuts.append(f"{name}: {left} of {len(text)} characters more at {self.where}")
        return text[: self.limits.text] + "…"

    def json(self, name: str, value: JsonValue) -> JsonValue:
        """Give the value whole, or the head of its JSON text."""
        text = json.dumps(value, ensure_ascii=False)
        return value if len(text) <= self.limits.text else self.text(name, text)

    def items(self, name: str, items: Sequence[T], most: int | None = None) -> tuple[T, ...]:
        """Give the first items of a list."""
        most = self.limits.items if most is None else most
        if len(items) > most:
            self.cuts.append(f"{name}: {len(items) - most} of {len(items)} more at {self.where}")
        return tuple(items[:most])


def fitted(shape: Callable[[Limits], A], limits: Limits, *, tokens: int) -> A:
    """Give the answer with the most generous limits with which it takes at most `tokens` (at 4 characters each)."""
    while True:
        answer = shape(limits)
        size = len(json.dumps(answer.wire(), ensure_ascii=False))
        if size <= tokens * CHARS_PER_TOKEN or limits == limits.halved():
            return answer
        limits = limits.halved()
