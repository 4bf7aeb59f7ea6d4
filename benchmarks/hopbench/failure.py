"""The exception that travels, and what its beginning is where several failures or a wait come together."""

from benchmarks.hopbench.plane import Birth, Row


class Failure(Exception):
    """A failure on its way up: its words, where it began, and the rows it left last.

    `outer` is the text in which a dispatched hop reports it, where that differs from what a step reports.
    """

    def __init__(self, text: str, birth: Birth, via: tuple[Row, ...] = (), outer: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.birth = birth
        self.via = via
        self.outer = outer


def exhausted(failed: list[Failure]) -> Failure:
    """Give the failure of a call whose every attempt failed: the last words, and all as its beginning."""
    last = failed[-1]
    via = tuple(row for failure in failed for row in failure.via)
    return Failure(last.text, summed([f.birth for f in failed[::-1]]), via, last.outer)


def summed(births: list[Birth]) -> Birth:
    """Give one beginning for several, the first of them being the one to name."""
    if len(births) == 1:
        return births[0]
    first = births[0]
    return Birth([r for b in births for r in b.origins], first.kind, first.cause, first.detectable, tuple(births))


def overdue(row: Row, waiter: Row | None = None) -> Birth:
    """Say what a wait for `row` waited for: the hop below that hangs, else the slowest branch (all of it as good)."""
    way = [row]
    while late := [child for child in way[-1].awaiting if child.open]:
        way.append(next((child for child in late if _hangs(child)), late[-1]))
    if way[-1].hanging:
        return Birth([way[-1]], "hang", "timeout", detectable=True)
    return Birth([*way[::-1], *([waiter] if waiter else [])], "hang", "timeout", detectable=True)


def _hangs(row: Row) -> bool:
    return row.hanging or any(_hangs(child) for child in row.awaiting if child.open)
