"""The store of the embedded fleet: runs as rows, read in start order, changed row by row."""

import time
from collections.abc import Callable, Iterable

from operator_mcp.demo.memory import Memory
from operator_mcp.demo.rows import ExecutionRow, LogRow, NodeRow, NoteRow
from operator_mcp.demo.tree import Tree


class Fleet:
    """Everything that one embedded control plane knows. Not safe for threads: one event loop serves it.

    `clock` gives nanoseconds since the epoch; what is written is stamped with it.
    """

    def __init__(self, clock: Callable[[], int] = time.time_ns) -> None:
        self.clock = clock
        self.memory = Memory()
        self.nodes: dict[str, NodeRow] = {}
        self._executions: dict[str, ExecutionRow] = {}
        self._runs: dict[str, dict[str, None]] = {}
        self._trees: dict[str, Tree] = {}
        self._logs: dict[str, list[LogRow]] = {}
        self._events = 0

    def load(
        self, executions: Iterable[ExecutionRow], logs: Iterable[LogRow] = (), nodes: Iterable[NodeRow] = ()
    ) -> None:
        """Add rows; a row that is already there is replaced. Log entries keep the order in which they are given."""
        for row in executions:
            self.put(row)
        for entry in logs:
            self.append(entry)
        for node in nodes:
            self.nodes[node.node_id] = node

    def put(self, row: ExecutionRow) -> None:
        """Store one execution under its id."""
        before = self._executions.get(row.execution_id)
        if before is not None and before.run_id != row.run_id:
            self._runs[before.run_id].pop(row.execution_id)
            self._trees.pop(before.run_id, None)
        self._executions[row.execution_id] = row
        self._runs.setdefault(row.run_id, {})[row.execution_id] = None
        self._trees.pop(row.run_id, None)

    def append(self, entry: LogRow) -> LogRow:
        """Store one log entry, numbered where it carries no numbers, and give it as stored."""
        entries = self._logs.setdefault(entry.execution_id, [])
        self._events = max(self._events + 1, entry.event_id)
        last = entries[-1].seq if entries else 0
        numbered = entry.model_copy(update={"event_id": entry.event_id or self._events, "seq": entry.seq or last + 1})
        entries.append(numbered)
        return numbered

    def note(self, execution_id: str, note: NoteRow) -> bool:
        """Add a note to an execution; False where there is no such execution."""
        row = self._executions.get(execution_id)
        if row is None:
            return False
        self.put(row.model_copy(update={"notes": (*row.notes, note), "updated_at": self.clock()}))
        return True

    def execution(self, execution_id: str) -> ExecutionRow | None:
        """Give one execution, or None."""
        return self._executions.get(execution_id)

    def executions(self) -> list[ExecutionRow]:
        """Give every execution of the fleet, earliest start first."""
        return sorted(self._executions.values(), key=lambda row: row.started_at)

    def run_ids(self) -> list[str]:
        """Give the ids of every run that has a row."""
        return [run_id for run_id, rows in self._runs.items() if rows]

    def tree(self, run_id: str) -> Tree | None:
        """Give one run's rows, linked, earliest start first; None where the run is not known."""
        ids = self._runs.get(run_id)
        if not ids:
            return None
        if run_id not in self._trees:
            rows = sorted((self._executions[i] for i in ids), key=lambda row: row.started_at)
            self._trees[run_id] = Tree(rows)
        return self._trees[run_id]

    def logs(self, execution_id: str) -> list[LogRow]:
        """Give the log entries of one execution by arrival; none where it is not known."""
        return self._logs.get(execution_id, [])
