"""What comes of one call, good or bad, over both APIs of OpenAI, Anthropic's, and OpenRouter's."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from operator_mcp.diagnosis.model.budget import tokens
from operator_mcp.diagnosis.model.call import ask
from operator_mcp.diagnosis.model.prices import Price
from operator_mcp.diagnosis.model.prompt import prompt
from operator_mcp.diagnosis.model.providers import connect
from operator_mcp.models import Diagnosis
from tests.control_plane.scripted import Reply, answer, scripted
from tests.diagnosis_model.conftest import COST, LOG, PRICE, Open, investigation, settings_for, trace, verdict
from tests.diagnosis_model.endpoint import Api, Told

pytestmark = pytest.mark.heavy

APIS: tuple[Api, ...] = ("chat", "responses", "anthropic", "openrouter")


def standing(diagnosis: Diagnosis | None) -> Diagnosis:
    assert diagnosis is not None
    return diagnosis


@pytest.mark.parametrize("api", APIS)
async def test_a_good_answer_is_the_cases_verdict_and_costs_what_its_tokens_cost(open_desk: Open, api: Api) -> None:
    async with open_desk(Told(verdict()), api) as desk:
        concluded = await desk.conclude(investigation(trace()))
        diagnosis = standing(concluded.case.diagnosis)
        assert (diagnosis.engine, diagnosis.root_cause, diagnosis.provisional) == ("model", "code_bug", False)
        assert [(e.source, e.verified) for e in diagnosis.evidence] == [
            ("execution/run-1-hop/error", True),
            ("execution/run-1-hop/log/1", True),
        ]
        assert "whether other orders are affected" in diagnosis.open_points
        assert diagnosis.cost_usd == desk.spent() == COST
        assert concluded.case.reasoned
        assert concluded.note is None
        assert desk.requests == 1
        assert len(desk.told("model read")) == 1


@pytest.mark.parametrize("api", APIS)
async def test_the_request_has_a_bounded_answer_a_closed_schema_and_no_tools(open_desk: Open, api: Api) -> None:
    async with open_desk(Told(verdict()), api) as desk:
        await desk.conclude(investigation(trace()))
        body = desk.endpoint.seen[0][1]
    limits = [body.get(name) for name in ("max_tokens", "max_completion_tokens", "max_output_tokens")]
    assert [limit for limit in limits if limit is not None] == [6_000]
    forms = body.get("tools") or []
    assert isinstance(forms, list)
    assert len(forms) <= 1, "besides the form of the answer there is nothing to call"
    text = json.dumps(body)
    assert '"additionalProperties": false' in text
    assert '"context_overflow"' in text
    assert body.get("stream") in (None, False)
    if api == "responses":
        assert body["store"] is False


@pytest.mark.parametrize(
    ("api", "given", "why"),
    [
        *((api, verdict(root_cause="gremlins"), "root_cause") for api in APIS),
        ("chat", verdict(confidence=1.4), "confidence"),
        ("chat", verdict(approve="yes"), "approve"),
        ("chat", {"root_cause": "code_bug"}, "confidence"),
        *((api, "It was the tax column, surely.", "not in the schema") for api in APIS),
    ],
)
async def test_an_answer_off_the_schema_costs_what_it_cost_and_the_rules_stand(
    open_desk: Open, api: Api, given: str, why: str
) -> None:
    async with open_desk(Told(given), api) as desk:
        concluded = await desk.conclude(investigation(trace()))
        diagnosis = standing(concluded.case.diagnosis)
        assert (diagnosis.engine, diagnosis.root_cause, diagnosis.provisional) == ("rules", "unknown", True)
        assert any(why in point for point in diagnosis.open_points)
        assert diagnosis.cost_usd == desk.spent() == COST
        assert not concluded.case.reasoned
        assert desk.requests == 1
        assert len(desk.told("model failed")) == 1


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(("ended", "why"), [("cut", "cut off"), ("refused", "refused")])
async def test_a_refusal_or_a_cut_answer_costs_what_it_cost(open_desk: Open, api: Api, ended: str, why: str) -> None:
    told = Told(json.dumps(verdict())[:40] if ended == "cut" else "I cannot help with that.", ended=ended)  # type: ignore[arg-type]
    async with open_desk(told, api) as desk:
        diagnosis = standing((await desk.conclude(investigation(trace()))).case.diagnosis)
        assert (diagnosis.engine, diagnosis.provisional) == ("rules", True)
        assert any(why in point for point in diagnosis.open_points), diagnosis.open_points
        assert desk.spent() == COST
        assert desk.requests == 1


@pytest.mark.parametrize(
    ("api", "status"),
    [(api, status) for api in APIS for status in (429, 500)] + [("chat", 400), ("chat", 401), ("anthropic", 529)],
)
async def test_an_error_of_the_provider_is_not_tried_again_and_leaves_the_whole_booking_spent(
    open_desk: Open, api: Api, status: int
) -> None:
    async with open_desk(Told("", status=status), api) as desk:
        diagnosis = standing((await desk.conclude(investigation(trace()))).case.diagnosis)
        assert (diagnosis.engine, diagnosis.provisional) == ("rules", True)
        assert desk.requests == 1
        assert desk.spent() == diagnosis.cost_usd > Decimal("0.06")
        assert len(desk.told("model failed")) == 1


@pytest.mark.parametrize("api", APIS)
async def test_an_answer_without_usage_leaves_the_whole_booking_spent(open_desk: Open, api: Api) -> None:
    async with open_desk(Told(verdict(), usage=False), api) as desk:
        diagnosis = standing((await desk.conclude(investigation(trace()))).case.diagnosis)
        assert diagnosis.engine == "model"
        assert desk.spent() == diagnosis.cost_usd > Decimal("0.06")


async def test_what_the_provider_says_it_charged_counts_where_it_is_more(open_desk: Open) -> None:
    async with open_desk(Told(verdict(), cost=0.0125), "openrouter") as desk:
        await desk.conclude(investigation(trace()))
        assert desk.spent() == Decimal("0.0125")


async def test_openrouter_is_told_the_most_that_a_host_may_charge(open_desk: Open) -> None:
    async with open_desk(Told(verdict()), "openrouter") as desk:
        await desk.conclude(investigation(trace()))
        assert desk.endpoint.seen[0][1]["provider"] == {"max_price": {"prompt": 1.0, "completion": 10.0}}


async def test_a_charge_above_the_booking_is_told_and_counts(open_desk: Open) -> None:
    async with open_desk(Told(verdict(), wrote=100_000)) as desk:
        diagnosis = standing((await desk.conclude(investigation(trace()))).case.diagnosis)
        assert desk.spent() == diagnosis.cost_usd == Decimal("1.001")
        assert any("charged $1.0010" in point for point in diagnosis.open_points)
        assert len(desk.told("overspent")) == 1


@pytest.mark.parametrize("api", APIS)
async def test_what_is_booked_is_an_upper_bound_of_what_is_sent(open_desk: Open, api: Api) -> None:
    logs = tuple(trace().logs[0].model_copy(update={"seq": n, "message": f"注文 {n} の税 " * 60}) for n in range(40))
    async with open_desk(Told("", status=500), api) as desk:
        await desk.conclude(investigation(trace(logs=logs)))
        booked_tokens = (desk.spent() - Decimal("0.06")) * 1_000_000
        assert tokens(json.dumps(desk.endpoint.seen[0][1], ensure_ascii=False)) < booked_tokens
        assert len(json.dumps(desk.endpoint.seen[0][1], ensure_ascii=False).encode()) < booked_tokens + 2_000
        assert LOG not in json.dumps(desk.endpoint.seen[0][1])


ODD = {
    "nothing": b"",
    "a page": b"<html>bad gateway</html>",
    "an empty object": b"{}",
    "a list": b"[]",
    "null": b"null",
    "no choices": b'{"choices": [], "content": [], "output": []}',
    "other types": b'{"choices": "a", "content": "b", "output": "c", "usage": "d"}',
    "half of it": b'{"choices": [',
    "no UTF-8": b'{"choices": "\xff\xfe"}',
}


@pytest.mark.parametrize(
    ("api", "what"),
    [("chat", what) for what in ODD] + [(api, what) for api in APIS[1:] for what in ("an empty object", "other types")],
)
async def test_what_is_not_the_apis_answer_is_no_verdict_and_no_crash(home: Path, api: Api, what: str) -> None:
    content = answer(200, ODD[what], headers="Content-Type: application/json\r\n")
    async with scripted(lambda path, count: Reply(content)) as server:
        connected = connect(settings_for(server.url, api, home))
        of = trace()
        asked = prompt(of, investigation(of).finding)
        got = await ask(connected, Price("stated", "stated", PRICE), asked, deadline_s=20)
        assert (got.verdict, got.usd) == (None, None)
        assert got.why
        assert len(server.paths) == 1


@pytest.mark.parametrize("usage", [{"read": -5}, {"read": 10**18}, {"wrote": -1}, {"wrote": 10**18}])
async def test_counts_that_cannot_be_leave_the_whole_booking_spent(open_desk: Open, usage: dict[str, int]) -> None:
    async with open_desk(Told(verdict(), **usage)) as desk:  # type: ignore[arg-type]
        await desk.conclude(investigation(trace()))
        assert Decimal("0.06") < desk.spent() < Decimal("0.1")


@pytest.mark.parametrize("cost", [float("nan"), float("inf"), -1.0, 1e30])
async def test_a_charge_that_cannot_be_is_not_taken(open_desk: Open, cost: float) -> None:
    async with open_desk(Told(verdict(), cost=cost), "openrouter") as desk:
        await desk.conclude(investigation(trace()))
        assert 0 < desk.spent() < Decimal("0.1")
