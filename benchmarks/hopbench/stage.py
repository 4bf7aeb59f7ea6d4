"""Play a scene on the virtual clock and write down what the control plane holds afterwards, with the truth."""

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random

from benchmarks.hopbench import clock, timing
from benchmarks.hopbench.builder import Builder, Scene
from benchmarks.hopbench.model import CODE_LEVEL, Generated, Truth
from benchmarks.hopbench.people import reap
from benchmarks.hopbench.plane import Plane, Row
from benchmarks.hopbench.sdk import Agents
from benchmarks.hopbench.truth import Outcome, judge
from operator_mcp.models import Hop, Run

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)


def play(family: str, seed: int, wordings: str, scene: Scene, builder: Builder) -> Generated:
    """Play one scene to its end."""
    rng = Random(f"{family}/{seed}/{wordings}/play")
    began = EPOCH + timedelta(seconds=rng.randrange(200 * 86400), milliseconds=rng.randrange(1000))
    profile = timing.draw(rng)
    plane = Plane(rng, profile.lag, round(began.timestamp() * 1000))
    agents = Agents(plane, rng, builder.words, profile)

    async def main() -> list[Row]:
        return await _perform(agents, scene)

    roots = clock.run(main)
    run_id = f"run_{began:%Y%m%d_%H%M%S}_{rng.getrandbits(40):010x}"[:28]
    outcome = judge(plane.rows, roots)
    return Generated(
        family=family,
        seed=seed,
        wordings=wordings,
        run=Run(run_id=run_id, hops=tuple(_hop(row, began) for row in sorted(plane.rows, key=lambda r: r.started))),
        logs={row.execution_id: tuple(row.logs) for row in plane.rows if row.logs},
        truth=_truth(family, seed, run_id, scene, outcome),
    )


async def _perform(agents: Agents, scene: Scene) -> list[Row]:
    roots: list[Row] = []
    for part in scene.roots:
        roots.append(agents.begin(part))
        await asyncio.sleep(scene.gap if len(scene.roots) > 1 else 0)
    clock_end = asyncio.get_running_loop().time() + scene.horizon
    for root in roots:
        left = clock_end - asyncio.get_running_loop().time()
        try:
            await asyncio.wait_for(root.done.wait(), max(left, 0))
        except TimeoutError:
            break
    else:
        await asyncio.sleep(scene.linger)
    if scene.reaper:
        await asyncio.sleep(agents.rng.uniform(1, 300))
        reap(agents.plane)
    await agents.stop()
    return roots


def _hop(row: Row, began: datetime) -> Hop:
    return Hop(
        execution_id=row.execution_id,
        parent_id=row.parent.execution_id if row.parent else None,
        agent=row.agent,
        reasoner=row.reasoner,
        status=row.status,
        status_reason=row.reason,
        error=row.error or None,
        started_at=began + timedelta(seconds=round(row.started, 6)),
        ended_at=None if row.ended is None else began + timedelta(seconds=round(row.ended, 6)),
        duration_ms=row.duration_ms,
        input=row.input,
        result=row.result,
        approval_status=row.approval,
    )


def _truth(family: str, seed: int, run_id: str, scene: Scene, outcome: Outcome) -> Truth:
    birth, origin = outcome.birth, outcome.origin
    named = f"Origin: {origin.agent}.{origin.reasoner}." if origin else "Nothing to report."
    beside = {name: tuple(row.execution_id for row in rows) for name, rows in outcome.beside.items()}
    return Truth(
        scenario=f"{family}-{seed}",
        family=family,
        story=f"{scene.story} {named}",
        run_id=run_id,
        verdict=outcome.verdict,
        origin=origin.execution_id if origin else None,
        acceptable_origins=tuple(row.execution_id for row in outcome.acceptable),
        path=tuple(row.execution_id for row in outcome.path),
        kind=outcome.kind,
        cause=birth.cause if birth else None,
        acceptable_causes=(birth.cause,) if birth else (),
        detectable=bool(birth and birth.detectable),
        code_level=bool(birth and birth.cause in CODE_LEVEL),
        handled=beside.get("handled", ()),
        recovered=beside.get("recovered", ()),
        collateral=beside.get("collateral", ()),
        concurrent=beside.get("concurrent", ()),
        must_quote=(origin.error,) if birth and birth.detectable and origin and origin.error else (),
        null_ok=outcome.provisional and birth is not None,
        false_success=next((row.execution_id for row in outcome.false_successes), None),
    )
