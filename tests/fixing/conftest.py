"""What the tests of fixing share: a repository, a ledger, and fixes at each stage."""

import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path

import anyio
import pytest

from operator_mcp.approval.decisions import decide
from operator_mcp.fixing.attempt import run_attempt
from operator_mcp.fixing.merge import merge
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


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger made once; making one costs more than most of these tests."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    Ledger.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def empty_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return repositories.make(tmp_path_factory.mktemp("repository") / "user")


@pytest.fixture
def workshop(tmp_path: Path, empty_ledger: Path) -> Iterator[Workshop]:
    (tmp_path / "home").mkdir()
    shutil.copy(empty_ledger, tmp_path / "home" / "ledger.db")
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'home' / 'ledger.db'}")
    yield Workshop(ledger, tmp_path / "home")
    ledger.close()


@pytest.fixture
def user(tmp_path: Path, empty_repository: Path) -> Path:
    """The user's repository, `main` checked out and clean."""
    return Path(shutil.copytree(empty_repository, tmp_path / "user"))


@dataclass
class Approved:
    """A fix that a human approved, and the clean repository it is for."""

    fix: Fix
    repository: Repository
    user: Path
    workshop: Workshop

    async def merge(self) -> Fix:
        return await merge(self.workshop.ledger, self.fix, self.repository, self.workshop.home)


@pytest.fixture(scope="session")
def approved_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with a repository and a home that holds an approved fix of run-7; drafted for real, then copied."""
    folder = tmp_path_factory.mktemp("approved")
    ledger = Ledger.open(f"sqlite:///{folder / 'home' / 'ledger.db'}")
    repository = repositories.settings(repositories.make(folder / "user"))
    fix = anyio.run(partial(Workshop(ledger, folder / "home").approved, repository, run="run-7"))
    ledger.close()
    return folder, fix.fix_id


@pytest.fixture
def approved(tmp_path: Path, approved_once: tuple[Path, str]) -> Iterator[Approved]:
    folder, fix_id = approved_once
    shutil.copytree(folder / "user", tmp_path / "user")
    shutil.copytree(folder / "home", tmp_path / "home")
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'home' / 'ledger.db'}")
    fix = ledger.fix(fix_id)
    assert fix is not None
    yield Approved(
        fix, repositories.settings(tmp_path / "user"), tmp_path / "user", Workshop(ledger, tmp_path / "home")
    )
    ledger.close()
