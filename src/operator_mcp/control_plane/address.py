"""Where the control plane is and what every question carries, checked once."""

from dataclasses import dataclass
from importlib.metadata import version
from urllib.parse import urlsplit

import httpx2

from operator_mcp.errors import SettingsError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Address:
    """A usable URL. `host` is fit for a text: scheme, host, port and prefix, without credentials."""

    url: str
    host: str
    loopback: bool
    tls: bool

    @classmethod
    def of(cls, url: str) -> "Address":
        """Read a URL.

        Raises:
            SettingsError: it cannot be used. The text never holds the URL, which may hold credentials.
        """
        given = url.strip().rstrip("/")
        try:
            httpx2.URL(given)
            split = urlsplit(given)
            usable = split.scheme in ("http", "https") and bool(split.hostname) and (split.port or 1) > 0
        except (ValueError, httpx2.InvalidURL):
            usable = False
        if not usable or split.query or split.fragment:
            raise SettingsError(
                "control_plane_url is not a URL that can be used",
                "It has the form http://host:port or https://host/prefix, without ? and #.",
            )
        host = f"{split.scheme}://{split.netloc.rpartition('@')[2]}{split.path}"
        return cls(url=given, host=host, loopback=split.hostname in LOOPBACK, tls=split.scheme == "https")


def headers(key: str | None) -> dict[str, str]:
    """Give the headers of every question; never an `Origin`, which AgentField 0.1.80 would answer with 403.

    Raises:
        SettingsError: the key cannot be a header. The text never holds the key.
    """
    common = {"Accept": "application/json", "User-Agent": f"operator-mcp/{version('operator-mcp')}"}
    given = (key or "").strip()
    if not given:
        return common
    if not (given.isascii() and given.isprintable()):
        raise SettingsError(
            "control_plane_key holds characters that no HTTP header can carry",
            "Set OPERATOR_CONTROL_PLANE_KEY again, without line breaks.",
        )
    return common | {"X-API-Key": given}


def target(location: str) -> str:
    """Give ` to <scheme://host>` for a redirect's target, without credentials, path and query; empty if relative."""
    try:
        split = urlsplit(location[:500])
    except ValueError:
        return ""
    return f" to {split.scheme}://{split.netloc.rpartition('@')[2]}" if split.scheme and split.netloc else ""
