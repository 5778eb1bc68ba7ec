"""The choice of the live model reaches processes that share the database only."""

import logging
from pathlib import Path

import pytest

from fer_core.app.following import LiveFollower, keep_live_choice
from fer_core.classification.registry import DEFAULT_MODEL, live_choice
from fer_core.config import settings
from fer_core.storage import Store
from tests.app.training.test_export import install_model


def test_another_process_follows_once_it_has_the_model(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    keep_live_choice(store, "mine", number=7, said="live model: mien to mine")
    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setenv("FER_DATA_DIR", str(elsewhere))
    settings.cache_clear()
    follower = LiveFollower(store)
    with caplog.at_level(logging.WARNING):
        follower.look()
        follower.look()
    assert live_choice() == DEFAULT_MODEL
    assert [one.getMessage() for one in caplog.records] == [
        "The live model mine was chosen, which is not in FER_DATA_DIR here; "
        f"{DEFAULT_MODEL} goes on."
    ]
    install_model(elsewhere / "models" / "mine")
    follower.look()
    assert live_choice() == "mine"
    keep_live_choice(store, DEFAULT_MODEL, number=7, said="back")
    follower.look()
    assert live_choice() == DEFAULT_MODEL
