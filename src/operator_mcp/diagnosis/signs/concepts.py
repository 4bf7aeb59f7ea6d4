"""A thing and the state it is in, near each other: what people write when they word a technical failure themselves.

`the organisation has reached its monthly usage limit`, `tesseract is not installed`: no machine wrote these, but the
pair of thing and state is that of one class. One half alone (a memory, a budget line, a time-out policy) says nothing.
"""

from operator_mcp.diagnosis.sign import Sign

PEOPLE = 0.78
"""Enough to name a class, too little to call it decisive."""


def pair(cause: str, things: str, states: str, weight: float = PEOPLE) -> Sign:
    """Give the sign of a thing within 50 characters of a state, in either order, in one sentence."""
    gap = r"(?:[^.\n;]|\.(?=\d)){0,50}?"
    return Sign(cause, weight, rf"\b(?:{things})\b{gap}\b(?:{states})\b|\b(?:{states})\b{gap}\b(?:{things})\b")


_USED_UP = "reached|exceeded|exhausted|used up|hit|depleted|over|spent|gone|insufficient|too low|out of|ran out"
_MISSING = (
    "not (?:installed|found|available|configured|set|defined|provided|on (?:the )?PATH|in (?:your |"
    "the )?PATH)|missing|unset|undefined"
)

SIGNS = (
    pair(
        "budget",
        "usage limits?|spend(?:ing)? limit|credit balance|account balance|balance|credits?|prepaid|"
        "monthly (?:limit|quota|budget)|"
        "daily (?:limit|quota|budget)|(?:token|cost|dollar|money|turn|step|request) (?:budget|allowance|"
        "cap|limit)|max_turns|max_steps|"
        "max_iterations|recursion limit of \\d+|turn limit|step limit|iteration limit",
        _USED_UP,
    ),
    pair(
        "budget",
        "max_turns ?= ?\\d+|max_steps ?= ?\\d+|[\\d.]+ (?:USD|EUR) of [\\d.]+ (?:USD|EUR)",
        "without|reached|after|spending|spent",
    ),
    pair(
        "rate_limit",
        "rate limit|request limit|requests|calls|quota",
        "per (?:\\d+ )?(?:second|minute|hour)s?|too (?:fast|often|many)|slow down|throttled",
        0.9,
    ),
    pair(
        "auth",
        "(?:authentication |authorization |login )?credentials?|api[ -]?key|access (?:token|key)|bearer "
        "token|auth(?:entication)? token|"
        "authorization header|auth header|client secret|refresh token|login|sign-?in|signature|"
        "authentication|authorization",
        "invalid|missing|expired|denied|refused|rejected|revoked|failed|not (?:valid|accepted|"
        "recogni[sz]ed|allowed|permitted)|wrong|incorrect",
    ),
    pair(
        "auth",
        "access|permissions?|privileges?|allowed|entitled|not allowed|account",
        "denied|lacks?|insufficient|\\(?40[13]\\)?|with this key",
        0.76,
    ),
    pair(
        "resources",
        "memory|RAM|disk|disk space|storage|file (?:handles|descriptors)|threads|swap|heap|inodes|"
        "connection pool|shared memory",
        "exhausted|limit of [\\d.]+ ?\\w+ exceeded|out of|full|ran out|insufficient|not enough|no more|used up",
    ),
    pair(
        "model_output",
        "model|LLM|assistant|completion|generation|generated (?:text|answer)|"
        "prompt_feedback(?:\\.block_reason)?|chat ?bot|content filter|usage polic(?:y|ies)|"
        "safety (?:system|filter|settings)",
        "refused|refuses|declined|empty|filtered|blocked|block_reason|cut (?:off|short)|truncated|"
        "incomplete|violates?|withheld|"
        "no (?:answer|text|content|output|reply)|nothing|flagged|stopped early",
    ),
    pair(
        "context_overflow",
        "context(?: window| length| size)?|(?:maximum )?sequence length|input tokens?|prompt tokens?|"
        "prompt|tokens?, model limit|token count",
        "too long|too large|exceeds? (?:the )?(?:limit|maximum|model)|longer than the (?:specified "
        ")?maximum|does not fit|overflow(?:s|ed)?|over the limit|"
        "model limit \\d+|\\d+ ?k? tokens > \\d+|exceeds? \\d+ ?k? tokens",
        0.86,
    ),
    pair(
        "config",
        "module|package|plug-?in|extension|librar(?:y|ies)|executable|binary|driver|language pack|font|"
        "environment variable|env(?:ironment)? var|"
        "configuration|config file|setting|feature flag|migration|revision|schema version|ffmpeg|PATH|certificate",
        _MISSING + "|hostname mismatch|can't locate|cannot locate|invalid value for",
    ),
    Sign(
        "config",
        0.88,
        r"(?P<library>[\w.+-]{2,40}) is not installed|invalid value for (?:setting|option) "
        r"(?P<setting>\w+)|spawn (?P<binary>\S+) ENOENT|[Uu]nknown model:? ?(?P<model>[\w./:-]+)|hostname "
        r"mismatch|column [\"']?\w+[\"']? does not exist",
    ),
    pair(
        "provider_error",
        "server|service|upstream|socket|host|host name|API|gateway|backend|database|broker|MySQL|"
        "connection|peer|endpoint",
        "gone away|hang up|unavailable|overloaded|(?:is |was |went )down|unreachable|not reachable|could "
        "not (?:be reached|translate|connect)|refused|reset|"
        "broken|closed unexpectedly|not responding|does not respond|out of service|maintenance",
    ),
    Sign(
        "timeout",
        0.88,
        r"^(?:\w+ )?time-?out\b(?! (?:policy|setting|value|is|was|of \d+ set))|\btime-?out (?:on|while|"
        r"waiting|reading|occurred|error)\b|\bgave up waiting\b|\b(?:deadline|time limit) (?:has |was "
        r")?(?:passed|missed|over|expired)|waited (?:for )?\d[\d.]* ?(?:ms|s|sec|min)\w*[^\n]{0,40}(?:gave "
        r"up|in vain|no)",
    ),
    pair(
        "timeout",
        "job|task|step|run|call|query|request|operation|response|answer",
        "exceeded its (?:time )?limit of \\d+ ?\\w+|took longer than \\d[\\d.]* ?\\w+|exceeded the time limit",
    ),
    pair(
        "schema_mismatch",
        "columns?|fields?|keys?|attributes?|elements?",
        "missing (?:from|in) (?:the )?(?:result|response|answer|reply|output|payload|body|table|file|frame)",
        0.86,
    ),
    Sign(
        "schema_mismatch",
        0.86,
        r"unable to parse|cannot parse|could not parse|failed to parse|parse error|Error tokenizing data|"
        r"syntax error: line \d+|month must be in 1\.\.12|(?:year|hour|minute|second|day) (?:\S+ )?(?:must "
        r"be in|is out of range)|unsupported (?:content|media) type",
    ),
)
