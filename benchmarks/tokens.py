"""How many tokens the server costs its caller: `python -m benchmarks.tokens`.

All recordings stand behind one embedded control plane; a real MCP client asks every tool of a real server about each
of them. Told are `tools/list` and the answers as text (`content`) and as data (`structuredContent`): a client shows
its model one of the two. Tokens are characters / 4; where tiktoken and the wheel of litellm (it ships tiktoken's
table) are installed, also o200k_base tokens.
"""

import gzip
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import anyio.to_thread
import httpx2
from mcp import Client
from mcp.types import CallToolResult, TextContent

from benchmarks import report
from benchmarks.meter import percentile, tokens
from benchmarks.recorded import folders, truth_of
from operator_mcp.casework import Casework
from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.demo.app import app
from operator_mcp.demo.recorded import recorded_rows
from operator_mcp.demo.store import Fleet
from operator_mcp.ledger import Ledger
from operator_mcp.server import build
from operator_mcp.settings import Settings

Count = Callable[[str], int]
LIMIT_TOOLS, LIMIT_P95, LIMIT_MAX = 1_500, 1_000, 8_000


def main() -> None:
    """Ask everything, print the tables, and put them into the document."""
    measured = anyio.run(_ask_everything)
    counts: dict[str, Count] = {"characters / 4": tokens}
    if (real := _tokenizer()) is not None:
        counts["o200k_base"] = real
    body = "\n\n".join([_tools_table(measured.pop("tools/list"), counts), _answers_table(measured, counts), NOTE])
    print(body)
    report.publish("tokens", "Tokens", body)


NOTE = (
    f"Limits: tools/list {LIMIT_TOOLS:,}; an answer {LIMIT_P95:,} at the 95th percentile and {LIMIT_MAX:,} at most. "
    "`get_failed_hop` and `diagnose` were asked for every recorded run, `list_failures` once for the whole fleet (a "
    "page of the default size) and once for 100 runs, `draft_fix` for every failed run: no repository is configured, "
    "so each of its answers is a refusal."
)


def _tools_table(listed: list[str], counts: dict[str, Count]) -> str:
    return report.table(["", *counts], [["tools/list", *(f"{sum(map(count, listed)):,}" for count in counts.values())]])


def _answers_table(measured: dict[str, list[str]], counts: dict[str, Count]) -> str:
    rows: list[list[object]] = []
    for name, texts in measured.items():
        for unit, count in counts.items():
            sizes = [count(text) for text in texts]
            shares = (f"{percentile(sizes, share):,.0f}" for share in (0.5, 0.95, 1.0))
            rows.append([name, unit, len(sizes), *shares])
    return report.table(["answer", "tokens", "answers", "P50", "P95", "max"], rows)


async def _ask_everything() -> dict[str, list[str]]:
    """Give the texts of every answer by what was asked, and `tools/list` as one text a tool."""
    runs = [truth_of(folder) for folder in folders()]
    async with _client() as client:
        tools = (await client.list_tools()).tools
        listed = [tool.model_dump_json(by_alias=True, exclude_none=True) for tool in tools]
        asked: dict[str, list[dict[str, object]]] = {
            "list_failures": [{}],
            "list_failures of 100": [{"limit": 100}],
            "get_failed_hop": [{"id": run.run_id} for run in runs],
            "get_failed_hop full": [{"id": run.run_id, "detail": "full"} for run in runs],
            "diagnose": [{"id": run.run_id} for run in runs],
            "draft_fix": [{"id": run.run_id} for run in runs if run.verdict == "failed"],
        }
        measured = {"tools/list": listed}
        for name, questions in asked.items():
            results = [await client.call_tool(name.split()[0], question) for question in questions]
            refused = [_text(result) for result in results if result.is_error]
            if refused:
                raise AssertionError(f"{len(refused)} answers of {name} were errors, the first: {refused[0]}")
            measured[f"{name}, text"] = [_text(result) for result in results]
            measured[f"{name}, data"] = [_data(result) for result in results]
    return measured


def _text(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


def _data(result: CallToolResult) -> str:
    return json.dumps(result.structured_content, ensure_ascii=False, separators=(",", ":"))


@asynccontextmanager
async def _client() -> AsyncIterator[Client]:
    """Give an MCP client of a real server over a fleet of all recordings."""
    fleet = Fleet()
    for folder in folders():
        recorded_rows(_answers(folder)).into(fleet)
    with TemporaryDirectory() as home:
        settings = Settings(control_plane_url="http://recorded", home=Path(home))

        @asynccontextmanager
        async def casework() -> AsyncIterator[Casework]:
            ledger = await anyio.to_thread.run_sync(Ledger.open, settings.ledger_url)
            transport = httpx2.ASGITransport(app=app(fleet))
            try:
                async with ControlPlane(settings.control_plane_url, transport=transport) as control_plane:
                    yield Casework(settings, control_plane, ledger)
            finally:
                ledger.close()

        async with Client(build(casework), raise_exceptions=True) as client:
            yield client


def _answers(folder: Path) -> Iterator[dict[str, object]]:
    with gzip.open(folder / "http.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _tokenizer() -> Count | None:
    """Give tiktoken's count where it and its table are installed."""
    shipped = find_spec("litellm")
    if shipped is None or shipped.origin is None or find_spec("tiktoken") is None:
        return None
    os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(shipped.origin).parent / "litellm_core_utils" / "tokenizers")
    encoding = import_module("tiktoken").get_encoding("o200k_base")
    return lambda text: len(encoding.encode(text, disallowed_special=()))


if __name__ == "__main__":
    main()
