"""Results of the benchmarks go to `docs/benchmarks.md`, each between markers of its own, with the date and machine."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
TITLE = "# Benchmarks\n\nWritten by the commands named in each part; nothing below is typed by hand.\n"


def publish(name: str, title: str, body: str, *, document: Path = DOCUMENT) -> None:
    """Put the result of `python -m benchmarks.NAME` into the document, in place of the one before."""
    text = document.read_text(encoding="utf-8") if document.exists() else TITLE
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    stamp = f"`python -m benchmarks.{name}`, {datetime.now(UTC):%Y-%m-%d}, {machine()}."
    part = f"{begin}\n## {title}\n\n{stamp}\n\n{body.strip()}\n{end}"
    before, found, rest = text.partition(begin)
    after = rest.partition(end)[2] if found else "\n"
    document.parent.mkdir(exist_ok=True)
    document.write_text(f"{before if found else text.rstrip() + chr(10) * 2}{part}{after}", encoding="utf-8")


def machine() -> str:
    """Give what the numbers were measured on."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Give a Markdown table; all columns but the first are set right."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)
