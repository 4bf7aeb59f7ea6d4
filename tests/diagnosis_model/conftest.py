"""A failure that the rules cannot read, a ledger, and an API to ask about it."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import JsonValue

from operator_mcp.diagnosis.conclusion import Concluded, conclude
from operator_mcp.ledger import Investigation, Ledger
from operator_mcp.models import Case, Finding, Hop, LogEntry, Status, Trace
from operator_mcp.settings import ModelPrice, Settings
from tests.diagnosis_model.endpoint import Api, Endpoint, Told, serve

ERROR = "the sheet of the order came out uneven"
LOG = "column total was taken before column tax had been written"
PRICE = ModelPrice(input_per_mtok=Decimal(1), output_per_mtok=Decimal(10))
"""1,000 tokens read and 200 written cost $0.003."""
COST = Decimal("0.003")
NAMES: dict[Api, str] = {
    "chat": "openai:some-model",
    "responses": "openai-responses:some-model",
    "anthropic": "anthropic:claude-haiku-4-5",
    "openrouter": "openrouter:minimax/minimax-m2.5",
}


def verdict(**changed: JsonValue) -> dict[str, JsonValue]:
    """Give a good answer about the failure, or one with other fields."""
    good: dict[str, JsonValue] = {
        "root_cause": "code_bug",
        "confidence": 0.9,
        "summary": "books.balance summed the sheet of order 4711 before its tax was written.",
        "suggested_fix": "Write column tax in books.balance before column total is taken.",
        "code_level": True,
        "quotes": ["came out uneven", LOG],
        "open_points": ["whether other orders are affected"],
    }
    return {**good, **changed}


def trace(run_id: str = "run-1", **changed: object) -> Trace:
    plain = Trace(
        run_id=run_id,
        execution_id=f"{run_id}-hop",
        agent="books",
        reasoner="balance",
        status=Status.FAILED,
        kind="error",
        error=ERROR,
        raw_error=ERROR,
        input={"order": 4711},
        logs=(LogEntry(seq=1, level="error", message=LOG),),
    )
    return plain.model_copy(update=changed)


def investigation(of: Trace, *, signature: str = "books.balance:sheet", confidence: float = 0.95) -> Investigation:
    hop = Hop(execution_id=of.execution_id, agent=of.agent, reasoner=of.reasoner, status=of.status, error=of.raw_error)
    finding = Finding(
        run_id=of.run_id, verdict="failed", origin=hop, kind=of.kind, confidence=confidence, why=("it failed first",)
    )
    return Investigation(finding=finding, trace=of, signature=signature)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "ledger.db"
    Ledger.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    shutil.copy(template, tmp_path / "ledger.db")
    return tmp_path


@pytest.fixture
def ledger(home: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{home / 'ledger.db'}")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OPENROUTER_API_KEY"):
        monkeypatch.setenv(name, "sk-of-the-tests")
    for name in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@dataclass
class Desk:
    """A ledger, the settings of a model, and the API behind it (if one runs)."""

    ledger: Ledger
    settings: Settings
    endpoint: Endpoint

    @property
    def requests(self) -> int:
        return len(self.endpoint.seen)

    def case(self, found: Investigation) -> Case:
        assert found.trace is not None
        of = found.trace
        return self.ledger.open_case(
            "fleet",
            of.run_id,
            origin=of.execution_id,
            agent=of.agent,
            reasoner=of.reasoner,
            signature=found.signature,
        )

    async def conclude(self, found: Investigation) -> Concluded:
        return await conclude(self.ledger, self.settings, self.case(found), found, None, actor="tests")

    def spent(self, run_id: str = "run-1") -> Decimal:
        case = self.ledger.case("fleet", run_id)
        assert case is not None
        return self.ledger.spent(case.case_id)

    def told(self, action: str, run_id: str = "run-1") -> list[str]:
        return [line.detail for line in self.ledger.audit(run_id) if line.action == action]


def settings_for(url: str, api: Api, home: Path, **changed: object) -> Settings:
    base = url if api == "anthropic" else f"{url}/v1"
    plain = Settings(fleet="fleet", home=home, model=NAMES[api], model_base_url=base, model_price=PRICE)
    return plain.model_copy(update=changed)


Open = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def open_desk(ledger: Ledger, home: Path) -> Open:
    """Open a desk whose model answers as told: `async with open_desk(Told(...), "chat", cap_usd=...) as desk`."""

    @asynccontextmanager
    async def opened(told: Told, api: Api = "chat", **changed: object) -> AsyncIterator[Desk]:
        async with serve(told) as endpoint:
            yield Desk(ledger, settings_for(endpoint.url, api, home, **changed), endpoint)

    return opened
