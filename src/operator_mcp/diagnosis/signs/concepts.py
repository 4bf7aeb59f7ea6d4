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
        "max_turns ?= ?\\d+|max_steps ?= ?\\d+|(?<![\\d.])[\\d.]{1,15} (?:USD|EUR) of [\\d.]{1,15} (?:USD|EUR)",
        "without|reached|after|spending|spent",
    ),
    pair(
        "rate_limit",
        "rate limit|request limit|requests|calls|quota",
        "per (?:\\d+ )?(?:second|minute|hour)s?|too (?:fast|often)|slow down|throttled",
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
        0.84,
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
        r"(?P<library>[\w.+-]{2,40}) is not installed|invalid value for (?:setting|option) (?P<setting>\w+)|"
        r"spawn (?P<binary>\S+) ENOENT|[Uu]nknown model:? ?(?P<model>[\w./:-]+)|hostname mismatch|"
        r"column [\"']?\w+[\"']? does not exist",
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
        r"^(?:\w+ )?time-?out\b(?! (?:policy|setting|value|is|was|of \d+ set))|\btime-?out (?:on|while|waiting|"
        r"reading|occurred|error)\b|\bgave up waiting\b|\b(?:deadline|time limit) (?:has |was )?(?:passed|missed|over|"
        r"expired)|waited (?:for )?\d[\d.]* ?(?:ms|s|sec|min)\w*[^\n]{0,40}(?:gave up|in vain|no)",
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
        0.84,
    ),
    Sign(
        "schema_mismatch",
        0.84,
        r"unable to parse|cannot parse|could not parse|failed to parse|parse error|Error tokenizing data|"
        r"syntax error: line \d+|month must be in 1\.\.12|(?:year|hour|minute|second|day) (?:\S+ )?(?:must be in|"
        r"is out of range)|unsupported (?:content|media) type",
    ),
    Sign(
        "auth",
        0.84,
        r"\bnot authori[sz]ed\b|\b(?:rejected|refused|revoked|does not accept) (?:our|the|its|this|my) (?:certificate|"
        r"key|token|login|signature|credentials?)|\b(?:key|certificate|account|licen[cs]e key) (?:is |was |"
        r"has been )?(?:revoked|suspended|disabled|locked)\b",
    ),
    Sign("rate_limit", 0.88, r"\bthrottled\b|\bthrottling\b|exceeded \d+ (?:calls|requests|queries) (?:per|in|a) \w+"),
    Sign(
        "budget",
        0.88,
        r"\b(?P<limit>\d+) of (?P=limit) (?:allowed |permitted |possible )?(?:turns|steps|tokens|requests|"
        r"attempts allowed)\b|\bkey limit exceeded|max(?:imum)? (?:cost|spend|price|"
        r"bill) (?:of [^\n]{1,20} )?(?:was )?(?:exceeded|reached)|(?:spending|cost) cap\b[^\n]{0,20}reached",
    ),
    Sign(
        "provider_error",
        0.8,
        r"\b(?:feed|portal|provider|remote host|service|server|api|site|host) (?:is|was|went|"
        r"seems) (?:currently )?(?:down|offline|dead|unreachable|unavailable|under maintenance)\b|"
        r"closed by (?:the )?remote (?:host|end|side|peer)|(?:service|server|feed) unreachable",
    ),
    Sign(
        "config",
        0.84,
        r"\b(?P<setting>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+) (?:missing|unset|not set|undefined|empty)\b",
        ignore_case=False,
    ),
    pair(
        "config",
        "template|profile|deployment|endpoint|base url|connection string|credentials file|config section|"
        "queue|topic|bucket",
        "not found|not defined|not configured|does not exist|configured for|is undefined",
    ),
    Sign(
        "model_output",
        0.84,
        r"\bmodel (?:would|will|did|does) not (?:answer|reply|respond with text|comply)|\bended mid-(?:sentence|word|"
        r"answer|list)|incomplete[^\n]{0,20}max_(?:output_)?tokens|max_(?:output_)?tokens\)? (?:was )?reached",
    ),
    Sign(
        "context_overflow",
        0.84,
        r"\b(?:prompt|messages?|input|conversation|history|text)\b[^\n]{0,40}\b(?:larger|bigger|longer|"
        r"more) than\b[^\n]{0,40}\b(?:window|context|tokens?)\b|\btoo (?:long|large|big) for (?:the |"
        r"this )?(?:model'?s? )?(?:context|window|model context)",
    ),
    Sign(
        "schema_mismatch",
        0.84,
        r"\b(?:did|does) not match (?:the |its )?(?:\w+ )?schema|\bHTML instead of JSON|\binstead of (?:valid )?JSON\b",
    ),
    Sign("timeout", 0.9, r"\bexpired after \d[\d.]* ?(?:ms|s|sec|seconds|min|minutes)\b"),
    Sign(
        "bad_input",
        0.78,
        r"(?<![\d.,])\d[\d.,]{0,20} (?:exceeds?|is (?:above|below|over|under)) the (?:allowed|permitted|legal|maximum|"
        r"minimum|limit)\w*|\b(?:missing|absent|empty) in (?:the )?(?:request|input|order|form|submission)\b",
    ),
    Sign("schema_mismatch", 0.9, r"\binvalid (?:date|time|datetime|number|timestamp) format"),
)
