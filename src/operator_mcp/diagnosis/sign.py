"""Signs: what in a text points to a cause class, and how strongly."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

DECISIVE = 0.85
"""From this weight on a sign decides by itself: machine-written, and of one meaning."""


@dataclass(frozen=True)
class Sign:
    """A way in which a class shows in texts. Named groups of the pattern are details (`setting`, `file`, `limit`)."""

    cause: str
    weight: float
    source: str
    ignore_case: bool = True

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled pattern; compiled at its first use, since most commands read no trace."""
        return re.compile(self.source, re.IGNORECASE if self.ignore_case else 0)


@dataclass(frozen=True)
class Seen:
    """A sign met in a text: what it points to, and the words it was seen in."""

    cause: str
    weight: float
    quote: str
    start: int = 0
    end: int = 0
    details: dict[str, str] = field(default_factory=dict, hash=False)


def scan(signs: Iterable[Sign], text: str) -> Iterator[Seen]:
    """Yield the first place where each sign is met in the text."""
    for sign in signs:
        if met := sign.pattern.search(text):
            details = {name: value for name, value in met.groupdict().items() if value}
            yield Seen(sign.cause, sign.weight, met[0].strip(), met.start(), met.end(), details)
