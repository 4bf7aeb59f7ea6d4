"""Other services on the network: connections that fail, sides that break, logins that are refused.

Sources: messages of httpx, httpcore, requests/urllib3, aiohttp, botocore, psycopg, redis, Go's net package, Node's
`code` words, gRPC status words; errno names of POSIX.
"""

from operator_mcp.diagnosis.sign import Sign

SIGNS = (
    Sign(
        "auth",
        0.97,
        r"(?:TypeError: \"?)?Could not resolve authentication method[^\n]{0,120}|"
        r"jwt\.exceptions\.DecodeError: [^\n]{1,80}",
    ),
    Sign("unavailable", 0.97, r"50[234]\b[^\n]{0,60} for url:? '?[^\s']{1,100}/api/v1/execute/[\w./-]{1,120}"),
    Sign("auth", 0.98, r"FATAL: +password authentication failed for user"),
    Sign(
        "unavailable",
        0.96,
        r"\bour [\w-]{1,40} agent\b[^\n]{0,60}\b(?:hung up|restart\w*|gone|down|not reachable|unreachable|crash\w*)|"
        r"\b[\w-]{1,60}\.[a-z_]\w{0,60} (?:did not|didn't) (?:come back|return|respond)\b(?![^\n]{0,40}(?:within|"
        r"in time|after \d))",
    ),
    Sign(
        "unavailable",
        0.9,
        r"\bagent[eo]?\b ['\"«„]?[\w.-]{1,60}['\"»“]?[^\n]{0,40}\b(?:disparu|injoignable|arrêté|redémarré|"
        r"desapareci\w*|caído|no responde|reinici\w+|verschwunden|nicht erreichbar|neu gestartet|abgestürzt|zniknął|"
        r"nieosiągalny|nie odpowiada|scomparso|irraggiungibile|riavviato|caiu|indisponível)",
    ),
    Sign(
        "provider_error",
        0.96,
        r"TypeError: (?:fetch failed|Failed to fetch|NetworkError when attempting to fetch|terminated\b)[^\n]{0,60}",
    ),
    Sign(
        "unavailable",
        0.96,
        r"\b(?:our own|own|sibling|colleague|fellow|child|sub-?) ?(?:[\w'\"-]{1,30} )?(?:agent|reasoner|worker|scorer|"
        r"service)\b[^\n]{0,80}\b(?:refused|reset|unreachable|UNAVAILABLE|gone|restart\w*|not running|reboot\w*|down|"
        r"evicted|died|ECONNREFUSED)|\b(?:ECONNREFUSED|refused|UNAVAILABLE)\b[^\n]{0,40}\b(?:our own|sibling|"
        r"fellow) [\w-]{1,40}",
    ),
    Sign(
        "provider_error",
        0.95,
        r"server disconnected(?: without sending a response)?|RemoteProtocolError|remote end closed connection|"
        r"upstream connect error|no healthy upstream|premature(?:ly)? (?:end|closed)|connection broken|"
        r"IncompleteRead\(|incomplete chunked read|peer closed connection",
    ),
    Sign(
        "provider_error",
        0.94,
        r"\[Errno 11[01]\] (?:Connect call failed[^\n]{0,60}|Connection (?:refused|timed out))|\bECONNREFUSED\b|"
        r"\bECONNRESET\b|\bEPIPE\b|connection (?:was )?(?:refused|reset|aborted)(?: by (?:the )?(?:peer|remote host|"
        r"server))?",
    ),
    Sign(
        "provider_error",
        0.93,
        r"\[Errno -\d\] (?:Name or service not known|Temporary failure in name resolution|"
        r"nodename nor servname[^\n]{0,40})|getaddrinfo (?:failed|ENOTFOUND)|\bENOTFOUND\b|no such host|"
        r"could not resolve host|Failed to resolve '",
    ),
    Sign(
        "provider_error",
        0.93,
        r"all connection attempts failed|cannot connect to host|could not connect to (?:the )?server|"
        r"failed to establish a new connection|max retries exceeded with url|"
        r"connection to server at [^\n]{0,60} failed|network is unreachable|no route to host|"
        r"server closed the connection unexpectedly|connection error\.",
    ),
    Sign(
        "provider_error",
        0.92,
        r"\bUNAVAILABLE\b:? |StatusCode\.UNAVAILABLE|StatusCode\.INTERNAL|"
        r"the system encountered an unexpected error during processing",
        ignore_case=False,
    ),
    Sign("provider_error", 0.9, r"\b(?:bad gateway|service unavailable|gateway error|internal server error)\b"),
    Sign(
        "auth",
        0.95,
        r"(?:password )?authentication failed(?: for user)?|(?:login|access) denied(?: for user)?|invalid (?:username|"
        r"user|login|email)(?:,? or|/) ?password|\bWRONGPASS\b|\bNOAUTH\b|bad credentials|could not (?:locate|load|"
        r"find) (?:the )?(?:default )?credentials|unable to locate credentials|StatusCode\.(?:UNAUTHENTICATED|"
        r"PERMISSION_DENIED)|not authenticated|could not read Username for|Host key verification failed|"
        r"Permission denied \(publickey|signature (?:has )?expired",
    ),
    Sign(
        "auth",
        0.94,
        r"\b(?:is )?not authori[sz]ed to (?:perform|access)[^\n]{0,60}|requires? authentication|"
        r"authentication (?:is )?required|you do not have (?:access|permission)|permission denied (?:for|on) (?:table|"
        r"relation|database|schema|bucket|resource|project)\b",
    ),
    Sign("auth", 0.8, r"\b(?:unauthori[sz]ed|forbidden)\b"),
    Sign(
        "auth",
        0.8,
        r"(?:Zugang|Zugriff|Anmeldung) (?:verweigert|abgelehnt|fehlgeschlagen)|accès (?:refusé|interdit)|"
        r"authentification échouée|(?:permiso|acceso) denegado|认证失败|(?:令牌|密钥|凭证|密码)(?:已?(?:过期|失效)|"
        r"无效|错误)|(?:jeton|clé|certificat|identifiants?|mot de passe)\b[^\n]{0,60}\b(?:expirée?s?|refusée?s?|"
        r"révoquée?s?|invalides?)|(?:token|clave|llave|chave|credencial\w*|certificado|contraseña|"
        r"senha)\b[^\n]{0,60}\b(?:caducad[oa]|expirad[oa]|expirou|caducó|rechazad[oa]|recusad[oa]|revocad[oa]|"
        r"inválid[oa])|(?:Token|Schlüssel|Zertifikat|Passwort|Kennung|Zugangsdaten)\b[^\n]{0,60}\b(?:abgelaufen|"
        r"ungültig|gesperrt|widerrufen|abgelehnt)|未授权|鉴权失败|認証(?:に失敗|エラー)|доступ запрещ",
    ),
    Sign(
        "config",
        0.93,
        r"CERTIFICATE_VERIFY_FAILED|certificate verify failed|self[- ]signed certificate|"
        r"unable to get local issuer certificate|WRONG_VERSION_NUMBER",
    ),
    Sign(
        "config",
        0.92,
        r"(?:Request URL is missing|Invalid URL|No scheme supplied|No connection adapters were found|"
        r"Unsupported protocol|unsupported URL scheme)[^\n]{0,80}",
    ),
    Sign("unavailable", 0.98, r"agent_restart_orphaned|in-flight reasoner cannot be revived"),
    Sign(
        "unavailable",
        0.97,
        r"agent call failed: (?:Post|Get) \"[^\"\n]{1,200}\": (?:dial tcp|EOF|read tcp)[^\n]{0,160}",
    ),
    Sign(
        "unavailable",
        0.95,
        r"\b(?:reach|contact|connect to|call) agent(?: node)? ['\"`][\w.-]{1,80}['\"`]|"
        r"\bagent(?: node)? ['\"`][\w.-]{1,80}['\"`][^\n]{0,40}\bmissed \d+ heartbeats?|"
        r"\bagent(?: node)? ['\"`][\w.-]{1,80}['\"`][^\n]{0,80}\b(?:did not|didn't|does not) (?:take|answer|respond|"
        r"reply|accept)|(?:agent|node)[ '\"\w.-]{0,60} (?:is |has )?(?:been )?(?:not (?:reachable|available|active|"
        r"healthy)|unreachable|offline|unavailable|down|gone|went away|disappeared|vanished|restart(?:ed|ing))\b|"
        r"agent_unreachable|node_unavailable",
    ),
    Sign(
        "provider_error",
        0.8,
        r"(?:Dienst|Server) (?:nicht (?:erreichbar|verfügbar)|antwortet nicht)|service (?:indisponible|injoignable)|"
        r"servicio no disponible|服务(?:不可用|异常)|サービス(?:を)?利用できません|сервис недоступен",
    ),
    Sign(
        "provider_error",
        0.8,
        r"(?:Verbindung|connexion|conexión|conexão|connessione|соединение)\b[^\n]{0,40}\b(?:getrennt|abgebrochen|"
        r"unterbrochen|abgelehnt|verloren|coupée|perdue|interrompue|refusée|cortada|perdida|rechazada|interrumpida|"
        r"caída|разорван\w*)|(?:连接|連接|接続)[^\n]{0,8}(?:断开|中断|切断|拒绝|被拒|重置|失败|拒否)",
    ),
)
