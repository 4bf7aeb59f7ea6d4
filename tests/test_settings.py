"""Configuration: sources, order, and what is refused."""

from decimal import Decimal
from pathlib import Path

import pytest

from operator_mcp.errors import SettingsError
from operator_mcp.policy import cap_usd
from operator_mcp.settings import load


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nothing"))


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "operator.toml"
    path.write_text(text)
    return path


def test_without_any_configuration_the_local_control_plane_is_meant() -> None:
    settings = load(environ={})
    assert settings.control_plane_url == "http://localhost:8080"
    assert settings.fleet_name == "localhost:8080"
    assert settings.repository("anyone") is None


def test_the_environment_outranks_the_file(tmp_path: Path) -> None:
    write(tmp_path, 'control_plane_url = "http://file:1"\n')
    assert load(environ={}).control_plane_url == "http://file:1"
    assert load(environ={"OPERATOR_CONTROL_PLANE_URL": "http://env:2"}).control_plane_url == "http://env:2"


@pytest.mark.parametrize("name", ["AGENTFIELD_SERVER_URL", "AGENTFIELD_SERVER"])
def test_agentfields_own_variables_are_the_fallback_for_the_url(name: str) -> None:
    assert load(environ={name: "http://own:3"}).control_plane_url == "http://own:3"
    both = {name: "http://own:3", "OPERATOR_CONTROL_PLANE_URL": "http://ours:4"}
    assert load(environ=both).control_plane_url == "http://ours:4"


def test_the_key_is_never_shown() -> None:
    settings = load(environ={"AGENTFIELD_API_KEY": "very-secret"})
    assert settings.control_plane_key == "very-secret"
    assert "very-secret" not in repr(settings)


def test_an_unknown_key_is_an_error_that_names_the_nearest_known_one(tmp_path: Path) -> None:
    path = write(tmp_path, 'control_plane_ulr = "http://x"\n')
    with pytest.raises(SettingsError, match=r"control_plane_ulr is not a setting.*Did you mean control_plane_url\?"):
        load(path, environ={})


def test_an_unknown_key_of_a_repository_is_an_error_too(tmp_path: Path) -> None:
    path = write(tmp_path, '[repositories."a"]\npath = "."\nsuit = ["x"]\n')
    with pytest.raises(SettingsError, match=r"suit is not a setting.*Did you mean suite\?"):
        load(path, environ={})


def test_an_unknown_operator_variable_is_an_error() -> None:
    with pytest.raises(SettingsError, match=r"OPERATOR_CAP.*Did you mean OPERATOR_CAP_USD\?"):
        load(environ={"OPERATOR_CAP": "1"})


def test_a_missing_named_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no configuration file"):
        load(tmp_path / "absent.toml", environ={})


def test_paths_are_read_relative_to_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, 'home = "state"\n[repositories."*"]\npath = "code"\n')
    settings = load(path, environ={})
    repository = settings.repository("whoever")
    assert settings.home == tmp_path / "state"
    assert repository is not None
    assert repository.path == tmp_path / "code"


def test_an_agents_own_repository_comes_before_the_star(tmp_path: Path) -> None:
    path = write(tmp_path, '[repositories."*"]\npath = "all"\n[repositories."one"]\npath = "one"\n')
    settings = load(path, environ={})
    own, other = settings.repository("one"), settings.repository("two")
    assert own is not None
    assert other is not None
    assert (own.path.name, other.path.name) == ("one", "all")


@pytest.mark.parametrize(("configured", "in_force"), [("1.50", "1.50"), ("3", "3"), ("100", "3.00"), ("0", "0")])
def test_the_cap_can_only_be_lowered(configured: str, in_force: str) -> None:
    settings = load(environ={"OPERATOR_CAP_USD": configured})
    assert cap_usd(settings.cap_usd) == Decimal(in_force)


def test_a_cap_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(SettingsError, match="cap_usd"):
        load(environ={"OPERATOR_CAP_USD": "lots"})
