"""Packs the recorded runs of the believable fleet into data files: `python -m tests.demo.packing`."""

import gzip
import re
from collections import defaultdict
from pathlib import Path

import operator_mcp.demo
from operator_mcp.demo.recorded import recorded_rows
from tests.conftest import RECORDINGS, answers

DATA = Path(operator_mcp.demo.__file__).parent / "data"

FOLDERS = {
    "slow-copy": "flow-18-unfinished",
    "royalty": "cause-02-royalty",
    "full-intake": "flow-19-healthy",
    "lost-partner": "flow-12-unreachable",
    "fax": "flow-07-retry-recovered",
    "carrier-season": "cause-17-carrier-season",
    "throttled": "cause-18-throttled",
    "proof-rejected": "cause-44-proof-rejected",
    "company-register": "flow-05-caught-healthy",
    "term-count": "cause-01-term-count",
    "no-transcription": "flow-11-hang",
    "invoice": "flow-06-caught-then-other",
    "volume": "flow-20-wide",
    "carrier": "cause-16-carrier",
    "chapters": "cause-05-chapters-shape",
    "plates": "cause-35-disk",
    "feed-key": "cause-26-feed-401",
    "register-copy": "flow-14-cancelled",
    "long-volume": "cause-42-too-long",
}
"""Data file -> the recording it is made from."""

_DATED = re.compile(r"\b(run|exec)_(?:\d{8}_\d{6}|\d{13})_([0-9a-z]{8})\b")


def packed(name: str) -> str:
    """Give the content of one data file: the rows of its recording as JSON, ids without the time in them."""
    rows = recorded_rows(answers(RECORDINGS / FOLDERS[name]))
    text = rows.model_dump_json(exclude_defaults=True)
    short: dict[str, set[str]] = defaultdict(set)
    for match in _DATED.finditer(text):
        short[f"{match[1]}_{match[2]}"].add(match[0])
    clashes = {new: old for new, old in short.items() if len(old) > 1}
    if clashes:
        raise ValueError(f"ids that are one without their time: {clashes}")
    return _DATED.sub(r"\1_\2", text)


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    for name in FOLDERS:
        (DATA / f"{name}.json.gz").write_bytes(gzip.compress(packed(name).encode(), mtime=0))
