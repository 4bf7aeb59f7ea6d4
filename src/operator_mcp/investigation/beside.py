"""The failures beside the path to the origin: handled, recovered, collateral, concurrent."""

from typing import TypedDict

from operator_mcp.investigation.facts import Facts
from operator_mcp.models import HopWhy


class Lists(TypedDict):
    """The four lists of a finding."""

    handled: tuple[HopWhy, ...]
    recovered: tuple[HopWhy, ...]
    collateral: tuple[HopWhy, ...]
    concurrent: tuple[HopWhy, ...]


def lists(facts: Facts, origin: int | None) -> Lists:
    """Sort every failure-like hop that is not on the path into the list it belongs to."""
    return Lists(handled=(), recovered=(), collateral=(), concurrent=())
