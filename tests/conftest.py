"""Fixtures that every part shares."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

RECORDINGS = Path(__file__).parent / "recordings"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


def recorded_runs() -> list[Path]:
    """Give every recording folder that has a truth, sorted by name."""
    return sorted(p.parent for p in RECORDINGS.rglob("truth.json"))


def answers(folder: Path) -> Iterator[dict[str, object]]:
    """Yield the recorded answers of one folder, in order."""
    with gzip.open(folder / "http.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            answer: dict[str, object] = json.loads(line)
            yield answer
