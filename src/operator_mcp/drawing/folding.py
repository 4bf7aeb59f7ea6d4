"""Which hops of a run a drawing shows. What matters stays; healthy fan-out is folded into one line."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from operator_mcp.investigation.tree import Tree
from operator_mcp.models import Finding, Hop, Run, Status

Mark = Literal["origin", "path", "handled", "recovered", "collateral", "concurrent", "alternative", ""]
HEALTHY_SHOWN = 2
TROUBLED_SHOWN = 8
DEEPEST = 40
LINES = 60
"""About how many lines a drawing may take; the path to the origin is drawn whatever it takes."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a drawing: a hop, or (`hop` None) a fold. `folded` hops are not drawn; `text` says so."""

    depth: int
    hop: Hop | None
    mark: Mark
    folded: int
    text: str
    guides: tuple[bool, ...] = ()


def fold(run: Run, finding: Finding) -> tuple[Line, ...]:
    """Give the lines of the drawing, parents before children, as few as tell the story."""
    tree = Tree(run.hops)
    marks = _marks(finding)
    troubled = _troubled(tree, marks)
    path = [tree.position[ref.execution_id] for ref in finding.path if ref.execution_id in tree.position]
    lines = list(_walk(tree, marks, troubled, _opened(tree, path, troubled), _jump(path)))
    return tuple(_with_guides(lines))


def _marks(finding: Finding) -> dict[str, Mark]:
    marks: dict[str, Mark] = {}
    lists: tuple[tuple[Mark, Sequence[str]], ...] = (
        ("alternative", [h.execution_id for h in finding.alternatives]),
        ("handled", [h.execution_id for h in finding.handled]),
        ("recovered", [h.execution_id for h in finding.recovered]),
        ("collateral", [h.execution_id for h in finding.collateral]),
        ("concurrent", [h.execution_id for h in finding.concurrent]),
        ("path", [h.execution_id for h in finding.path]),
        ("origin", [finding.origin.execution_id] if finding.origin else []),
    )
    for mark, ids in lists:
        marks.update(dict.fromkeys(ids, mark))
    return marks


def _troubled(tree: Tree, marks: dict[str, Mark]) -> set[int]:
    """Give the hops that matter and all hops above them."""
    troubled: set[int] = set()
    for i, hop in enumerate(tree.hops):
        if hop.status is Status.SUCCEEDED and hop.execution_id not in marks:
            continue
        at: int | None = i
        while at is not None and at not in troubled:
            troubled.add(at)
            at = tree.parent[at]
    return troubled


def _jump(path: list[int]) -> tuple[int, int] | None:
    """Give the two hops of a very long path between which nothing is drawn, or None."""
    return (path[DEEPEST // 2], path[-DEEPEST // 2]) if len(path) > DEEPEST else None


def _opened(tree: Tree, path: list[int], troubled: set[int]) -> set[int]:
    """Give the hops whose children are drawn: the path, then others that matter, widest first, while there is room."""
    opened = set(path)
    room = LINES - sum(min(len(tree.children[i]), TROUBLED_SHOWN) for i in opened)
    queue = deque((*tree.roots, *(child for i in path for child in tree.children[i])))
    looked = set(opened)
    while queue and room > 0:
        i = queue.popleft()
        if i in looked or i not in troubled or tree.depth[i] >= DEEPEST:
            continue
        looked.add(i)
        opened.add(i)
        room -= min(len(tree.children[i]), TROUBLED_SHOWN)
        queue.extend(tree.children[i])
    return opened


def _walk(
    tree: Tree, marks: dict[str, Mark], troubled: set[int], opened: set[int], jump: tuple[int, int] | None
) -> Iterator[Line]:
    stack: list[Line | tuple[int, int]] = [(0, root) for root in reversed(tree.roots)]
    while stack:
        item = stack.pop()
        if isinstance(item, Line):
            yield item
            continue
        depth, i = item
        hop = tree.hops[i]
        below = 0 if i in opened else sum(1 for _ in tree.below(i)) - 1
        text = f"(+ {below} below)" if below else ""
        yield Line(depth=depth, hop=hop, mark=marks.get(hop.execution_id, ""), folded=below, text=text)
        if jump and i == jump[0]:
            hidden = sum(1 for _ in tree.below(i)) - 1 - sum(1 for _ in tree.below(jump[1]))
            yield Line(depth=depth + 1, hop=None, mark="", folded=hidden, text=f"... {hidden} more on the way down")
            stack.append((depth + 2, jump[1]))
        elif i in opened:
            stack.extend(reversed(_children(tree, i, depth + 1, marks, troubled)))


def _children(
    tree: Tree, i: int, depth: int, marks: dict[str, Mark], troubled: set[int]
) -> list[Line | tuple[int, int]]:
    shown: list[Line | tuple[int, int]] = []
    folded: list[int] = []
    room = {True: TROUBLED_SHOWN, False: HEALTHY_SHOWN}
    for child in tree.children[i]:
        on_path = marks.get(tree.hops[child].execution_id) in ("path", "origin")
        kind = child in troubled
        if on_path or room[kind] > 0:
            room[kind] -= 0 if on_path else 1
            shown.append((depth, child))
        else:
            folded.append(child)
    if len(folded) == 1:
        return [*shown, (depth, folded[0])]
    if folded:
        counts = Counter(tree.hops[child].status for child in folded)
        hidden = sum(1 for child in folded for _ in tree.below(child))
        said = ", ".join(f"{n} more {status}" for status, n in counts.most_common())
        shown.append(Line(depth=depth, hop=None, mark="", folded=hidden, text=f"... {said}"))
    return shown


def _with_guides(lines: list[Line]) -> Iterator[Line]:
    """Tell each line for every depth above it whether a later line goes on there."""
    going_on: list[bool] = []
    guided: list[Line] = []
    for line in reversed(lines):
        going_on = going_on[: line.depth + 1] + [False] * (line.depth + 1 - len(going_on))
        guides = tuple(going_on)
        going_on[line.depth] = True
        guided.append(Line(line.depth, line.hop, line.mark, line.folded, line.text, guides))
    return reversed(guided)
