"""The generator's own words: none of them is a recording's, so that a score on them is a score on unseen words."""

import gzip
import json
from pathlib import Path

from benchmarks.hopbench.vocabulary import FAULTS, SPEECH
from tests.conftest import recorded_runs


def recorded_errors(folder: Path) -> set[str]:
    with gzip.open(folder / "http.jsonl.gz", "rt", encoding="utf-8") as lines:
        whole = next((line for line in lines if '"path": "/api/v1/agentic/run/' in line), "{}")
    body = json.loads(whole).get("body", {})
    rows = body.get("data", {}).get("executions", []) if isinstance(body, dict) else []
    return {row["error"] for row in rows if row.get("error")}


def literal(template: str) -> str:
    """Give the longest part of a template that is not drawn."""
    return max(template.replace("}", "{").split("{")[::2], key=len).strip()


def test_no_fault_and_no_rewording_is_one_that_a_recording_holds() -> None:
    recorded = "\n".join(text for folder in recorded_runs() for text in recorded_errors(folder))
    assert "Execution failed: " in recorded
    faults = [text for table in FAULTS.values() for text, _, _ in table]
    speech = [text for voice in SPEECH.values() for text in (*voice.contained, *voice.replaced, *voice.summary)]
    telling = [part for part in map(literal, [*faults, *speech]) if len(part) >= 12]
    assert len(telling) > 60
    assert [part for part in telling if part in recorded] == []
