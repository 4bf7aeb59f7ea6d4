"""HTTP status codes, told from other numbers by what stands beside them. They speak every language.

Sources: RFC 9110; the words of httpx (`Client error '401 Unauthorized' for url`), requests (`503 Server Error: ...`),
openai and anthropic (`Error code: 429 - {...}`), the AgentField control plane (`agent error (422): ...`).
"""

import re
from collections.abc import Iterator
from functools import cache

from operator_mcp.diagnosis.sign import Seen

MEANING: dict[int, tuple[str, float]] = {
    400: ("schema_mismatch", 0.6),
    401: ("auth", 0.95),
    402: ("budget", 0.95),
    403: ("auth", 0.93),
    404: ("config", 0.6),
    405: ("config", 0.6),
    407: ("auth", 0.93),
    408: ("timeout", 0.92),
    409: ("bad_input", 0.5),
    410: ("config", 0.6),
    413: ("bad_input", 0.6),
    415: ("schema_mismatch", 0.86),
    422: ("schema_mismatch", 0.84),
    429: ("rate_limit", 0.94),
    499: ("timeout", 0.6),
    504: ("timeout", 0.9),
    507: ("resources", 0.9),
    524: ("timeout", 0.9),
}
"""Status -> class and weight; every other 5xx is the other side's failure."""

FROM_AGENT = "agent error"

_PHRASES = (
    "Bad Request|Unauthorized|Payment Required|Forbidden|Not Found|Method Not Allowed|Proxy Authentication Required|"
    "Request Timeout|Conflict|Gone|Payload Too Large|Content Too Large|Unsupported Media Type|"
    "Unprocessable (?:Entity|Content)|"
    "Too Many Requests|Internal Server Error|Not Implemented|Bad Gateway|Service Unavailable|Gateway Time-?out|"
    "Insufficient Storage|Client Error|Server Error|UNAVAILABLE|RESOURCE_EXHAUSTED|UNAUTHENTICATED|PERMISSION_DENIED|"
    "INVALID_ARGUMENT|NOT_FOUND|INTERNAL|DEADLINE_EXCEEDED"
)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    code = r"(?P<code>[45]\d\d)"
    return (
        re.compile(rf"agent error \({code}\)[^\n]{{0,160}}"),
        re.compile(rf"(?<![\w.,-]){code} (?:{_PHRASES})\b", re.IGNORECASE),
        re.compile(rf"(?<![\w.,-]){code}, message='"),
        re.compile(
            rf"\bHTTP(?:[/ ]?\d(?:\.\d)?)?(?:[ -]?(?:status|error|code|fehler|erreur))*\W{{1,3}}{code}(?![\w-]|\.\d)",
            re.IGNORECASE,
        ),
        re.compile(
            r"(?:\bstatus[_ -]?code|\berror[_ ]code|\bstatus|Fehlercode|Statuscode|code d'(?:état|erreur)|"
            r"c[óo]digo(?: de (?:estado|error))?|codice|状态码|錯誤碼|错误码|ステータス(?:コード)?|код)"
            rf"[\s:='\"(]{{1,4}}{code}(?![\w-]|\.\d)",
            re.IGNORECASE,
        ),
        re.compile(
            r"(?:\b(?:returned|responded(?: with)?|answered(?: with)?|replied(?: with)?|received|got|gave|"
            r"antwortet\w*(?: mit)?|"
            r"liefert\w*|répond\w*|renvo\w+|devolvió|respondió(?: con)?|ha risposto|respondeu(?: com)?)|返回|"
            r"応答)\s*(?:an? |un |einen? |HTTP "
            rf")?{code}(?![\w.,-]|\s+\w+s\b)",
            re.IGNORECASE,
        ),
    )


def statuses(text: str) -> Iterator[Seen]:
    """Yield what the HTTP statuses in a text point to. An agent's own 5xx says only that it broke."""
    for pattern in _patterns():
        for met in pattern.finditer(text):
            code = int(met["code"])
            cause, weight = MEANING.get(code, ("provider_error", 0.93) if code >= 500 else ("bad_input", 0.4))
            if met[0].startswith(FROM_AGENT):
                cause, weight = _of_an_agent(code, cause, weight)
            yield Seen(cause, weight, met[0].strip(), met.start(), met.end(), {"status": met["code"]})


def _of_an_agent(code: int, cause: str, weight: float) -> tuple[str, float]:
    if code == 422:
        return cause, 0.92
    if code in (502, 503, 504):
        return "unavailable", 0.97
    return ("code_bug", 0.5) if code >= 500 else (cause, weight)
