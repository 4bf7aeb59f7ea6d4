"""Model providers: limits of calls and of money, keys, names of models, overload.

Sources: error codes and messages of the OpenAI, Anthropic, Google, AWS, Mistral and Alibaba model APIs, of the clients
openai, anthropic, litellm, pydantic-ai, and the agent SDKs of Claude and OpenAI (result subtypes).
"""

from operator_mcp.diagnosis.sign import Sign

SIGNS = (
    Sign("rate_limit", 0.985, r"\btokens? (?:per|a) (?:minute|second)\b|\brate limit of [\d,]+ (?:input )?tokens"),
    Sign("config", 0.985, r"model ['\"](?P<model>[\w./:-]{1,80})['\"] not found, try pulling it first"),
    Sign(
        "budget",
        0.96,
        r"\bused (?:up )?all (?:of )?(?:its |the |our |their )?\d+ (?:turns|steps|iterations|tokens|requests|calls|"
        r"credits)",
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
    Sign(
        "budget",
        0.98,
        r"insufficient_quota|quota_(?:exceeded|exhausted)|usage_limit_(?:exceeded|reached)|billing_hard_limit_reached|"
        r"credit_balance_too_low|insufficient_(?:funds|credits?|balance)",
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
        r"\bmax(?:imum|\.)? (?:number of |allowed )?(?:turns|steps|iterations|requests|tool calls)(?: \(\d+\)|"
        r" of \d+)?(?: (?:was |were |has been )?(?:reached|exceeded)| \(\d+\))",
    ),
    Sign("budget", 0.96, r"(?:reached|exceeded|hit) (?:the )?max(?:imum)? (?:number of )?(?:turns|steps|iterations)"),
    Sign(
        "budget",
        0.95,
        r"(?:exceed(?:s|ed)?|reached|over|used \d+ ?% of)[^.\n]{0,40}\b(?:budget|spend(?:ing)? (?:limit|cap)|(?:token|"
        r"request|cost|tool_calls|total_tokens)_?\s?limit)\b",
    ),
    Sign(
        "budget",
        0.95,
        r"\b(?:budget|spend(?:ing)? (?:limit|cap)|quota|cost cap)\b[^.\n]{0,60}\b(?:exceeded|reached|exhausted|"
        r"used up|depleted)\b",
    ),
    Sign(
        "budget",
        0.8,
        r"余额不足|(?:配额|额度|预算)(?:不足|超限|超出|已?用[完尽])|额度(?:不足|已用(?:完|尽))|欠费|残高不足|"
        r"Guthaben (?:aufgebraucht|reicht nicht)|(?:Kontingent|Budget)\w* (?:erschöpft|aufgebraucht|überschritten)|"
        r"solde insuffisant|crédit(?:s)? épuisé|(?:saldo|fondos) insuficientes?|(?:cupo|cuota|"
        r"crédito)\b[^\n]{0,40} agotad[oa]|(?:quota|forfait|crédits?)\b[^\n]{0,40} épuisée?|presupuesto agotado|"
        r"недостаточно средств",
    ),
    Sign(
        "budget",
        0.95,
        r"(?:requires|need) more credits|can only afford \d+|\b(?:cost|spend(?:ing)?|budget|price|dollar|token|turn|"
        r"step) (?:cap|limit|ceiling|allowance)\b[^\n]{0,40}\b(?:exceeded|reached|hit|used up)\b|\b\w+ (?:budget|"
        r"allowance|quota) (?:is |was |has been )?(?:used up|exceeded|exhausted|spent|gone)\b",
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
        r"too many (?:requests|concurrent (?:requests|executions|connections from))|"
        r"max concurrent executions \((?P<limit>\d+)\)",
    ),
    Sign(
        "rate_limit", 0.9, r"please (?:try again|retry|wait)[^.\n]{0,20}\b\d+ ?(?:ms|s|seconds?)\b|retry[- ]after: ?\d+"
    ),
    Sign(
        "rate_limit",
        0.8,
        r"请求(?:过于|太)频繁|リクエストが多すぎ|zu viele (?:Anfragen|Abfragen)|trop de requêtes|"
        r"demasiadas (?:solicitudes|peticiones)|слишком много запросов",
    ),
    Sign(
        "provider_error",
        0.97,
        r"overloaded_error|server_error\b|internal_server_error|api_error\b|engine_overloaded|service_unavailable|"
        r"model_overloaded",
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
        r"(?:incorrect|invalid|missing|expired|revoked|unknown|bad) (?:x-)?(?:api[ -]?key|credentials?|access token|"
        r"bearer token|auth(?:entication|orization)? token|client secret|password)",
    ),
    Sign(
        "auth",
        0.95,
        r"(?:api[ -]?key|credentials?|access token|security token|session token|bearer token|token|certificate|"
        r"password)[^.\n]{0,50} (?:is |are |has |have |was |were )?(?:been )?(?:expired|revoked|invalid|refused|"
        r"rejected|missing|not valid|incorrect|wrong)\b",
    ),
    Sign("config", 0.98, r"model_not_found|deployment_?not_?found|model_decommissioned"),
    Sign(
        "config",
        0.96,
        r"\bmodel:? [`'\"]?(?P<model>[\w./:-]+)[`'\"]? (?:does not exist|(?:is |was )?not (?:found|supported|"
        r"available)|has been (?:deprecated|retired|decommissioned))",
    ),
    Sign("config", 0.96, r"not_found_error[^\n]{0,40}model: ?(?P<model>[\w./:-]+)"),
    Sign("config", 0.9, r"LLM Provider NOT provided|unknown (?:model|provider):? ['\"`](?P<model>[^'\"`\n]{1,80})"),
    Sign(
        "auth",
        0.9,
        r"(?:api[_ -]?key|credentials?|token)\b[^\n]{0,40}\bmust be (?:set|provided|passed)\b|(?:no|"
        r"missing) (?:api[_ -]?key|credentials?|access token|bearer token)\b[^\n]{0,30}",
    ),
)
