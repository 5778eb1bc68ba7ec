"""YuNet's file is the user's, so OpenCV's reader is replaced by one with a known answer."""

import cv2
import numpy as np
import pytest

from fer_core.detection import create_detector
from fer_core.errors import ConfigError, ModelError

#: x, y, w, h; right eye, left eye, nose, right and left corner of the mouth; score.
WEAK = [10, 10, 20, 24, 14, 18, 24, 18, 19, 24, 15, 29, 23, 29, 0.75]
STRONG = [100, 50, 40, 50, 110, 66, 130, 66, 120, 78, 112, 88, 128, 90, 0.95]


class FakeNet:
    def __init__(self, rows):
        self.rows = rows
        self.size = (320, 320)

    def setInputSize(self, size):  # noqa: N802 - OpenCV's name
        self.size = size

    def detect(self, bgr):
        assert (bgr.shape[1], bgr.shape[0]) == self.size
        return 1, self.rows


@pytest.fixture
def model_path(tmp_path):
    path = tmp_path / "yunet.onnx"
    path.write_bytes(b"stands for a model")
    return path


def patch(monkeypatch, rows):
    monkeypatch.setattr(cv2.FaceDetectorYN, "create", lambda *_args: FakeNet(rows))


def test_rows_become_faces(monkeypatch, model_path):
    patch(monkeypatch, np.array([WEAK, STRONG], np.float32))
    faces = create_detector("yunet", model_path=model_path).detect(
        np.zeros((960, 1280, 3), np.uint8)
    )
    # Found in 640x480, so everything is twice as large in the picture.
    np.testing.assert_allclose(faces.scores, [0.95, 0.75])
    np.testing.assert_allclose(faces.boxes[0], [200, 100, 280, 200])
    np.testing.assert_allclose(
        faces.keypoints[0, :4], [[220, 132], [260, 132], [240, 156], [240, 178]]
    )
    assert np.isnan(faces.keypoints[:, 4:]).all()


@pytest.mark.parametrize("rows", [None, np.zeros((0, 15), np.float32)])
def test_no_face(monkeypatch, model_path, rows):
    patch(monkeypatch, rows)
    detector = create_detector("yunet", model_path=str(model_path), small_faces=True)
    assert len(detector.detect(np.zeros((1, 1, 3), np.uint8))) == 0


@pytest.mark.parametrize("path", [None, ""])
def test_no_path(path):
    with pytest.raises(ConfigError, match=r"needs a model file.*opencv_zoo"):
        create_detector("yunet", model_path=path)


def test_missing_file(tmp_path):
    with pytest.raises(ModelError, match=r"does not exist\. Received: .*absent\.onnx"):
        create_detector("yunet", model_path=tmp_path / "absent.onnx")


def test_foreign_file(model_path):
    with pytest.raises(ModelError, match="cannot use this file as a YuNet model"):
        create_detector("yunet", model_path=model_path)


def test_impossible_score(model_path):
    with pytest.raises(ConfigError, match="between 0 and 1"):
        create_detector("yunet", model_path=model_path, min_score=1.5)
