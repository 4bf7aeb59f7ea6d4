"""The same drawing as one self-contained HTML page: inline SVG, no script, no network, readable on a phone."""

import json
from collections.abc import Sequence
from html import escape

from operator_mcp.answers import FailedHop
from operator_mcp.drawing.folding import Line
from operator_mcp.drawing.tree import MARK_TEXT, duration

ROW, STEP, LEFT, LONGEST = 26, 18, 12, 64
COLOURS = {"succeeded": "#2f7d4f", "failed": "#b3261e", "timeout": "#b3261e", "cancelled": "#8a6d00"}
STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1e; --paper: #fff; --dim: #6b6b70; --line: #c9c9ce; --panel: #f4f4f6 }
@media (prefers-color-scheme: dark) { :root { --ink: #eee; --paper: #151517; --dim: #9a9aa0;
  --line: #444; --panel: #202024 } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem;
       margin: 0 auto; padding: 1rem }
h1 { font-size: 1.2rem; overflow-wrap: anywhere } h2 { font-size: 1rem; margin: 1.5rem 0 .3rem }
pre { background: var(--panel); padding: .7rem; white-space: pre-wrap; overflow-wrap: anywhere; border-radius: 6px }
body > .tree { overflow-x: auto }
svg text { font: 13px ui-monospace, monospace; fill: var(--ink); white-space: pre }
svg .dim { fill: var(--dim) } svg path { stroke: var(--line); fill: none } svg .on { font-weight: 700 }
p.dim { color: var(--dim) }
"""


def page(answer: FailedHop, lines: Sequence[Line]) -> str:
    """Give the page: verdict, the tree, why, error, input, logs. Everything the fleet wrote is escaped."""
    title = f"{answer.run_id}: {answer.verdict}"
    body = [f"<h1>{escape(title)}</h1>", f'<div class="tree">{_svg(lines)}</div>']
    if answer.why:
        body.append("<h2>Why this hop</h2><ul>" + "".join(f"<li>{escape(w)}</li>" for w in answer.why) + "</ul>")
    if answer.origin:
        body.append(_section("Error", answer.origin.error or "(no error text was recorded)"))
        body.append(f'<p class="dim">confidence {answer.confidence:.2f}, kind {escape(answer.origin.kind)}</p>')
    if answer.input is not None:
        body.append(_section("Input", json.dumps(answer.input, ensure_ascii=False, indent=1)))
    if answer.logs:
        body.append(_section("Logs", "\n".join(f"[{e.level}] {e.message}" for e in answer.logs)))
    notes = (*answer.unavailable, *answer.cut)
    body.extend(f'<p class="dim">{escape(note)}</p>' for note in notes)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )


def _section(title: str, text: str) -> str:
    return f"<h2>{escape(title)}</h2><pre>{escape(text)}</pre>"


def _svg(lines: Sequence[Line]) -> str:
    height = ROW * len(lines) + 8
    width = max(
        (LEFT + STEP * line.depth + 8 * min(LONGEST + 40, len(_label(line)) + 6) for line in lines), default=200
    )
    rows = "".join(_row(line, y) for y, line in enumerate(lines))
    links = "".join(_link(lines, y) for y in range(len(lines)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" '
        f'aria-label="The run as a tree, the path to the origin in bold">{links}{rows}</svg>'
    )


def _label(line: Line) -> str:
    if line.hop is None:
        return line.text
    name = f"{line.hop.agent}.{line.hop.reasoner}"
    name = name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
    mark = MARK_TEXT.get(line.mark, f"  ({line.mark})")
    return f"{name}  {line.hop.status}  {duration(line.hop)}  {line.text}".rstrip() + mark


def _row(line: Line, y: int) -> str:
    x, middle = LEFT + STEP * line.depth, ROW * y + ROW // 2
    if line.hop is None:
        return f'<text x="{x}" y="{middle + 4}" class="dim">{escape(line.text)}</text>'
    colour = COLOURS.get(line.hop.status, "#2457a6")
    on = ' class="on"' if line.mark in ("origin", "path") else ""
    radius = 6 if line.mark == "origin" else 4
    title = f"<title>{escape(line.hop.execution_id)}</title>"
    return (
        f'<circle cx="{x}" cy="{middle}" r="{radius}" fill="{colour}">{title}</circle>'
        f'<text x="{x + 12}" y="{middle + 4}"{on}>{escape(_label(line))}</text>'
    )


def _link(lines: Sequence[Line], y: int) -> str:
    """Draw from a line to the one it hangs on: the nearest line above that is less deep."""
    depth = lines[y].depth
    above = next((i for i in range(y - 1, -1, -1) if lines[i].depth < depth), None)
    if above is None:
        return ""
    x, top, bottom = LEFT + STEP * (depth - 1), ROW * above + ROW // 2 + 5, ROW * y + ROW // 2
    return f'<path d="M{x} {top}V{bottom}H{x + STEP - 6}"/>'
