"""A reading: one class as the texts of a failure tell it, and what stands behind it."""

from dataclasses import dataclass

from operator_mcp.diagnosis.passages import SHARED, Passage
from operator_mcp.diagnosis.sign import DECISIVE, Seen


@dataclass(frozen=True)
class Reading:
    """One class as the texts tell it. `others`: classes that weaker or contesting signs point to.

    `share`: what likeness gives the class, where only likeness names it; else 0.
    """

    cause: str
    confidence: float
    seen: tuple[Seen, ...] = ()
    passage: Passage | None = None
    others: tuple[str, ...] = ()
    share: float = 0.0
    contested: bool = False

    @property
    def spoken_by_a_machine(self) -> bool:
        """True where a machine-written sign names the class, in a passage that is about this failure."""
        return self.passage is not None and self.passage.trust >= SHARED and self.seen[0].weight >= DECISIVE

    @property
    def decisive(self) -> bool:
        """True where a machine-written sign of one meaning stands behind the class."""
        trust = self.passage.trust if self.passage else 1
        return bool(self.seen) and self.seen[0].weight * trust >= DECISIVE and not self.contested
