"""A run that succeeded with a failure envelope for its result: a failure that nobody sees."""

from operator_mcp.investigation.tree import Tree
from operator_mcp.models import FalseSuccess, Status


def false_success(tree: Tree) -> FalseSuccess | None:
    """Give the root that succeeded with the control plane's failure envelope for its result, if there is one.

    The envelope is what `POST /execute` answers for a call that ended badly (`status`, `execution_id`,
    `error_message`, `result: null`); an SDK caller can take it for the call's result (seen live).
    """
    for i in tree.roots:
        hop = tree.hops[i]
        result = hop.result
        if hop.status is not Status.SUCCEEDED or not isinstance(result, dict):
            continue
        if {"status", "error_message", "execution_id"} <= result.keys() and result.get("result") is None:
            said, of = result["error_message"], result["execution_id"]
            if isinstance(said, str) and said and isinstance(of, str):
                return FalseSuccess(
                    execution_id=hop.execution_id,
                    why=f"{hop.agent}.{hop.reasoner} succeeded, but its result is the failure of {of}: {said[:200]}",
                )
    return None
