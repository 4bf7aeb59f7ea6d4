"""Two real processes at the same instant: the rules hold on the server, whoever calls."""

import sqlite3

import anyio
import pytest
from mcp import Client
from pydantic import JsonValue

from operator_mcp.demo.sample import PREPARED_PATCH
from tests.faces.conftest import Demo, facts

pytestmark = pytest.mark.heavy


async def both_at_once(demo: Demo, tool: str, arguments: dict[str, object]) -> list[dict[str, JsonValue]]:
    """Call a tool from two clients, each with a server process of its own, and give both answers."""
    answers: list[dict[str, JsonValue]] = []

    async def call(client: Client) -> None:
        answers.append(facts(await client.call_tool(tool, arguments)))

    async with (
        demo.connect("stdio", "legacy") as one,
        demo.connect("stdio", "2026-07-28") as two,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(call, one)
        tasks.start_soon(call, two)
    return answers


async def test_two_server_processes_asked_for_the_same_fix_at_once_make_one_attempt(demo: Demo) -> None:
    answers = await both_at_once(demo, "draft_fix", {"id": demo.sample.run_id, "patch": PREPARED_PATCH})
    assert len({a["fix_id"] for a in answers}) == 1
    assert {a["state"] for a in answers} == {"awaiting_approval"}
    with sqlite3.connect(demo.settings.home / "ledger.db") as ledger:
        assert ledger.execute("select count(*) from fixes").fetchone() == (1,)
    assert len(list((demo.settings.home / "fixes").iterdir())) == 1


async def test_two_processes_that_propose_at_once_have_one_verdict_accepted(demo: Demo) -> None:
    proposal = {
        "root_cause": "code_bug",
        "confidence": 0.9,
        "summary": "royalty_split multiplies an advance that is null",
        "suggested_fix": "treat a missing advance as zero in royalty_split",
        "code_level": True,
        "evidence": ["unsupported operand type(s) for *: 'NoneType' and 'float'"],
    }
    answers = await both_at_once(demo, "diagnose", {"id": demo.sample.run_id, "proposal": proposal})
    assert sorted(a["refused"] is None for a in answers) == [False, True]
    assert {a["engine"] for a in answers} == {"proposal"}
