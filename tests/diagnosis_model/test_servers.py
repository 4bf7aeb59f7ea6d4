"""The whole way: two agents with a server process each, one fleet, one ledger, one model."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from pydantic import JsonValue

from operator_mcp.demo.recorded import recorded_rows
from operator_mcp.demo.serving import serve as serve_fleet
from operator_mcp.demo.store import Fleet
from operator_mcp.ledger import Ledger
from tests.conftest import RECORDINGS, answers
from tests.diagnosis_model.conftest import COST, verdict
from tests.diagnosis_model.endpoint import Told, serve
from tests.diagnosis_model.test_once import seen
from tests.faces.conftest import facts

pytestmark = pytest.mark.heavy

ABORTED = RECORDINGS / "cause-46-bind"
"""A recorded run whose error says no more than that a stage was aborted."""


@asynccontextmanager
async def server(config: Path, model_url: str) -> AsyncIterator[Client]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OPERATOR_")},
        "OPERATOR_CONFIG": str(config),
        "OPERATOR_MODEL": "openai:some-model",
        "OPERATOR_MODEL_BASE_URL": f"{model_url}/v1",
        "OPERATOR_MODEL_PRICE": "1/10",
    }
    parameters = StdioServerParameters(command=sys.executable, args=["-m", "operator_mcp", "serve"], env=environment)
    async with Client(stdio_client(parameters)) as client:
        yield client


async def test_two_agents_asking_two_servers_at_once_get_one_verdict_for_one_booking(tmp_path: Path) -> None:
    rows = recorded_rows(answers(ABORTED))
    fleet = Fleet()
    rows.into(fleet)
    run_id = rows.executions[0].run_id
    told = Told(verdict(root_cause="timeout", quotes=["stage 4 aborted"]), hold=anyio.Event())
    async with serve(told) as endpoint, serve_fleet(fleet) as url:
        config = tmp_path / "operator.toml"
        config.write_text(f'control_plane_url = "{url}"\nfleet = "press"\nhome = "home"\n')
        got: list[dict[str, JsonValue]] = []

        async def ask(client: Client) -> None:
            got.append(facts(await client.call_tool("diagnose", {"id": run_id})))

        async with (
            server(config, endpoint.url) as one,
            server(config, endpoint.url) as other,
            anyio.create_task_group() as tasks,
        ):
            tasks.start_soon(ask, one)
            tasks.start_soon(ask, other)
            await seen(endpoint, 1)
            assert told.hold is not None
            told.hold.set()
        assert got[0] == got[1]
        assert (got[0]["engine"], got[0]["root_cause"], got[0]["cost_usd"]) == ("model", "timeout", float(COST))
        assert len(endpoint.seen) == 1
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'home' / 'ledger.db'}")
    case = ledger.case("press", run_id)
    assert case is not None
    assert ledger.spent(case.case_id) == COST
    ledger.close()
