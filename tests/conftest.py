"""Fixtures that every part shares."""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

RECORDINGS = Path(__file__).parent / "recordings"

# The suite tries the same examples everywhere and every time, and no clock decides about it. To look for new ones:
# HYPOTHESIS_PROFILE=explore pytest tests/untrusted
settings.register_profile(
    "committed", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", settings.get_profile("committed"), derandomize=False, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "committed"))


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
