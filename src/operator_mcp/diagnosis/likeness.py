"""What a text reads like, where no sign names a class: the last reader, and never a decisive one.

People word failures in ways that no list of signs foresees ("we don't insure boats longer than 18 m"). The table beside
this module says with which classes the letters and words of a text go: multinomial logistic regression over groups of
letters within words and of up to three words, fitted by `python -m benchmarks.likeness` on texts written for it.
Nothing is fitted at run time.
"""

import math
import re
from functools import cache
from importlib.resources import files

from operator_mcp.diagnosis.taxonomy import UNKNOWN

CHARS = 800
"""Characters of a text that are read; people's own words are short, and come first."""

LETTERS = (3, 4, 5)
"""Lengths of the groups of letters, within one word and the blanks around it."""

WORDS = 3
"""The most words, or marks, in a row that count together."""

SUREST = 0.74
"""The most confidence that likeness gives: below what a fix needs, whatever the words."""

_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(r"\w+|[^\w\s]")


def grams(text: str) -> set[str]:
    """Give the groups of letters and words of a text: ` cap`, `_per letter`. Digits count as zeros, case does not."""
    tokens = _TOKEN.findall(_DIGIT.sub("0", text[:CHARS].lower()))
    found: set[str] = set()
    for token in {t for t in tokens if t.isalnum()}:
        padded = f" {token} "
        found.update(padded[i : i + n] for n in LETTERS for i in range(len(padded) - n + 1))
    for n in range(1, WORDS + 1):
        found.update("_" + " ".join(tokens[i : i + n]) for i in range(len(tokens) - n + 1))
    return found


def likeness(text: str) -> tuple[str, float]:
    """Give the class that a text reads most like, and its share (0-1) among all; `unknown` where nothing is known."""
    table = _table()
    rows = [row for gram in grams(text) if (row := table.rows(gram))]
    if not rows:
        return UNKNOWN, 1.0
    scale = 1 / math.sqrt(len(rows))
    sums = [bias + scale * sum(row[k] for row in rows) for k, bias in enumerate(table.bias)]
    top = max(sums)
    shares = [math.exp(s - top) for s in sums]
    best = max(range(len(shares)), key=shares.__getitem__)
    return table.classes[best], shares[best] / sum(shares)


class _Table:
    """The fitted table: a line for each group, with a weight for each class in tenths of a nat."""

    def __init__(self, text: str) -> None:
        head, bias, *lines = text.splitlines()
        self.classes = head.split("\t")[1:]
        self.bias = _weights(bias.partition("\t")[2])
        self._lines = dict(line.split("\t", 1) for line in lines)

    def rows(self, gram: str) -> tuple[float, ...]:
        """Give the weights of a group; nothing for one that the table does not have."""
        line = self._lines.get(gram)
        return _weights(line) if line else ()


@cache
def _table() -> _Table:
    return _Table(files("operator_mcp.diagnosis").joinpath("likeness.tsv").read_text(encoding="utf-8"))


def _weights(line: str) -> tuple[float, ...]:
    return tuple(int(weight) / 10 for weight in line.split())
