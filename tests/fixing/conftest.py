"""What the tests of fixing share: a repository, a ledger, and fixes at each stage."""

import itertools
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from operator_mcp.approval.decisions import decide
from operator_mcp.fixing.attempt import run_attempt
from operator_mcp.fixing.worker import patch_digest
from operator_mcp.ledger import Ledger
from operator_mcp.models import Diagnosis, Fix
from operator_mcp.settings import Repository
from tests.fixing import repositories

DIAGNOSIS = Diagnosis(
    root_cause="code_error",
    confidence=0.9,
    summary="half divides by zero people",
    suggested_fix="guard against zero",
    code_level=True,
    engine="rules",
)


@dataclass
class Workshop:
    """A ledger and a home, and what is needed to bring fixes to a stage."""

    ledger: Ledger
    home: Path
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def booked(self, repository: Repository, patch: str = repositories.PATCH, *, run: str | None = None) -> Fix:
        run = run or f"run-{next(self.numbers)}"
        case = self.ledger.open_case("fleet", run, origin=None, agent="calc", reasoner="half", signature=f"s-{run}")
        self.ledger.accept_diagnosis(case.case_id, DIAGNOSIS, fingerprint=f"half:{run}", actor="test")
        fix, created = self.ledger.book_fix(
            case.case_id,
            fingerprint=f"half:{run}",
            repository=str(repository.path),
            base_branch=repository.base,
            patch_digest=patch_digest(patch),
            usd=Decimal(0),
            cap=Decimal(3),
            actor="test",
        )
        assert created
        return fix

    async def drafted(self, repository: Repository, patch: str = repositories.PATCH, *, run: str | None = None) -> Fix:
        fix = self.booked(repository, patch, run=run)
        return await run_attempt(self.ledger, fix.fix_id, repository, patch, self.home)

    async def approved(self, repository: Repository, patch: str = repositories.PATCH, *, run: str | None = None) -> Fix:
        fix = await self.drafted(repository, patch, run=run)
        assert fix.state == "awaiting_approval", fix.detail
        return await decide(self.ledger, fix.fix_id, True, by="ada", digest=fix.diff_digest)

    def actions(self, fix: Fix) -> list[str]:
        return [line.action for line in self.ledger.audit(fix.fix_id)]


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'home' / 'ledger.db'}")
    yield Workshop(ledger, tmp_path / "home")
    ledger.close()


@pytest.fixture
def user(tmp_path: Path) -> Path:
    """The user's repository, `main` checked out and clean."""
    return repositories.make(tmp_path / "user")


Drafted = Callable[[Repository], Awaitable[Fix]]
