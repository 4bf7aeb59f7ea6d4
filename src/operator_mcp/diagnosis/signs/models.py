"""Model providers: limits, money, refusals, overflow.

Sources: error codes and messages of the OpenAI, Anthropic, Google and AWS model APIs and of the clients openai,
anthropic, litellm, pydantic-ai, and the agent SDKs of Claude and OpenAI (result subtypes).
"""

from operator_mcp.diagnosis.sign import Sign

SIGNS = (
    Sign("context_overflow", 0.97, r"Range of input length should be \[\d+, (?P<limit>\d+)\]"),
    Sign("model_output", 0.97, r"data_?inspection_?failed|may contain inappropriate content"),
    Sign("model_output", 0.8, r"\brepeated (?:itself )?\d{1,6} times\b|\bkept repeating\b|\bstuck in a loop of\b"),
    Sign(
        "budget",
        0.96,
        r"\bused (?:up )?all (?:of )?(?:its |the |our |their )?\d+ (?:turns|steps|iterations|tokens|requests|calls|"
        r"credits)",
    ),
    Sign("context_overflow", 0.98, r"string too long\. Expected a string with maximum length \d+[^\n]{0,80}"),
    Sign("model_output", 0.98, r"token limit[^\n]{0,40} exceeded before any response[^\n]{0,60}"),
    Sign(
        "model_output",
        0.97,
        r"(?:rejected as a result of|not allowed by) (?:our|the|its) safety system|guardrail[_ ]intervened|"
        r"rejected by the content filter",
    ),
    Sign("rate_limit", 0.985, r"quota exceeded[^\n]{0,160}per[ _-]?(?:minute|second)\b"),
    Sign("config", 0.97, r"models/[\w.-]{1,80} is not found for API version|is not a valid model identifier"),
    Sign(
        "rate_limit",
        0.985,
        r"PerMinute|PerSecond|per[_ -](?:minute|second)\b[^\n]{0,80}\bquota|\bretryDelay\b",
        ignore_case=False,
    ),
    Sign(
        "rate_limit",
        0.96,
        r"\bcapacity_?\s?exceeded|too (?:much|many) (?:e-?)?mails?\b|too many (?:messages|recipients)",
    ),
    Sign("context_overflow", 0.98, r"context_length_exceeded|context_window_exceeded|string_above_max_length"),
    Sign("context_overflow", 0.95, r"too many tokens: size limit exceeded|size limit exceeded by \d+ tokens"),
    Sign("context_overflow", 0.98, r"maximum context length is (?P<limit>[\d,]+) tokens"),
    Sign("context_overflow", 0.97, r"prompt is too long:? ?(?P<given>\d+)? ?(?:tokens)?(?: > (?P<limit>\d+))?"),
    Sign(
        "context_overflow",
        0.97,
        r"input (?:token count|length)[^.]{0,60}exceeds? the (?:maximum|limit|model)[^.]{0,60}",
    ),
    Sign(
        "context_overflow",
        0.95,
        r"exceed(?:s|ed|ing)? (?:the |this )?(?:model'?s )?(?:maximum )?context (?:length|window|size)",
    ),
    Sign(
        "context_overflow",
        0.95,
        r"(?:context|prompt|request)[^.\n]{0,40}(?:too (?:long|large)|exceeds?)[^.\n]{0,60}\btokens?\b",
    ),
    Sign("context_overflow", 0.9, r"(?:reduce|shorten) the length of the (?:messages|prompt|input)"),
    Sign(
        "context_overflow",
        0.95,
        r"exceeds? (?:the )?(?:available |allowed )?context (?:limit|window|length|size)|"
        r"input is too long for (?:the )?(?:requested )?model|"
        r"too many (?:input )?tokens (?:in|for) (?:the )?(?:prompt|context|request)",
    ),
    Sign(
        "budget",
        0.98,
        r"insufficient_quota|quota_(?:exceeded|exhausted)|usage_limit_(?:exceeded|reached)|"
        r"billing_hard_limit_reached|credit_balance_too_low|insufficient_(?:funds|"
        r"credits?|balance)",
    ),
    Sign("budget", 0.98, r"error_max_(?:budget(?:_usd)?|turns)|max_budget_exceeded|budget_exceeded"),
    Sign(
        "budget",
        0.97,
        r"exceed(?:s|ed) (?:your|the) (?:plan|subscription|tier|account)(?:'s)? (?:set )?(?:\w+ )?(?:limit|quota|"
        r"allowance)|(?:exceed(?:s|ed) your (?:current )?|insufficient|no remaining|out of) ?quota|"
        r"quota (?:is )?(?:used up|exhausted)",
    ),
    Sign("budget", 0.97, r"credit balance is too low|(?:out of|not enough|insufficient) (?:credits?|funds|balance)"),
    Sign(
        "budget",
        0.96,
        r"\bmax(?:imum|\.)? (?:number of |allowed )?(?:turns|steps|"
        r"iterations|requests|tool calls)(?: \(\d+\)| of \d+)?(?: (?:was |were |has been )?(?:reached|"
        r"exceeded)| \(\d+\))",
    ),
    Sign("budget", 0.96, r"(?:reached|exceeded|hit) (?:the )?max(?:imum)? (?:number of )?(?:turns|steps|iterations)"),
    Sign(
        "budget",
        0.95,
        r"(?:exceed(?:s|ed)?|reached|over|used \d+ ?% of)[^.\n]{0,40}\b(?:budget|spend(?:ing)? (?:limit|"
        r"cap)|(?:token|request|cost|tool_calls|total_tokens)_?\s?limit)\b",
    ),
    Sign(
        "budget",
        0.95,
        r"\b(?:budget|spend(?:ing)? (?:limit|cap)|quota|cost cap)\b[^.\n]{0,60}\b(?:exceeded|reached|"
        r"exhausted|used up|depleted)\b",
    ),
    Sign(
        "budget",
        0.8,
        r"余额不足|(?:配额|额度|预算)(?:不足|超限|超出|已?用[完尽])|额度(?:不足|已用(?:完|尽))|欠费|残高不足|"
        r"Guthaben (?:aufgebraucht|reicht nicht)|(?:Kontingent|Budget)\w* "
        r"(?:erschöpft|aufgebraucht|überschritten)|solde insuffisant|crédit(?:s)? épuisé|(?:saldo|fondos) "
        r"insuficientes?|(?:cupo|cuota|crédito)\b[^\n]{0,40} agotad[oa]|(?:quota|forfait|"
        r"crédits?)\b[^\n]{0,40} épuisée?|presupuesto agotado|недостаточно средств",
    ),
    Sign(
        "budget",
        0.95,
        r"(?:requires|need) more credits|can only afford \d+|\b(?:cost|spend(?:ing)?|budget|price|dollar|"
        r"token|turn|step) "
        r"(?:cap|limit|ceiling|allowance)\b[^\n]{0,40}\b(?:exceeded|reached|hit|used up)\b|"
        r"\b\w+ (?:budget|allowance|quota) (?:is |was |has been )?(?:used up|exceeded|exhausted|spent|gone)\b",
    ),
    Sign(
        "rate_limit",
        0.98,
        r"rate_?limit(?:_(?:exceeded|error)|ed\b)|too_many_requests|throttling(?:exception|_error)?\b|"
        r"RequestLimitExceeded|SlowDown\b",
    ),
    Sign(
        "rate_limit", 0.98, r"quota exceeded for (?:metric|quota metric)[^\n]{0,120}per[ _-]?(?:second|minute|hour|day)"
    ),
    Sign(
        "rate_limit",
        0.97,
        r"calls quota exceeded|rate[ -]?limit(?:ed)?\b[^.\n]{0,40}\b(?:reached|exceeded|hit|error|for)\b|"
        r"\bexceeded[^.\n]{0,30}rate limit|rate limited\b",
    ),
    Sign(
        "rate_limit",
        0.96,
        r"too many (?:requests|concurrent (?:requests|executions|connections from))|max concurrent "
        r"executions \((?P<limit>\d+)\)",
    ),
    Sign(
        "rate_limit", 0.9, r"please (?:try again|retry|wait)[^.\n]{0,20}\b\d+ ?(?:ms|s|seconds?)\b|retry[- ]after: ?\d+"
    ),
    Sign(
        "rate_limit",
        0.8,
        r"请求(?:过于|太)频繁|リクエストが多すぎ|"
        r"zu viele (?:Anfragen|Abfragen)|trop de requêtes|demasiadas (?:solicitudes|"
        r"peticiones)|слишком много запросов",
    ),
    Sign(
        "provider_error",
        0.97,
        r"overloaded_error|server_error\b|internal_server_error|api_error\b|engine_overloaded|"
        r"service_unavailable|model_overloaded",
    ),
    Sign(
        "provider_error",
        0.97,
        r"the (?:model|service|engine|server)s? (?:is|are) (?:currently |temporarily )?(?:overloaded|unavailable)",
    ),
    Sign(
        "provider_error",
        0.96,
        r"the server had an error (?:while )?processing your request|internal ?server ?(?:error|exception)",
    ),
    Sign(
        "auth",
        0.98,
        r"invalid_api_key|authentication_error|invalid_(?:token|grant|client|credentials)|permission_error|"
        r"unauthorized_client|AADSTS\d{4,8}|ExpiredToken(?:Exception)?|InvalidClientTokenId|SignatureDoesNotMatch|"
        r"AccessDenied(?:Exception)?|UnrecognizedClientException",
    ),
    Sign(
        "auth",
        0.96,
        r"(?:incorrect|invalid|missing|expired|revoked|unknown|bad) (?:x-)?(?:api[ -]?key|credentials?|"
        r"access token|bearer token|auth(?:entication|orization)? token|client secret|password)",
    ),
    Sign(
        "auth",
        0.95,
        r"(?:api[ -]?key|credentials?|access token|security token|session token|bearer token|token|"
        r"certificate|password)[^.\n]{0,50} (?:is |are |has |have |was |were )?(?:been )?(?:expired|"
        r"revoked|invalid|refused|rejected|missing|not valid|incorrect|wrong)\b",
    ),
    Sign("config", 0.98, r"model_not_found|deployment_?not_?found|model_decommissioned"),
    Sign(
        "config",
        0.96,
        r"\bmodel:? [`'\"]?(?P<model>[\w./:-]+)[`'\"]? (?:does not exist|(?:is |was )?not (?:found|"
        r"supported|available)|has been (?:deprecated|retired|decommissioned))",
    ),
    Sign("config", 0.96, r"not_found_error[^\n]{0,40}model: ?(?P<model>[\w./:-]+)"),
    Sign("config", 0.9, r"LLM Provider NOT provided|unknown (?:model|provider):? ['\"`](?P<model>[^'\"`\n]{1,80})"),
    Sign(
        "auth",
        0.9,
        r"(?:api[_ -]?key|credentials?|token)\b[^\n]{0,40}\bmust be (?:set|provided|passed)\b|(?:no|"
        r"missing) (?:api[_ -]?key|"
        r"credentials?|access token|bearer token)\b[^\n]{0,30}",
    ),
    Sign(
        "model_output",
        0.96,
        r"\bblock(?:ed)?[_ ]reason\W{1,4}(?P<block>\w{3,40})",
    ),
    Sign(
        "model_output",
        0.97,
        r"Exceeded maximum output retries|as the length limit was reached|empty (?:response|answer|output|reply|"
        r"completion) (?:from|by) (?:the )?"
        r"(?:model|LLM|provider|assistant)",
    ),
    Sign(
        "model_output",
        0.98,
        r"content_filter(?:ed)?|content_policy_violation|ContentFilterFinishReason\w*|"
        r"LengthFinishReason\w*|ResponsibleAIPolicyViolation",
    ),
    Sign(
        "model_output",
        0.97,
        r"(?:finish|stop)[_ ]?reason['\"]?\s*[=:]\s*['\"]?(?P<reason>length|max_tokens|content_filter|"
        r"refusal|safety|other|recitation|blocklist|prohibited_content|model_length|malformed_function_call)",
    ),
    Sign(
        "model_output",
        0.96,
        r"(?:model|assistant|completion|response|LLM|claude|gpt)[^.\n]{0,30}\b(?:refused|refusal|declined)\b",
    ),
    Sign(
        "model_output",
        0.96,
        r"(?:empty|blank|no) (?:completion|model (?:response|answer|output)|candidates?\b|choices\b)|"
        r"(?:model|LLM|completion|assistant)[^.\n]{0,30}\b(?:returned|gave|produced|answered with|"
        r"was)\b[^.\n]{0,20}\b(?:an )?(?:empty|nothing|blank|no (?:content|text|candidates?|output|"
        r"choices))",
    ),
    Sign(
        "model_output",
        0.95,
        r"I(?:'m| am) sorry, but I can(?:'|no)t (?:help|assist|comply)|I can(?:'|no)t (?:help|assist) with "
        r"(?:that|this)",
    ),
    Sign(
        "model_output",
        0.94,
        r"(?:completion|response|answer|output|generation)[^.\n]{0,40}(?:was |is )?(?:cut(?: off| short)?|"
        r"truncated|stopped)\b[^.\n]{0,40}(?:limit|max_tokens|length|tokens)|output (?:token )?limit "
        r"(?:was )?reached|reached the (?:output|max_tokens) limit",
    ),
    Sign(
        "model_output",
        0.93,
        r"(?:completion|response|answer|output|prompt|candidate)s?\b[^.\n]{0,30}\b(?:withheld|filtered|"
        r"blocked)\b|blocked by (?:safety|content|the provider'?s)[^.\n]{0,30}|(?:safety|content) "
        r"(?:filter|policy)[^.\n]{0,30}\b(?:triggered|blocked|violat\w+)",
    ),
    Sign(
        "context_overflow",
        0.8,
        r"(?:maximale|zulässige)\w* Kontext(?:länge|fenster)\w*|Kontext(?:länge|fenster)\w* "
        r"[^\n]{0,30}überschritt\w*|"
        r"(?:longueur|fenêtre) de contexte[^\n]{0,40}(?:dépass|maxim)\w*|(?:ventana|longitud) de contexto[^\n]{0,40}"
        r"(?:super|exced|máxim)\w*|上下文(?:长度|窗口)?(?:超|过长)|контекст\w*[^\n]{0,30}превыш\w*",
    ),
    Sign(
        "model_output",
        0.8,
        r"(?:Modell?|Antwort des Modells|KI)\b[^\n]{0,40}(?:verweiger|abgelehnt|leere? Antwort|abgeschnitten)\w*|"
        r"modèle[^\n]{0,40}(?:refus|réponse vide|tronqu)\w*|modelo[^\n]{0,40}(?:rechaz|se negó|respuesta "
        r"vacía|trunc)\w*|"
        r"模型(?:返回为空|未返回|拒绝|输出(?:被截断|为空))|モデルが(?:拒否|空の)|модель[^\n]{0,30}(?:отказ|пуст)\w*",
    ),
)
