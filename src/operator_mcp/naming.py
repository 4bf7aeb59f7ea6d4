"""Names of strangers as parts of keys: of safe characters, bounded, and still two where there are two."""

import re
from hashlib import sha256

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")
LENGTH = 80


def safe_name(name: str) -> str:
    """Give a name as a key may hold it: nothing in it can steer a reader or break the key.

    A name that lost letters or its end carries a digest of itself: without it `分析` and `翻译` would both be `_`, and
    what is remembered of one would be told of the other.
    """
    safe = _UNSAFE.sub("_", name)[:LENGTH] or "_"
    if safe == name:
        return safe
    digest = f".{sha256(name.encode('utf-8', 'replace')).hexdigest()[:6]}"
    return f"{safe[: LENGTH - len(digest)]}{digest}"
