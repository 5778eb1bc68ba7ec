"""Folders of models for the tests of what reads them."""

from pathlib import Path

import pytest

from tests.evaluation.made import make_model


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``models/`` with the model ``one``; ``FER_DATA_DIR`` is empty."""
    folder = tmp_path / "models"
    make_model(folder, "one")
    monkeypatch.setattr("fer_core.classification.registry.MODELS_DIR", folder)
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path / "data"))
    return folder
