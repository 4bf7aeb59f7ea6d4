"""A ledger with one fix that can be made to wait, and a clock that is turned by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from operator_mcp.ledger import Ledger
from operator_mcp.models import Fix

START = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
DIGEST = "d1" * 32


class Bench:
    def __init__(self, folder: Path) -> None:
        self.time = START
        self.ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}", clock=lambda: self.time)
        case = self.ledger.open_case("fleet", "run-1", origin=None, agent="a", reasoner="r", signature="s")
        fix, _ = self.ledger.book_fix(
            case.case_id,
            fingerprint="r:code_error",
            repository="/x",
            base_branch="main",
            patch_digest=None,
            usd=Decimal(0),
            cap=Decimal(3),
            actor="test",
        )
        self.fix_id = fix.fix_id
        self.ledger.move_fix(fix.fix_id, "booked", "drafting", actor="test")
        self.ledger.move_fix(
            fix.fix_id, "drafting", "checking", actor="test", base="b" * 40, tree="e" * 40, diff_digest=DIGEST
        )

    def wait(self) -> Fix:
        return self.ledger.move_fix(self.fix_id, "checking", "awaiting_approval", actor="test")

    @property
    def fix(self) -> Fix:
        found = self.ledger.fix(self.fix_id)
        assert found is not None
        return found


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.ledger.close()
