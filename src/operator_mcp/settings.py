"""Configuration: `operator.toml` and the environment. Unknown keys are errors that name the nearest known key."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from platformdirs import user_config_path, user_state_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from operator_mcp.errors import SettingsError

FILE_NAME = "operator.toml"
DEFAULT_URL = "http://localhost:8080"
ENVIRONMENT = {
    "control_plane_url": ("OPERATOR_CONTROL_PLANE_URL", "AGENTFIELD_SERVER_URL", "AGENTFIELD_SERVER"),
    "control_plane_key": ("OPERATOR_CONTROL_PLANE_KEY", "AGENTFIELD_API_KEY"),
    "home": ("OPERATOR_HOME",),
    "cap_usd": ("OPERATOR_CAP_USD",),
    "fleet": ("OPERATOR_FLEET",),
    "approvals": ("OPERATOR_APPROVALS",),
    "mirror": ("OPERATOR_MIRROR",),
    "model": ("OPERATOR_MODEL",),
    "model_base_url": ("OPERATOR_MODEL_BASE_URL",),
    "model_price": ("OPERATOR_MODEL_PRICE",),
}
"""Setting -> the environment variables it is read from, first one set wins. The environment outranks the file."""

OTHER_VARIABLES = frozenset({"OPERATOR_CONFIG"})


class Repository(BaseModel):
    """Where the code of an agent lives and how a fix of it is checked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path
    base: str = "main"
    suite: tuple[str, ...] = ("python", "-m", "pytest", "-q")
    regression: tuple[str, ...] | None = None
    tests: tuple[str, ...] = ("tests/**", "test/**", "**/test_*.py", "**/*_test.*", "**/*.test.*", "**/*.spec.*")
    allow: tuple[str, ...] = ("**",)
    timeout_s: float = Field(default=600, gt=0, le=3600)


class ModelPrice(BaseModel):
    """What a model costs, in US dollars per million tokens, where the price list does not know it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input_per_mtok: Decimal = Field(ge=0, le=10_000)
    output_per_mtok: Decimal = Field(ge=0, le=10_000)

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        """Read `0.30/1.20` (input/output), the form for the environment."""
        if not isinstance(value, str):
            return value
        given, slash, answered = value.partition("/")
        if not slash:
            raise ValueError("give two prices per million tokens, input/output, such as 0.30/1.20")
        return {"input_per_mtok": given.strip(), "output_per_mtok": answered.strip()}


class Settings(BaseModel):
    """All settings in force, with their sources resolved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    control_plane_url: str = DEFAULT_URL
    control_plane_key: str | None = Field(default=None, repr=False)
    fleet: str = ""
    home: Path = Field(default_factory=lambda: user_state_path("operator-mcp"))
    cap_usd: Decimal | None = Field(default=None, ge=0)
    approvals: Literal["in-session", "out-of-band"] = "in-session"
    mirror: bool = True
    allowed_hosts: tuple[str, ...] = ()
    wait_s: float = Field(default=45, ge=0, le=240)
    model: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9/_-]*:\S+$")
    model_base_url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    model_price: ModelPrice | None = None
    repositories: dict[str, Repository] = Field(default_factory=dict)
    source: Path | None = None

    @property
    def fleet_name(self) -> str:
        """The name under which this fleet's cases are kept: `fleet`, else host and port of the control plane."""
        return self.fleet or urlsplit(self.control_plane_url).netloc or self.control_plane_url

    @property
    def ledger_url(self) -> str:
        """The SQLAlchemy URL of the ledger."""
        return f"sqlite:///{self.home / 'ledger.db'}"

    def repository(self, agent: str) -> Repository | None:
        """Give the repository configured for an agent, else the one for `"*"`, else None (read-only)."""
        return self.repositories.get(agent) or self.repositories.get("*")


def load(config: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings: environment over `operator.toml` over defaults.

    The file is `config`, else `OPERATOR_CONFIG`, else the working folder's, else the user configuration folder's.

    Raises:
        SettingsError: the file is missing or unreadable, a key is unknown, or a value cannot be used.
    """
    environ = os.environ if environ is None else environ
    path = _find_file(config, environ)
    values = _read_file(path) if path else {}
    for name, variables in ENVIRONMENT.items():
        given = next((environ[v] for v in variables if environ.get(v)), None)
        if given is not None:
            values[name] = given
    _refuse_unknown_variables(environ)
    try:
        return Settings.model_validate({**values, "source": path})
    except ValidationError as e:
        raise SettingsError(*_explain(e, path)) from None


def _find_file(config: Path | None, environ: Mapping[str, str]) -> Path | None:
    named = config or (Path(environ["OPERATOR_CONFIG"]) if environ.get("OPERATOR_CONFIG") else None)
    if named is not None:
        if not named.is_file():
            raise SettingsError(f"there is no configuration file at {named}", "Check --config or OPERATOR_CONFIG.")
        return named.resolve()
    places = (Path.cwd() / FILE_NAME, user_config_path("operator-mcp") / FILE_NAME)
    return next((p for p in places if p.is_file()), None)


def _read_file(path: Path) -> dict[str, object]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise SettingsError(f"{path} cannot be read: {e}", "Mend the file, or remove it.") from e
    values.pop("source", None)
    repositories = values.get("repositories")
    if isinstance(repositories, dict):
        for row in repositories.values():
            if isinstance(row, dict) and isinstance(row.get("path"), str):
                row["path"] = (path.parent / Path(row["path"]).expanduser()).resolve()
    if isinstance(values.get("home"), str):
        values["home"] = (path.parent / Path(values["home"]).expanduser()).resolve()
    return values


def _refuse_unknown_variables(environ: Mapping[str, str]) -> None:
    known = {v for variables in ENVIRONMENT.values() for v in variables} | OTHER_VARIABLES
    for name in environ:
        if name.startswith("OPERATOR_") and name not in known:
            raise SettingsError(f"the environment variable {name} is not a setting", _nearest(name, known))


def _explain(error: ValidationError, path: Path | None) -> tuple[str, str]:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    place = f"in {path}" if path else "in the environment"
    if first["type"] != "extra_forbidden":
        return f"{where}: {first['msg'].lower()} ({place})", "Correct the value; the README lists every setting."
    nested = {"repositories": Repository.model_fields, "model_price": ModelPrice.model_fields}
    known = nested.get(str(first["loc"][0]), Settings.model_fields) if len(first["loc"]) > 1 else Settings.model_fields
    return f"{where} is not a setting ({place})", _nearest(str(first["loc"][-1]), set(known) - {"source"})


def _nearest(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.3)
    return f"Did you mean {close[0]}?" if close else f"Known: {', '.join(sorted(known))}."
