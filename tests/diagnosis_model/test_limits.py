"""When the model is not asked: no price, no room under the cap, no package, no key. The rules' reading is given."""

import subprocess
import sys
from decimal import Decimal

import pytest

from operator_mcp.checkup import examine
from operator_mcp.diagnosis.model.call import OUTPUT_TOKENS
from operator_mcp.diagnosis.model.prices import Counts, price_of
from operator_mcp.diagnosis.model.providers import connect
from operator_mcp.errors import RuleRefusal, SettingsError
from operator_mcp.settings import ModelPrice, Settings, load
from tests.diagnosis_model.conftest import COST, PRICE, Open, investigation, trace, verdict
from tests.diagnosis_model.endpoint import Told

pytestmark = pytest.mark.heavy


async def test_a_model_without_a_price_is_not_asked_and_the_answer_says_how_to_state_one(open_desk: Open) -> None:
    async with open_desk(Told(verdict()), model_price=None) as desk:
        concluded = await desk.conclude(investigation(trace()))
        assert concluded.case.diagnosis is not None
        assert concluded.case.diagnosis.engine == "rules"
        assert concluded.note is not None
        assert "openai:some-model" in concluded.note
        assert "model_price = { input_per_mtok" in concluded.note
        assert desk.requests == 0
        assert desk.spent() == 0


async def test_a_priced_model_needs_no_stated_price(open_desk: Open) -> None:
    async with open_desk(Told(verdict()), "anthropic", model_price=None) as desk:
        await desk.conclude(investigation(trace()))
        assert desk.requests == 1
        assert desk.spent() == price_of("anthropic", "claude-haiku-4-5", None).actual(Counts(1_000, 200)) > 0


@pytest.mark.parametrize("cap", ["0", "0.05"])
async def test_a_cap_without_room_for_the_worst_price_means_no_call(open_desk: Open, cap: str) -> None:
    async with open_desk(Told(verdict()), cap_usd=Decimal(cap)) as desk:
        concluded = await desk.conclude(investigation(trace()))
        assert concluded.note is not None
        assert f"of its ${Decimal(cap):.2f}" in concluded.note
        assert concluded.case.diagnosis is not None
        assert desk.requests == 0
        assert desk.spent() == 0


async def test_what_a_fix_has_booked_leaves_no_room_for_a_call_and_the_sum_stays_below_the_cap(open_desk: Open) -> None:
    async with open_desk(Told(verdict())) as desk:
        case = desk.case(investigation(trace()))
        desk.ledger.book(case.case_id, "fix", Decimal("2.99"), cap=Decimal(3))
        concluded = await desk.conclude(investigation(trace()))
        assert concluded.note is not None
        assert desk.requests == 0
        assert desk.spent() == Decimal("2.99")


async def test_once_there_is_room_again_the_case_still_has_its_call(open_desk: Open) -> None:
    async with open_desk(Told(verdict()), model_price=None) as desk:
        await desk.conclude(investigation(trace()))
        desk.settings = desk.settings.model_copy(update={"model_price": PRICE})
        concluded = await desk.conclude(investigation(trace()))
        assert concluded.note is None
        assert desk.requests == 1
        assert desk.spent() == COST


@pytest.mark.parametrize("missing", ["pydantic_ai", "openai"])
async def test_without_the_extra_the_answer_gives_the_line_that_installs_it(
    open_desk: Open, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] in ("pydantic_ai", "openai")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)  # an import of it now fails as if it were not installed
    async with open_desk(Told(verdict())) as desk:
        concluded = await desk.conclude(investigation(trace()))
        assert concluded.note is not None
        assert concluded.note.endswith("Run: pip install 'operator-mcp[model]'.")
        assert concluded.case.diagnosis is not None
        assert desk.requests == 0


