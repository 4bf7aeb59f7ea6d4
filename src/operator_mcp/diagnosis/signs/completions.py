"""Completions: prompts that do not fit a model, and answers that are refused, filtered, cut off or empty.

Sources: finish and stop reasons and error messages of the OpenAI, Anthropic, Google, Cohere and Alibaba model APIs, of
the clients openai, anthropic, litellm, pydantic-ai; llama.cpp and vLLM.
"""

from operator_mcp.diagnosis.sign import Sign

SIGNS = (
    Sign("context_overflow", 0.97, r"Range of input length should be \[\d+, (?P<limit>\d+)\]"),
    Sign("model_output", 0.97, r"data_?inspection_?failed|may contain inappropriate content"),
    Sign("model_output", 0.8, r"\brepeated (?:itself )?\d{1,6} times\b|\bkept repeating\b|\bstuck in a loop of\b"),
    Sign("context_overflow", 0.98, r"string too long\. Expected a string with maximum length \d+[^\n]{0,80}"),
    Sign("model_output", 0.98, r"token limit[^\n]{0,40} exceeded before any response[^\n]{0,60}"),
    Sign(
        "model_output",
        0.97,
        r"(?:rejected as a result of|not allowed by) (?:our|the|its) safety system|guardrail[_ ]intervened|"
        r"rejected by the content filter",
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
        r"(?:context|prompt|input|request)[^.\n]{0,40}(?:too (?:long|large)|"
        r"exceeds?\b)[^.\n]{0,60}\d[\d,. ]{0,12}k? (?:input |prompt |context )?tokens?\b(?! (?:per|a) )",
    ),
    Sign("context_overflow", 0.9, r"(?:reduce|shorten) the length of the (?:messages|prompt|input)"),
    Sign(
        "context_overflow",
        0.95,
        r"exceeds? (?:the )?(?:available |allowed )?context (?:limit|window|length|size)(?! of the (?!model))|"
        r"input is too long for (?:the )?(?:requested )?model|too many (?:input )?tokens (?:in|"
        r"for) (?:the )?(?:prompt|context|request)",
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
        r"completion) (?:from|by) (?:the )?(?:model|LLM|provider|assistant)",
    ),
    Sign(
        "model_output",
        0.98,
        r"content_filter(?:ed)?|content_policy_violation|ContentFilterFinishReason\w*|LengthFinishReason\w*|"
        r"ResponsibleAIPolicyViolation",
    ),
    Sign(
        "model_output",
        0.97,
        r"(?:finish|stop)[_ ]?reason['\"]?\s*[=:]\s*['\"]?(?P<reason>length|max_tokens|content_filter|refusal|safety|"
        r"other|recitation|blocklist|prohibited_content|model_length|malformed_function_call)",
    ),
    Sign(
        "model_output",
        0.96,
        r"(?:model|assistant|completion|response|LLM|claude|gpt)[^.\n]{0,30}\b(?:refused|refusal|declined)\b",
    ),
    Sign(
        "model_output",
        0.96,
        r"(?:empty|blank|no) (?:completion|model (?:response|answer|output)|candidates?\b|choices\b)|(?:model|LLM|"
        r"completion|assistant)[^.\n]{0,30}\b(?:returned|gave|produced|answered with|"
        r"was)\b[^.\n]{0,20}\b(?:an )?(?:empty|nothing|blank|no (?:content|text|candidates?|output|choices))",
    ),
    Sign(
        "model_output",
        0.95,
        r"I(?:'m| am) sorry, but I can(?:'|no)t (?:help|assist|comply)|I can(?:'|no)t (?:help|assist) with (?:that|"
        r"this)",
    ),
    Sign(
        "model_output",
        0.94,
        r"(?:completion|response|answer|output|generation)[^.\n]{0,40}(?:was |is )?(?:cut(?: off| short)?|truncated|"
        r"stopped)\b[^.\n]{0,40}(?:limit|max_tokens|length|tokens)|output (?:token )?limit (?:was )?reached|"
        r"reached the (?:output|max_tokens) limit",
    ),
    Sign(
        "model_output",
        0.93,
        r"(?:completion|response|answer|output|prompt|candidate)s?\b[^.\n]{0,30}\b(?:withheld|filtered|blocked)\b|"
        r"blocked by (?:safety|content|the provider'?s)[^.\n]{0,30}|(?:safety|content) (?:filter|"
        r"policy)[^.\n]{0,30}\b(?:triggered|blocked|violat\w+)",
    ),
    Sign(
        "context_overflow",
        0.8,
        r"(?:maximale|zulässige)\w* Kontext(?:länge|fenster)\w*|Kontext(?:länge|fenster)\w* [^\n]{0,30}überschritt\w*|"
        r"(?:longueur|fenêtre) de contexte[^\n]{0,40}(?:dépass|maxim)\w*|(?:ventana|"
        r"longitud) de contexto[^\n]{0,40}(?:super|exced|máxim)\w*|上下文(?:长度|窗口)?(?:超|过长)|"
        r"контекст\w*[^\n]{0,30}превыш\w*",
    ),
    Sign(
        "model_output",
        0.8,
        r"(?:Modell?|Antwort des Modells|KI)\b[^\n]{0,40}(?:verweiger|abgelehnt|leere? Antwort|abgeschnitten)\w*|"
        r"modèle[^\n]{0,40}(?:refus|réponse vide|tronqu)\w*|modelo[^\n]{0,40}(?:rechaz|se negó|respuesta vacía|"
        r"trunc)\w*|模型(?:返回为空|未返回|拒绝|输出(?:被截断|为空))|モデルが(?:拒否|空の)|модель[^\n]{0,30}(?:отказ|"
        r"пуст)\w*",
    ),
)
