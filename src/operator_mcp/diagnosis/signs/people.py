"""People's decisions: a review that was refused, a release that was withdrawn, a run that somebody stopped.

Source of the first: AgentField 0.1.80, what an agent that acknowledges a cancel reports. The others are people's words.
"""

from operator_mcp.diagnosis.sign import Sign

_NO = "declined|rejected|refused|vetoed|denied|turned down|said no|withdrew|withdrawn|disapproved|not approved|stopped"

SIGNS = (
    Sign(
        "human",
        0.9,
        r"\b(?:chose|selected|clicked|pressed|answered|picked) ['\"](?:do not|don't|no\b|reject|decline|stop|cancel|"
        r"abort)",
    ),
    Sign(
        "human",
        0.86,
        r"\b(?:negat|rifiutat|respint)\w{1,2} (?:il |la |l')?(?:benestare|approvazione|autorizzazione|consenso)|"
        r"\b(?:benestare|approvazione|autorizzazione)\b[^\n]{0,40}\b(?:negat|rifiutat|respint)\w{1,2}\b",
    ),
    Sign(
        "human",
        0.98,
        r"\bstatus\W{1,3}(?:declined|rejected|denied)\b[^\n]{0,20}\b(?:decided|reviewed|rejected)_?by\b|"
        r"\bapproval request\b[^\n]{0,60}\b(?:declined|rejected|denied)\b",
    ),
    Sign(
        "human",
        0.86,
        r"\bn'a pas (?:validé|approuvé|autorisé)|\bnicht (?:freigegeben|genehmigt)\b|\bno (?:aprobó|autorizó|validó)\b|"
        r"\bnão (?:aprovou|autorizou)\b|\bnie (?:zatwierdził|zaakceptował)\w*|\bnon ha (?:approvato|autorizzato)\b",
    ),
    Sign("human", 0.96, r"\bapproval (?:request )?(?:has )?(?:expired|timed out|lapsed)\b"),
    Sign("human", 0.97, r"^cancelled_by_control_plane$"),
    Sign(
        "human",
        0.9,
        r"\b(?:rejected|declined|vetoed|cancelled|canceled|stopped|aborted|denied) by (?:the |an? |our )?(?:user|"
        r"operator|developer|owner|"
        r"human|"
        r"person|reviewer|approver|editor|manager|supervisor|[a-z]+@[\w.-]+)\b",
    ),
    Sign(
        "human",
        0.88,
        r"\b(?:rejected|declined|vetoed|cancelled|canceled|stopped|refused|turned down) by (?:[a-z]+[._][a-z]+\b|"
        r"(?:Dr|Mr|Ms|Mrs)\b|"
        r"[A-Z]\. ?[A-Z]|[A-Z][a-z]+ [A-Z][a-z])",
        ignore_case=False,
    ),
    Sign(
        "human",
        0.86,
        rf"\b(?:{_NO}) (?:the |this |that |its |my |our |your )?(?:sign-?off|approval|release|publication|draft|"
        rf"plan|proposal)\b",
    ),
    Sign(
        "human",
        0.86,
        r"\b(?:approval|sign-?off|review|release) (?:was |has been |is |came back )?(?:declined|rejected|refused|"
        r"vetoed|denied|withdrawn)\b",
    ),
    Sign(
        "human",
        0.8,
        r"(?:Freigabe|Genehmigung|Zustimmung)\b[^\n]{0,40}\b(?:abgelehnt|verweigert|zurückgezogen)|"
        r"\babgelehnt (?:von|durch)\b|"
        r"\b(?:refusée?|rejetée?|annulée?) par\b|\b(?:rechazad[oa]|cancelad[oa]|recusad[oa]) por\b|"
        r"(?:审批|审核)[^\n]{0,10}(?:拒绝|驳回|未通过)|(?:承認|却下)[^\n]{0,10}(?:されました|拒否)",
    ),
)
