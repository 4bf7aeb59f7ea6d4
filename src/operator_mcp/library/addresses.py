"""The addresses of memory and backlog: what is listed, read and subscribed to."""

from collections.abc import Iterable
from urllib.parse import quote, unquote

MEMORY = "operator://memory"
BACKLOG = "operator://backlog"


def memory_uri(fingerprint: str) -> str:
    """Give the address of one memory."""
    return f"{MEMORY}/{fingerprint}"


def backlog_uri(reasoner: str) -> str:
    """Give the address of one reasoner's backlog."""
    return f"{BACKLOG}/{reasoner}"


def page_uri(cursor: str) -> str:
    """Give the address of the page of memory that begins at a cursor."""
    return f"{MEMORY}?cursor={quote(cursor, safe='')}"


def canonical(uri: str) -> str:
    """Give one spelling for all spellings of an address: clients write `:` as it is or as `%3A`."""
    return unquote(uri)


def spellings(uri: str) -> tuple[str, ...]:
    """Give the spellings of an address that clients subscribe with."""
    head, _, name = uri.rpartition("/")
    return tuple(dict.fromkeys((uri, f"{head}/{quote(name, safe='')}")))


def touched(fingerprints: Iterable[str]) -> list[str]:
    """Give the addresses whose content is another one when these memories have changed."""
    uris: dict[str, None] = {}
    for fingerprint in fingerprints:
        reasoner = fingerprint.rpartition(":")[0]
        for uri in (MEMORY, memory_uri(fingerprint), BACKLOG, backlog_uri(reasoner)):
            uris[uri] = None
    return list(uris)