@pytest.mark.parametrize(
    ("model", "variable"),
    [
        ("openai:gpt-5", "OPENAI_API_KEY"),
        ("anthropic:claude-haiku-4-5", "ANTHROPIC_API_KEY"),
        ("openrouter:minimax/minimax-m2.5", "OPENROUTER_API_KEY"),
    ],
)
def test_a_missing_key_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch, model: str, variable: str) -> None:
    monkeypatch.delenv(variable)
    with pytest.raises(SettingsError, match=variable):
        connect(Settings(model=model))


@pytest.mark.parametrize(
    ("changed", "ok", "told"),
    [
        ({}, True, "one call a case, at most $1.00/$10.00"),
        ({"model_price": None}, False, "no price is known"),
        ({"model": "nonesuch:x"}, False, "cannot be used"),
        ({"model": None}, True, "rules alone"),
    ],
)
async def test_the_doctor_tells_whether_the_model_can_be_asked_without_asking_it(
    open_desk: Open, changed: dict[str, object], ok: bool, told: str
) -> None:
    async with open_desk(Told(verdict()), **changed) as desk:
        findings = await examine(desk.settings)
        model = next(finding for finding in findings if finding.what.startswith("model"))
        assert model.ok is ok
        assert told in model.detail
        assert desk.requests == 0


def test_a_local_server_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    connected = connect(Settings(model="openai:llama", model_base_url="http://127.0.0.1:1/v1"))
    assert (connected.provider, connected.name) == ("openai", "llama")


FIRST_TOUCH = """
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from operator_mcp.diagnosis.model.providers import connect
from operator_mcp.settings import Settings
def first(n):
    sleep(n * 0.05)
    return connect(Settings(model="openai:llama", model_base_url="http://127.0.0.1:1/v1")).name
print(set(ThreadPoolExecutor(24).map(first, range(24))))
"""
"""Each thread begins while the one before it is still importing, which a library that imports itself does not bear."""


def test_threads_that_connect_one_after_the_other_do_not_disturb_each_others_import() -> None:
    told = subprocess.run([sys.executable, "-c", FIRST_TOUCH], capture_output=True, text=True, timeout=60, check=False)
    assert told.stdout.strip() == "{'llama'}", told.stderr


def test_an_unknown_provider_is_refused() -> None:
    with pytest.raises(SettingsError, match="nonesuch:gpt-5 cannot be used"):
        connect(Settings(model="nonesuch:gpt-5"))


@pytest.mark.parametrize("model", ["gpt-5", "", ":gpt", "openai:", "test"])
def test_a_model_without_provider_or_name_is_an_error_of_the_settings(model: str) -> None:
    environ = {"OPERATOR_MODEL": model}
    if not model:
        assert load(environ=environ).model is None
        return
    with pytest.raises(SettingsError, match="model"):
        load(environ=environ)


def test_the_price_is_read_from_the_environment_and_from_the_file() -> None:
    price = load(environ={"OPERATOR_MODEL_PRICE": "0.30/1.20"}).model_price
    assert price == ModelPrice(input_per_mtok=Decimal("0.30"), output_per_mtok=Decimal("1.20"))


@pytest.mark.parametrize("price", ["0.30", "cheap/dear", "-1/2", "1/nan", "1/inf"])
def test_a_price_that_is_none_is_refused(price: str) -> None:
    with pytest.raises(SettingsError, match="model_price"):
        load(environ={"OPERATOR_MODEL_PRICE": price})


def test_the_worst_price_is_never_below_the_actual_one_for_as_many_tokens() -> None:
    for provider, model in (
        ("anthropic", "claude-haiku-4-5"),
        ("openrouter", "minimax/minimax-m2.5"),
        ("openai", "gpt-5"),
    ):
        price = price_of(provider, model, None)
        worst = price.worst(20_000, OUTPUT_TOKENS)
        for written in (0, 20_000):
            assert worst >= price.actual(Counts(20_000, OUTPUT_TOKENS, cache_write_tokens=written)) > 0


def test_a_price_of_another_provider_is_not_guessed() -> None:
    with pytest.raises(RuleRefusal, match="no price is known for nowhere:gpt-5"):
        price_of("nowhere", "gpt-5", None)
