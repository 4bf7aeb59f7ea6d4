"""The same run in words that nobody has ever used: letters shifted, names and the SDK's own sentences kept.

What is left of a finder's score on such runs it owes to how failures travel, not to their wordings.
"""

import re
from codecs import encode
from collections.abc import Collection
from dataclasses import replace

from benchmarks.samples import Sample

MACHINERY = re.compile(
    r"((?:Execution (?:failed|was cancelled|timed out after [\d.]+ seconds)|Wait timeout reached after [\d.]+ seconds"
    r"|Reasoner '\w+' timed out after [\d.]+s of active time|execution timed out \(no activity\)"
    r"|cancelled_by_control_plane|agent_restart_orphaned|agent error|agent call failed)(?:: )?)"
)
"""What the SDK and the control plane write themselves (AgentField 0.1.80): the same in every fleet."""


def ciphered(sample: Sample) -> Sample:
    """Give a run with all words of its errors and log lines in a cipher."""
    names = {hop.reasoner for hop in sample.run.hops} | {hop.agent for hop in sample.run.hops}
    hops = tuple(hop.model_copy(update={"error": hop.error and _cipher(hop.error, names)}) for hop in sample.run.hops)
    logs = {
        id: tuple(e if e.system else e.model_copy(update={"message": _cipher(e.message, names)}) for e in entries)
        for id, entries in sample.logs.items()
    }
    return replace(sample, run=sample.run.model_copy(update={"hops": hops}), logs=logs)


def _cipher(text: str, names: Collection[str]) -> str:
    def word(found: re.Match[str]) -> str:
        return found[0] if found[0] in names else encode(found[0], "rot13")

    parts = MACHINERY.split(text)
    return "".join(part if k % 2 else re.sub(r"[A-Za-z_-]+", word, part) for k, part in enumerate(parts))
