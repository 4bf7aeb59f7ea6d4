"""Which names stand for a credential: `api_key`, `uploadToken`, `X-Auth-Secret`; not `max_tokens`, `token_count`."""

import re
from functools import lru_cache

_RUNS = re.compile(r"[^\W_]+")
_MIXED = re.compile(r"[0-9][a-zA-Z]")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-zà-ÿ]+")

_ALONE = frozenset(
    {
        "password",
        "passwd",
        "pwd",
        "passphrase",
        "passcode",
        "secret",
        "secrets",
        "credential",
        "credentials",
        "authorization",
        "cookie",
        "cookies",
        "apikey",
        "jwt",
        "bearer",
        "passwort",
        "kennwort",
        "contraseña",
        "senha",
    }
)
_ENDINGS = ("password", "passwd")
"""How run-together names end: `PGPASSWORD`, `dbpassword`."""

_TOKEN = frozenset({"token", "authtoken", "accesstoken"})
_BEFORE_KEY = frozenset(
    {
        "api",
        "access",
        "private",
        "client",
        "account",
        "auth",
        "signing",
        "encryption",
        "master",
        "service",
        "subscription",
        "secret",
        "shared",
        "app",
        "storage",
        "license",
        "licence",
        "ssh",
        "db",
        "database",
    }
)
_NOT_A_CREDENTIAL = frozenset(
    {
        "count",
        "counts",
        "limit",
        "limits",
        "usage",
        "used",
        "budget",
        "type",
        "name",
        "id",
        "ids",
        "max",
        "min",
        "num",
        "number",
        "total",
        "prompt",
        "completion",
        "input",
        "output",
        "per",
        "next",
        "page",
        "continuation",
        "rate",
        "length",
        "size",
        "stop",
        "special",
        "policy",
        "expiry",
        "expires",
        "expired",
        "ttl",
        "status",
        "cost",
        "price",
        "field",
        "required",
    }
)


@lru_cache(maxsize=4096)
def is_sensitive(key: str) -> bool:
    """Tell whether a value under this key (snake, kebab or camel case) is to be taken for a credential."""
    # A run that mixes letters into digits is the tail of an id: `exec_..._y28pwd95` speaks of no password.
    runs = (run for run in _RUNS.findall(key[:120]) if not _MIXED.search(run))
    words = [word.lower() for run in runs for word in _WORDS.findall(run)]
    if not words or _NOT_A_CREDENTIAL.intersection(words):
        return False
    if _ALONE.intersection(words) or words[-1] in _TOKEN or words[-1].endswith(_ENDINGS):
        return True
    if words[-1] == "pass" and len(words) > 1:
        return True
    return any(word == "key" and words[at - 1] in _BEFORE_KEY for at, word in enumerate(words) if at)
