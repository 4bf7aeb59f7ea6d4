"""Credentials that are told by their own shape, whatever stands around them."""

import importlib
import re
from dataclasses import dataclass
from functools import cache
from math import log2

from operator_mcp.untrusted.marks import sign


@dataclass(frozen=True)
class Shape:
    """One kind of credential: its pattern, tried only where one of the lower-case anchors occurs."""

    what: str
    anchors: tuple[str, ...]
    pattern: re.Pattern[str]


_BORROWED = {
    "aws": ("AWSKeyDetector", "aws access key", ("akia", "asia", "abia", "acca", "a3t", "aws")),
    "azure_storage_key": ("AzureStorageKeyDetector", "azure storage account access key", ("accountkey=",)),
    "discord": ("DiscordBotTokenDetector", "discord bot token", (".",)),
    "gitlab_token": (
        "GitLabTokenDetector",
        "gitlab token",
        ("glpat", "gldt", "glft", "glsoat", "glrt", "gr1348941", "glcbt", "glimt", "glptt"),
    ),
    "mailchimp": ("MailchimpDetector", "mailchimp access key", ("-us",)),
    "pypi_token": ("PypiTokenDetector", "pypi token", ("pypi-",)),
    "sendgrid": ("SendGridDetector", "sendgrid api key", ("sg.",)),
    "slack": ("SlackDetector", "slack token", ("xox", "hooks.slack.com")),
    "square_oauth": ("SquareOAuthDetector", "square oauth secret", ("sq0csp-",)),
    "stripe": ("StripeDetector", "stripe access key", ("k_live_",)),
    "telegram_token": ("TelegramBotTokenDetector", "telegram bot token", (":aa",)),
    "twilio": ("TwilioKeyDetector", "twilio api key", ("ac", "sk")),
}
"""Modules of detect-secrets whose patterns stand alone, what they find, and anchors. Left out: those that guess from
entropy or a keyword (they eat identifiers), and those that the shapes below see more of."""


def _own(what: str, anchors: str, pattern: str) -> Shape:
    return Shape(what, tuple(anchors.split()), re.compile(pattern))


_OWN = (
    _own(
        "private key",
        "private",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,8}-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,60}-----|\Z)",
    ),
    _own("model key", "sk- rk- pk-", r"(?<![A-Za-z0-9])[srp]k-(?:[A-Za-z0-9]{1,12}-){0,4}[A-Za-z0-9_-]{16,}"),
    _own(
        "payment key",
        "sk_ rk_ pk_ whsec_",
        r"(?<![A-Za-z0-9])(?:[srp]k|whsec)_(?:(?:live|test|prod)_)?(?=[A-Za-z]*[0-9])[A-Za-z0-9]{16,}",
    ),
    _own(
        "github token",
        "ghp_ gho_ ghr_ ghs_ ghu_ github_pat_",
        r"(?<![A-Za-z0-9])(?:gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})",
    ),
    _own(
        "google key",
        "aiza ya29. gocspx-",
        r"AIza[A-Za-z0-9_-]{30,}|ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,}",
    ),
    _own("slack token", "xox xapp-", r"(?<![A-Za-z0-9])(?:xox[a-z]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{20,})"),
    _own("aws key", "akia asia abia acca", r"(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}(?![A-Za-z0-9])"),
    _own(
        "json web token",
        "eyj",
        r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{6,8000}(?:\.[A-Za-z0-9_-]{0,8000}){0,3}",
    ),
    _own("registry token", "npm_ dckr_pat_", r"(?<![A-Za-z0-9])(?:npm_[A-Za-z0-9]{30,}|dckr_pat_[A-Za-z0-9_-]{20,})"),
    _own(
        "hub token",
        "hf_ gsk_ r8_ xai- pplx- nvapi- tvly- fw_ glsa_ shpat_ dop_v1_ lin_api_",
        r"(?<![A-Za-z0-9])(?:hf|gsk|r8|xai|pplx|nvapi|tvly|fw|glsa|shpat|dop_v1|lin_api)[_-]"
        r"(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{20,}",
    ),
    _own("vault token", "hvs. hvb. hvr.", r"(?<![A-Za-z0-9])hv[sbr]\.[A-Za-z0-9_-]{20,}"),
    _own("artifactory key", "akc", r"(?<![A-Za-z0-9])AKC[A-Za-z0-9]{60,}"),
    _own("age key", "age-secret-key-", r"AGE-SECRET-KEY-1[A-Z0-9]{50,}"),
)

_OPAQUE = re.compile(r"(?<![A-Za-z0-9_+-])[A-Za-z0-9_-]{32,128}={0,2}(?![A-Za-z0-9_+-])")
_OPAQUE_ENTROPY = 4.2
_SHORTEST = 16
"""No shape is shorter."""


@cache
def _anchored() -> tuple[tuple[str, Shape], ...]:
    # detect-secrets is loaded at the first redaction, not with the package: it draws in requests.
    shapes = list(_OWN)
    for module, (name, what, anchors) in _BORROWED.items():
        detector = getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name)
        shapes.extend(Shape(what, anchors, pattern) for pattern in detector.denylist)
    return tuple((anchor, shape) for shape in shapes for anchor in shape.anchors)


def redact_shapes(text: str) -> str:
    """Give the text (its marks hidden) with every credential that is known by its shape as the sign of its kind."""
    if len(text) < _SHORTEST:
        return text
    lowered = text.lower()
    for anchor, shape in _anchored():
        if anchor in lowered:
            text = shape.pattern.sub(sign(shape.what), text)
    return _OPAQUE.sub(_judge_opaque, text)


def _judge_opaque(found: re.Match[str]) -> str:
    """Redact a long run that mixes cases and digits at random: ids are of one case, names hold few digits."""
    token = found[0]
    digits, upper, lower = (sum(map(kind, token)) for kind in (str.isdigit, str.isupper, str.islower))
    if min(digits, upper, lower) < 3 or _entropy(token) < _OPAQUE_ENTROPY:
        return token
    return sign("opaque token")


def _entropy(token: str) -> float:
    return -sum(share * log2(share) for share in (token.count(c) / len(token) for c in set(token)))
