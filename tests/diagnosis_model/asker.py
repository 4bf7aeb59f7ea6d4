"""A process of its own that concludes one case: `python -m tests.diagnosis_model.asker HOME URL RUN`.

It says "ready", goes at the first line on stdin, and prints the diagnosis as JSON.
"""

import os
import sys
from pathlib import Path

import anyio

from operator_mcp.diagnosis.conclusion import conclude
from operator_mcp.ledger import Ledger
from tests.diagnosis_model.conftest import investigation, settings_for, trace


async def main(home: Path, url: str, run_id: str) -> None:
    settings = settings_for(url, "chat", home)
    ledger = Ledger.open(settings.ledger_url)
    found = investigation(trace(run_id))
    case = ledger.open_case(
        "fleet", run_id, origin=f"{run_id}-hop", agent="books", reasoner="balance", signature=found.signature
    )
    print("ready", flush=True)
    sys.stdin.readline()
    concluded = await conclude(ledger, settings, case, found, None, actor=f"process {os.getpid()}")
    assert concluded.case.diagnosis is not None
    print(concluded.case.diagnosis.model_dump_json(), flush=True)
    ledger.close()


if __name__ == "__main__":
    anyio.run(main, Path(sys.argv[1]), sys.argv[2], sys.argv[3])
