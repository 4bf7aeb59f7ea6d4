"""What machines write when something fails: one module an idea, each a table of signs with its sources."""

from collections.abc import Iterator

from operator_mcp.diagnosis.sign import Seen, scan
from operator_mcp.diagnosis.signs import (
    completions,
    concepts,
    deployment,
    exceptions,
    http,
    interpreters,
    models,
    parsing,
    people,
    refusals,
    resources,
    services,
    waiting,
)

TABLES = (
    models.SIGNS,
    completions.SIGNS,
    services.SIGNS,
    waiting.SIGNS,
    resources.SIGNS,
    deployment.SIGNS,
    parsing.SIGNS,
    interpreters.SIGNS,
    people.SIGNS,
    refusals.SIGNS,
    concepts.SIGNS,
)


def signs_in(text: str) -> Iterator[Seen]:
    """Yield every sign of every kind in a text, in no particular order."""
    for table in TABLES:
        yield from scan(table, text)
    yield from http.statuses(text)
    yield from exceptions.types(text)
