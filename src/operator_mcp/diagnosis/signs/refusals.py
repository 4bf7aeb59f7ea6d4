"""A program's own refusal of what it was given, in people's words: weaker than what machines write."""

from operator_mcp.diagnosis.sign import Sign

_VALUE = r"(?:['\"`«„“][^'\"`»”\n]{1,120}['\"`»“”]|(?<![\w.,-])-?\d[\w.,-]{0,30}|(?<!\w)[A-Z]{1,6}-?\d[\w-]{0,30})"

SIGNS = (
    Sign(
        "bad_input",
        0.97,
        r"\b[\w-]{1,80}\.(?:pdf|zip|xlsx?|docx?|7z|rar)\b[^\n]{0,40}\b(?:encrypted|password[- ]protected)|"
        r"Incorrect password: [^\n]{1,80}",
    ),
    Sign(
        "bad_input",
        0.82,
        r"\bmust (?:not )?(?:be|have|contain|lie|start|end|match|use|come|include)\b[^\n]{0,80}(?:,| but|;|:) ?(?:got|"
        r"was|is|not|given|received|found)\b ?[^\n]{0,60}|\bmust (?:not )?be (?:positive|negative|non-negative|"
        r"greater|less|at least|at most|between|one of|before|after|in the|empty|a |an |unique|\d)[^\n]{0,60}",
    ),
    Sign(
        "bad_input",
        0.84,
        r"\b(?:unknown|unsupported|unrecogni[sz]ed|invalid|illegal|malformed|unexpected|duplicate|expired|"
        rf"empty|implausible) [\w -]{{2,40}}:? ?{_VALUE}[^\n]{{0,60}}|\bnot a (?:valid|known|supported) "
        r"[^\n]{1,60}",
    ),
    Sign(
        "bad_input",
        0.82,
        rf"{_VALUE}[^\n]{{0,40}}\b(?:is|are|was) (?:not (?:offered|supported|allowed|accepted|valid|known|"
        r"recogni[sz]ed|available|registered|permitted|a valid|one of|part of|in the|on the|among)|invalid|unknown|"
        r"unsupported|too (?:long|short|large|small|big|old|high|low|many)|out of range|out of bounds|malformed|"
        r"in the (?:past|future)|empty|blank|encrypted|corrupt(?:ed)?|unreadable|password[- ]protected|"
        r"expired)\b[^\n]{0,60}",
    ),
    Sign(
        "bad_input",
        0.8,
        r"\bnot (?:in|on) (?:the )?(?:catalogue|catalog|list|register|registry|index|inventory|directory|"
        r"price list)\b|\bfails? (?:its|the) (?:check(?:[ -]?(?:digit|sum))?|checksum|validation)\b|"
        r"\bchoose one of\b[^\n]{0,80}|(?:allowed|valid|supported|accepted) (?:values|options|formats?|types?|"
        r"languages?|currencies) (?:are|is|:)[^\n]{0,80}|\b(?:upload|submit|send|enter|provide|supply|check) (?:it|"
        r"them|the (?:input|file|document|value|number)|a (?:valid|different|new)[^\n]{1,30}) ?(?:again|anew|first)?\b",
    ),
    Sign(
        "bad_input",
        0.8,
        r"\bno [\w -]{2,40} (?:was|were|is|are|has been) (?:supplied|given|provided|specified|attached|submitted|"
        r"handed in)\b[^\n]{0,40}|\b(?:that|which) was (?:handed in|submitted|uploaded|given|supplied)\b|(?:file|"
        r"image|document|archive|attachment|pdf)\b[^\n]{0,60}(?:is (?:not a|corrupt|damaged|encrypted|password)|"
        r"cannot be (?:opened|read)|has not been decrypted)[^\n]{0,40}|cannot identify image file[^\n]{0,80}|"
        r"File is not a zip file|EOF marker not found|not a PDF file",
    ),
    Sign(
        "bad_input",
        0.8,
        r"\b(?:field|input|parameter|argument|attribute|entry)\b[^\n]{0,30}\b(?:is|was) (?:empty|blank|missing|"
        r"required)\b|\bexpected [^\n]{3,60}, (?:but )?(?:got|was given|received|found) ['\"]?-?\d",
    ),
    Sign(
        "bad_input",
        0.8,
        rf"{_VALUE}[^\n]{{0,30}}(?:invalide|inconnue?s?|non valide|ungültig|unbekannt|inválid[oa]|desconocid[oa]|"
        rf"no es válid[oa]|nicht (?:zulässig|gültig|erlaubt)|non valid[oa]|无效|不合法|無効|不正|неверн|недопустим)",
    ),
    Sign("bad_input", 0.72, r"^(?:the |an? )?[\w ]{3,40} (?:is|are) (?:required|mandatory)\b[^\n]{0,60}"),
    Sign(
        "bad_input",
        0.76,
        rf"{_VALUE}[^\n]{{0,30}}\b(?:lies in the (?:past|future)|has (?:0|zero|the wrong|an? (?:invalid|unknown|"
        rf"wrong)) [\w -]{{2,30}})|^(?:the )?[\w -]{{0,40}}\b(?:is|are) not an? (?:image|pdf|text|number|date|file|"
        rf"document|picture|valid)\b|\bat least (?:one|two|\d+) [\w -]{{2,30}} (?:is|are) (?:needed|required)|"
        rf"^(?:the )?(?:empty|blank) [\w -]{{2,30}}$|\b(?:archive|image|document|file|pdf|upload|"
        rf"attachment)\b[^\n]{{0,30}}\b(?:corrupt|damaged|broken|unreadable|truncated)\w*",
    ),
    Sign(
        "bad_input",
        0.6,
        r"\b(?:has|have|contains?) no [\w -]{2,40}|\b(?:cannot|can't|could not) (?:find|be found|process|"
        rf"handle|accept)[^\n]{{0,60}}|{_VALUE}[^\n]{{0,40}}\b(?:not found|does not exist|is missing|was not found)\b|"
        rf"\bno [\w -]{{2,30}} (?:for|with|named|called|matching|found for) {_VALUE}",
    ),
    Sign(
        "bad_input",
        0.75,
        r"Eingabe (?:bitte )?(?:prüfen|ungültig)|ungültige[rsn]? [\w ]{2,40}|(?:ist|sind) (?:ungültig|unbekannt|"
        r"nicht (?:zulässig|erlaubt|bekannt|vorhanden|gültig))|unbekannte[rsn]? [\w ]{2,30}|(?:saisie|entrée|valeur|"
        r"champ)[^\n]{0,60}(?:invalide|incorrecte?|inconnue?|non valide)|vérifi(?:ez|er) (?:la|l'|votre) ?(?:saisie|"
        r"entrée)|(?:entrada|valor|campo|dato)[^\n]{0,60}(?:inválid[oa]|no válid[oa]|incorrect[oa])|(?:revise|"
        r"compruebe) (?:la|los) (?:entrada|datos)|(?:entrada|valor) inválid|(?:输入|参数)(?:无效|错误|不合法|有误)|"
        r"請?检查输入|入力(?:値)?(?:が)?(?:不正|無効|エラー)|(?:неверн|недопустим)\w+ (?:значени|ввод|параметр)\w*|"
        r"dati non validi|ongeldige? (?:invoer|waarde)|nieprawidłow\w+",
    ),
    Sign(
        "bad_input",
        0.6,
        r"nicht gefunden|introuvable|no encontrad[oa]|non trovat[oa]|niet gevonden|nie znaleziono|не найден\w*|未找到|"
        r"不存在|見つかりません|não encontrad[oa]|bulunamadı|không tìm thấy|찾을 수 없",
    ),
)
