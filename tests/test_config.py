"""Settings come from the environment; an impossible value is one sentence."""

import os
from pathlib import Path

import pytest

from fer_core.config import load_settings
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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FER_MAX_STREAMS", "0"),
        ("FER_MAX_STREAMS", "many"),
        ("FER_TURN_TTL_S", "5"),
        ("FER_ICE_SERVERS", "{"),
        ("FER_ALLOW_TRAINING", "perhaps"),
    ],
)
def test_impossible_values_are_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=f"The setting {name} is not usable") as caught:
        load_settings()
    assert "\n" not in str(caught.value)


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
