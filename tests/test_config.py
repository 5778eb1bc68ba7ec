"""Settings come from the environment; an impossible value is one sentence."""

import os
from pathlib import Path

import pytest

from fer_core.config import Settings, is_in_data_dir, load_settings, settings
from fer_core.errors import ConfigError


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("FER_"):
            monkeypatch.delenv(name)
    found = load_settings()
    assert found.data_dir == Path(".mien")
    assert found.ice_servers == []
    assert found.allow_training is False


def test_roots_are_separated_as_in_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_DATA_ROOTS", os.pathsep.join(["/a", "/b c"]))
    assert load_settings().data_roots == (Path("/a"), Path("/b c"))


def test_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_TRUSTED_PROXIES", "127.0.0.1, 172.16.0.0/12 fd00::/8")
    assert [str(one) for one in load_settings().trusted_proxies] == [
        *("127.0.0.1/32", "172.16.0.0/12", "fd00::/8"),
    ]
    monkeypatch.setenv("FER_TRUSTED_PROXIES", "")
    assert load_settings().trusted_proxies == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FER_MAX_STREAMS", "0"),
        ("FER_MAX_STREAMS", "many"),
        ("FER_TURN_TTL_S", "5"),
        ("FER_ICE_SERVERS", "{"),
        ("FER_ALLOW_TRAINING", "perhaps"),
        ("FER_TRUSTED_PROXIES", "*"),
        ("FER_TRUSTED_PROXIES", "10.0.0.1, proxy.lan"),
    ],
)
def test_impossible_values_are_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=f"The setting {name} is not usable") as caught:
        load_settings()
    assert "\n" not in str(caught.value)


def numbers() -> list[str]:
    """Settings that are numbers."""
    return [
        name
        for name, field in Settings.model_fields.items()
        if field.annotation in (int, float, int | None, float | None)
    ]


@pytest.mark.parametrize("name", numbers())
@pytest.mark.parametrize("value", ["-1", "1" + "0" * 30])
def test_every_number_has_a_range(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"FER_{name.upper()}", value)
    with pytest.raises(ConfigError, match=f"FER_{name.upper()} is not usable") as caught:
        load_settings()
    assert value in str(caught.value)


def test_there_are_numbers_to_try() -> None:
    assert {"retention_days", "max_pixels", "max_duration_s"} <= set(numbers())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FER_ICE_SERVERS", '[{"urls": "turn:a", "credential": "hunter2"'),
        ("FER_ICE_SERVERS", '{"urls": "turn:a", "credential": "hunter2"}'),
        ("FER_ROLES", '["hunter2@example.org"]'),
    ],
)
def test_what_may_be_secret_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=name) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


def test_hosts_are_separated_by_commas_or_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_HOSTS", "a.example.org, b.example.org")
    assert load_settings().hosts == ("a.example.org", "b.example.org")


def test_what_people_make_lies_in_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    assert is_in_data_dir(tmp_path / "data" / "models" / "mine")
    assert not is_in_data_dir(tmp_path / "data" / ".." / "models")
