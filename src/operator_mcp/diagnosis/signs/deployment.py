"""What a deployment should have provided: settings, files, modules, targets.

Sources: Python's os, importlib and FileNotFoundError, Node's ENOENT and MODULE_NOT_FOUND, Go and Java wordings, the
AgentField control plane's answer to an unknown target (0.1.80), shells (exit 127).
"""

from operator_mcp.diagnosis.sign import Sign

SETTING = r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"

SIGNS = (
    Sign(
        "config", 0.95, rf"(?:AssertionError: )?\b(?P<setting>{SETTING}) (?:not set|missing|unset)\b", ignore_case=False
    ),
    Sign("config", 0.9, rf"\b(?P<setting>{SETTING}) must be\b[^\n]{{0,80}}", ignore_case=False),
    Sign("config", 0.96, r"\(1049, \"Unknown database|\[emerg\] unknown directive \"\w{1,60}\""),
    Sign("config", 0.96, r"FATAL: +database \"(?P<database>[\w.-]{1,80})\" does not exist"),
    Sign("config", 0.97, r"\bin \"(?P<settings_file>/[^\"\n]{1,200}\.(?:ya?ml|toml|json|ini|cfg|conf))\", line \d+"),
    Sign("config", 0.95, rf"\bline \d+: (?P<setting>{SETTING}): [^\n]{{1,120}}", ignore_case=False),
    Sign(
        "config",
        0.97,
        r"(?:environment variable|env(?:ironment)? var|env|setting|variable) "
        rf"?['\"`]?(?P<setting>{SETTING})['\"`]?[^.\n]{{0,40}}(?:not (?:set|found|defined|configured|"
        r"present|provided)|missing|unset|empty|required|undefined)",
    ),
    Sign(
        "config",
        0.95,
        rf"\b(?P<setting>{SETTING})\b['\"`]? (?:is|was|must be|has) (?:not (?:set|defined|configured|been "
        r"set)|missing|unset|empty|required|undefined|set\b)",
        ignore_case=False,
    ),
    Sign(
        "config",
        0.93,
        r"(?:missing|unset|undefined|required|set|no) (?:required )?(?:the )?(?:environment variables?|"
        r"env(?:ironment)? vars?|settings?|configuration(?: (?:key|value))?):? "
        rf"?['\"`]?(?P<setting>{SETTING})?",
    ),
    Sign(
        "config",
        0.9,
        r"(?:Umgebungsvariable|variable d'environnement|variable de entorno|环境变量|環境変数|переменная "
        rf"окружения) ?['\"`«]?(?P<setting>{SETTING})?",
    ),
    Sign(
        "config",
        0.9,
        r"(?:setting|configuration|config(?:uration)? (?:file|key|value|option|entry)|secret|"
        r"profile) ['\"`]?(?P<setting>[\w./-]{2,80})['\"`]? (?:is |was )?(?:not (?:set|found|configured|defined)|"
        r"missing|invalid)|ImproperlyConfigured|(?:is )?not configured\b",
    ),
    Sign(
        "config",
        0.88,
        r"(?:\.ya?ml|\.toml|\.ini|\.env|\.cfg|\bconfig(?:uration)?(?: file)?)\b[^\n]{0,40}\b(?:is missing|misses|"
        r"lacks|has no|does not (?:have|contain)|without)\b[^\n]{0,40}",
    ),
    Sign(
        "config",
        0.96,
        r"\[Errno 2\] No such file or directory(?:: ?'(?P<file>[^'\n]{1,200})')?|"
        r"ENOENT: no such file or directory[^\n]{0,120}|open (?P<path>/[^\s:]{1,200}): no such file or directory|"
        r"NoSuchFileException: ?(?P<nio>\S{1,200})|FileNotFoundException: ?(?P<java>\S{1,200})",
    ),
    Sign(
        "config",
        0.9,
        r"\[Errno (?:1|13|20|21)\] [A-Z][\w ]{3,40}(?:: ?'(?P<file>[^'\n]{1,200})')?|"
        r"\bEACCES\b: permission denied[^\n]{0,120}",
    ),
    Sign(
        "config",
        0.96,
        r"No module named '?(?P<module>[\w.]{1,80})'?|cannot import name '(?P<name>\w{1,80})'|Cannot find (?:module|"
        r"package) '(?P<node>[^'\n]{1,120})'|ClassNotFoundException: ?(?P<java>\S{1,120})|"
        r"cannot open shared object file|Unable to access jarfile (?P<jar>\S{1,200})|(?:libraries|library|package|"
        r"dependency|executable|command|binary|driver) ['\"`]?(?P<library>[\w.+-]{1,60})['\"`]? (?:is |"
        r"was )?(?:not (?:found|installed|available)|missing)|command not found|^(?:/bin/)?(?:ba|z|da)?sh: (?:\d+: |"
        r"line \d+: )?\S+: not found|Unable to (?:locate|find) (?:the )?(?:library|executable)|no (?:pg_hba|"
        r"suitable driver)",
    ),
    Sign(
        "config",
        0.97,
        r"target ['\"](?P<target>[\w.-]{1,120})['\"] not found(?: on agent ['\"](?P<agent>[\w.-]{1,120})['\"])?|"
        r"target_not_found|agent ['\"](?P<node>[\w.-]{1,120})['\"] (?:is )?not (?:found|registered)|unknown reasoner",
    ),
    Sign(
        "config",
        0.88,
        r"no such (?:table|column|bucket|index|database|collection|queue|topic)s?:? ?(?P<object>[\w.\"'-]{0,80})|"
        r"(?:relation|database|schema|role|extension|bucket|index|topic|"
        r"queue) ['\"](?P<relation>[\w.-]{1,80})['\"] does not exist|NoSuchBucket|ResourceNotFoundException|"
        r"index_not_found_exception",
    ),
    Sign(
        "config",
        0.8,
        r"(?:Datei|Konfiguration(?:sdatei)?|Einstellung) ['\"„«]?(?P<file>[\w./-]{2,120})?['\"“»]? ?(?:fehlt|"
        r"nicht gefunden|nicht gesetzt)|fichier (?:de configuration )?['\"«]? "
        r"?(?P<fichier>[\w./-]{2,120})?[^\n]{0,4}(?:introuvable|manquant)|(?:fichero|"
        r"archivo) (?:de configuración )?['\"«]?(?P<archivo>[\w./-]{2,120})?[^\n]{0,3}(?:no encontrado|falta)|"
        r"配置(?:缺失|文件不存在)",
    ),
)
