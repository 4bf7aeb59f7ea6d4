"""People's decisions: a review that was refused, a release that was withdrawn, a run that somebody stopped.

Source of the first: AgentField 0.1.80, what an agent that acknowledges a cancel reports. The others are people's words,
and the fields that approval tools write (`decision`, `status`, `decided_by`).
"""

from operator_mcp.diagnosis.sign import Sign
from operator_mcp.diagnosis.signs.concepts import pair

_NO = "declined|rejected|refused|vetoed|denied|turned down|said no|withdrew|withdrawn|withheld|disapproved|not approved"
_ROLES = (
    r"(?:chief |duty |senior |team |branch |case |shift |release |project )?(?:reviewer|approver|editor|manager|"
    r"supervisor|director|physician|auditor|lawyer|dispatcher|foreman|principal|team lead|tech lead|product owner|"
    r"human|on-call|controller|compliance officer|officer)"
)
_WORK = "sign-?off|approval|release|publication|go-ahead"

SIGNS = (
    Sign("human", 0.97, r"^cancelled_by_control_plane$"),
    Sign(
        "human",
        0.98,
        r"\b(?:status|decision|verdict|outcome)\W{1,4}(?:declined|rejected|denied)\b[^\n]{0,20}\b(?:decided|reviewed|"
        r"rejected)?_?by\b|\bapproval(?: request)?\b[^\n]{0,60}\b(?:declined|rejected|denied|withheld)\b|"
        r"\bdecided_by[=:]",
    ),
    Sign("human", 0.96, r"\bapproval (?:request )?(?:has )?(?:expired|timed out|lapsed)\b"),
    Sign(
        "human",
        0.9,
        r"\b(?:chose|selected|clicked|pressed|answered|picked|hit) ['\"]?(?:do not|don't|no\b|reject|decline|stop\b|"
        r"cancel\b|abort\b)",
    ),
    Sign(
        "human",
        0.9,
        r"\b(?:rejected|declined|vetoed|cancelled|canceled|stopped|aborted|denied) by (?:the |an? |our )?(?:user|"
        r"operator|"
        rf"developer|owner|person|{_ROLES}|[\w.]+@[\w.-]+)\b",
    ),
    Sign(
        "human",
        0.88,
        r"\b(?:rejected|declined|vetoed|cancelled|canceled|stopped|refused|turned down|sent back|"
        r"put on hold) by (?:[a-z]+[._][a-z]+\b|(?:Dr|Mr|Ms|Mrs)\b|[A-Z]\. ?[A-Z]|[A-Z][a-z]+ [A-Z][a-z])",
        ignore_case=False,
    ),
    Sign("human", 0.86, rf"\b(?:{_NO}) (?:the |this |that |its |my |our |your |his |her )?(?:{_WORK})\b"),
    Sign("human", 0.86, rf"\b(?:{_WORK}) (?:was |has been |is |came back )?(?:{_NO})\b"),
    pair(
        "human",
        _ROLES,
        rf"{_NO}|sent (?:it|this|them) back|put (?:it|this) on hold|called it off|does not want|did(?: not|"
        rf"n't) (?:approve|sign|agree)|"
        "will not sign|wants? (?:to|it) (?:rewrit|chang|check|wait)\\w*",
        0.84,
    ),
    Sign(
        "human",
        0.86,
        r"\bn'a pas (?:validé|approuvé|autorisé|donné son accord)|\bnicht (?:freigegeben|genehmigt)\b|\bno (?:aprobó|"
        r"autorizó|validó|dio el visto bueno)\b|\bnão (?:aprovou|autorizou)\b|\bnie (?:zatwierdził|zaakceptował)\w*|"
        r"\bnon ha (?:approvato|autorizzato|firmato)\b|\b(?:negat|rifiutat|respint)\w{1,2} (?:il |la |"
        r"l')?(?:benestare|approvazione|autorizzazione|consenso)|\b(?:benestare|approvazione|"
        r"autorizzazione)\b[^\n]{0,40}\b(?:negat|rifiutat|respint)\w{1,2}\b",
    ),
    Sign(
        "human",
        0.8,
        r"(?:Freigabe|Genehmigung|Zustimmung)\b[^\n]{0,40}\b(?:abgelehnt|verweigert|zurückgezogen)|\babgelehnt (?:von|"
        r"durch)\b|\b(?:refusée?|rejetée?|annulée?) par (?:M\. |Mme |la direction)|\b(?:rechazad[oa]|cancelad[oa]|"
        r"recusad[oa]) por (?:el |la |o |a )(?:señor\w*|jef\w+|director\w*|gerente|supervisor\w*|chefe|diretor\w*)|"
        r"(?:审批|审核)[^\n]{0,10}(?:拒绝|驳回|未通过)|(?:承認|却下)[^\n]{0,10}(?:されました|拒否)",
    ),
)
