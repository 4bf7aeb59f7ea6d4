"""The shape of a run as the control plane computes it: root, depths, children; cycles and lost parents included."""

from collections.abc import Sequence

from operator_mcp.demo.rows import ExecutionRow


class Tree:
    """One run's rows in start order, linked by parent (AgentField 0.1.80, handlers/ui/workflow_dag.go)."""

    def __init__(self, rows: Sequence[ExecutionRow]) -> None:
        self.rows = rows
        self.by_id = {row.execution_id: row for row in rows}
        self.children: dict[str, list[ExecutionRow]] = {}
        for row in rows:
            if row.parent_id:
                self.children.setdefault(row.parent_id, []).append(row)
        self.depths = self._depths()

    @property
    def root(self) -> ExecutionRow:
        """The earliest row without a parent; where every row has one, the earliest row."""
        return next((row for row in self.rows if not row.parent_id), self.rows[0])

    def depth(self, row: ExecutionRow) -> int:
        """Steps up to a row without a known parent; a link that closes a cycle counts as one step to depth 0."""
        return self.depths[row.execution_id]

    def reached_depth(self) -> int:
        """The deepest row that is reached going down from the rows without a parent: the run list's max_depth."""
        level = [row for row in self.rows if not row.parent_id]
        depth = 0
        while level := [child for row in level for child in self.children.get(row.execution_id, ())]:
            depth += 1
        return depth

    def _depths(self) -> dict[str, int]:
        depths: dict[str, int] = {}
        for row in self.rows:
            climb: dict[str, None] = {}
            at: ExecutionRow | None = row
            while at is not None and at.execution_id not in depths and at.execution_id not in climb:
                climb[at.execution_id] = None
                at = self.by_id.get(at.parent_id) if at.parent_id else None
            known = -1 if at is None else depths.get(at.execution_id, 0)
            for step, execution_id in enumerate(reversed(climb), start=1):
                depths[execution_id] = known + step
        return depths
