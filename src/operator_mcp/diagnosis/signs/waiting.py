"""Limits of time that passed.

Sources: Python's subprocess, asyncio and socket, httpx, requests, Go's context and net, gRPC, PostgreSQL, the
AgentField SDK's watchdog and wait, the control plane's reaper (0.1.80).
"""

from operator_mcp.diagnosis.sign import Sign

SIGNS = (
    Sign(
        "timeout",
        0.9,
        r"\b(?:kein\w*|aucune?|sin|nessun\w*|nenhum\w*|ningun\w*)\b[^.\n]{0,60}\b(?:innerhalb von|binnen|nach|"
        r"dans les|après|tras|en menos de|entro|dopo|em|após) \d[\d.,]* ?(?:ms|s|sek|min|seg|sec|hor|heu|ore|h\b)",
    ),
    Sign("timeout", 0.97, r"execution timed out \(no activity\)|timed out after [\d.]+ ?s(?:econds)? of active time"),
    Sign(
        "timeout",
        0.95,
        r"(?:timed|timing) out (?:after|waiting|in|while|when)\b[^\n]{0,60}|(?:read|connect|connection|write|pool|"
        r"operation|request|socket|query|job|task|call|handshake|it)\s?(?:has |was )?timed out\b|wait timeout reached",
    ),
    Sign(
        "timeout",
        0.95,
        r"\b(?:context )?deadline (?:was )?exceeded\b|DEADLINE_EXCEEDED|i/o timeout|statement timeout|time(?:out|"
        r" ?limit)(?: of [\d.]+ ?\w+)? (?:was )?(?:exceeded|expired|reached|elapsed)|"
        r"exceeded (?:the )?(?:\w+ )?time(?:out| ?limit)\b|\bETIMEDOUT\b|SIGALRM",
    ),
    Sign(
        "timeout",
        0.9,
        r"\b(?:no|not|without|nothing|nobody)\b[^.\n]{0,60}\b(?:after|within|in)\s+\d[\d.,]*\s*(?:ms|s|sec|secs|"
        r"seconds|m|min|minutes|h|hours)\b",
    ),
    Sign(
        "timeout",
        0.8,
        r"Zeitüberschreitung|Zeitlimit (?:überschritten|erreicht)|délai (?:dépassé|d'attente)[^\n]{0,20}|"
        r"tiempo (?:de espera )?agotado|超时|タイムアウト|время ожидания истекло|(?:nach|après|tras|"
        r"después de) \d[\d.,]* ?(?:ms|s|sek\w*|min\w*|secondes?|segundos)\b[^\n]{0,40}(?:keine|aucune|sin)|(?:keine|"
        r"aucune|sin) [^\n]{0,40}(?:nach|après|tras) \d[\d.,]* ?(?:ms|s|sek|min|seg)\w*",
    ),
)
