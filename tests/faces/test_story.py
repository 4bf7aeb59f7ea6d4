"""The whole story through the faces users have: an MCP client of a real server process, in both protocol eras."""

import subprocess
from pathlib import Path

import pytest
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult, TextContent
from pydantic import JsonValue

from operator_mcp.demo.sample import PREPARED_PATCH
from tests.faces.conftest import Ask, Demo, Era, facts

LEGACY: Era = "legacy"
MODERN: Era = "2026-07-28"


def answering(action: str, content: dict[str, str | int | float | bool | list[str] | None] | None = None) -> Ask:
    """Give a client's human: one who always answers alike, and whose questions are kept."""

    async def ask(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        return ElicitResult.model_validate({"action": action, "content": content})

    return ask


def git(path: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=path, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("transport", ["stdio", "http"])
@pytest.mark.parametrize("era", [LEGACY, MODERN])
async def test_from_a_failed_run_to_a_merged_fix(demo: Demo, transport: str, era: Era) -> None:
    run_id = demo.sample.run_id
    async with demo.connect(transport, era, answering("accept", {"approve": True})) as client:
        listed = facts(await client.call_tool("list_failures", {}))
        failures = listed["failures"]
        assert isinstance(failures, list)
        assert run_id in [f["run_id"] for f in failures if isinstance(f, dict)]

        hop = facts(await client.call_tool("get_failed_hop", {"id": run_id}))
        assert hop["verdict"] == "failed"
        origin = hop["origin"]
        assert isinstance(origin, dict)
        assert origin["agent"] == demo.sample.agent

        diagnosis = facts(await client.call_tool("diagnose", {"id": run_id}))
        assert diagnosis["root_cause"] == "code_bug"
        assert diagnosis["tier"] == "fix"

        fix = facts(await client.call_tool("draft_fix", {"id": run_id, "patch": PREPARED_PATCH}))
        assert fix["state"] == "merged"
        assert fix["checks"] == {
            "suite_before": "passed",
            "suite_after": "passed",
            "regression_on_base": "failed",
            "regression_on_fix": "passed",
        }

        again = facts(await client.call_tool("draft_fix", {"id": run_id, "patch": PREPARED_PATCH}))
        assert again["fix_id"] == fix["fix_id"]
        assert refusal(again)["rule"] == 3

    assert git(demo.sample.path, "rev-parse", "main^2") == fix["head"]
    assert git(demo.sample.path, "status", "--porcelain") == ""


async def test_declining_is_final(demo: Demo) -> None:
    before = git(demo.sample.path, "rev-parse", "main")
    async with demo.connect("stdio", MODERN, answering("decline")) as client:
        fix = facts(await client.call_tool("draft_fix", {"id": demo.sample.run_id, "patch": PREPARED_PATCH}))
        assert fix["state"] == "rejected"
    async with demo.connect("stdio", MODERN, answering("accept", {"approve": True})) as client:
        again = facts(await client.call_tool("draft_fix", {"id": demo.sample.run_id, "patch": PREPARED_PATCH}))
        assert again["state"] == "rejected"
        assert refusal(again)["rule"] == 3
    assert git(demo.sample.path, "rev-parse", "main") == before


async def test_a_dismissed_question_leaves_the_fix_waiting_and_it_is_asked_again(demo: Demo) -> None:
    async with demo.connect("http", LEGACY, answering("cancel")) as client:
        fix = facts(await client.call_tool("draft_fix", {"id": demo.sample.run_id, "patch": PREPARED_PATCH}))
        assert fix["state"] == "awaiting_approval"
    async with demo.connect("http", LEGACY, answering("accept", {"approve": True})) as client:
        again = facts(await client.call_tool("draft_fix", {"id": demo.sample.run_id}))
        assert again["state"] == "merged"


async def test_a_headless_client_that_declines_faster_than_anybody_reads_rejects_nothing(demo: Demo) -> None:
    name = "codex-mcp-client"
    async with demo.connect("stdio", LEGACY, answering("decline"), name=name) as client:
        fix = facts(await client.call_tool("draft_fix", {"id": demo.sample.run_id, "patch": PREPARED_PATCH}))
        assert fix["state"] == "awaiting_approval"


async def test_an_accept_without_the_required_field_approves_nothing(demo: Demo) -> None:
    before = git(demo.sample.path, "rev-parse", "main")
    async with demo.connect("stdio", LEGACY, answering("accept", {})) as client:
        result = await client.call_tool("draft_fix", {"id": demo.sample.run_id, "patch": PREPARED_PATCH})
        assert result.is_error
    assert git(demo.sample.path, "rev-parse", "main") == before


async def test_a_client_that_cannot_ask_is_told_the_other_ways(demo: Demo) -> None:
    async with demo.connect("stdio", MODERN) as client:
        fix = facts(await client.call_tool("draft_fix", {"id": demo.sample.run_id, "patch": PREPARED_PATCH}))
        approval = fix["approval"]
        assert isinstance(approval, dict)
        assert approval["state"] == "waiting"
        assert f"operator-mcp approve {fix['fix_id']}" in str(approval["ways"])


async def test_text_and_structure_carry_the_same_facts(demo: Demo) -> None:
    async with demo.connect("stdio", MODERN) as client:
        result = await client.call_tool("get_failed_hop", {"id": demo.sample.run_id})
        origin = facts(result)["origin"]
        text = result.content[0]
        assert isinstance(origin, dict)
        assert isinstance(text, TextContent)
        assert all(str(origin[field]) in text.text for field in ("execution_id", "agent", "reasoner", "error"))


@pytest.mark.parametrize("era", [LEGACY, MODERN])
async def test_wrong_arguments_are_tool_errors_that_name_the_field_and_the_fix(demo: Demo, era: Era) -> None:
    async with demo.connect("stdio", era) as client:
        for arguments, words in (
            ({"id": "x", "details": "full"}, "details is not an argument. Did you mean detail?"),
            ({}, "id is required"),
            ({"id": "x", "detail": "everything"}, "detail"),
            ({"id": "run_20200101_000000_zzzzzzzz"}, "run_20200101_000000_zzzzzzzz"),
            ({"id": "../../etc"}, "id"),
        ):
            result = await client.call_tool("get_failed_hop", dict(arguments))
            assert result.is_error
            text = result.content[0]
            assert isinstance(text, TextContent)
            assert words in text.text


def refusal(answer: dict[str, JsonValue]) -> dict[str, JsonValue]:
    refused = answer["refused"]
    assert isinstance(refused, dict)
    return refused
