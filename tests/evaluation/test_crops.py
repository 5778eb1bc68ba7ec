"""Cutting faces out of pictures for scoring, with the real detector."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image

from fer_core.config import PROJECT_ROOT
from fer_core.datasets import load_dataset
from fer_core.errors import DecodeError
from fer_core.evaluation.crops import cut_faces

SPEC = SimpleNamespace(input=SimpleNamespace(size=48))


@pytest.fixture
def pictures(tmp_path):
    """A portrait, a wall, and the portrait again, smaller and off the centre."""
    portrait = cv2.imread(str(PROJECT_ROOT / "fer_core" / "assets" / "astronaut.png"))
    wall = np.full((240, 320, 3), 128, np.uint8)
    room = np.full((720, 1280, 3), 90, np.uint8)
    room[300:556, 900:1156] = cv2.resize(portrait, (256, 256), interpolation=cv2.INTER_AREA)
    folder = tmp_path / "set" / "happy"
    folder.mkdir(parents=True)
    for name, picture in (("a", portrait), ("b", wall), ("c", room)):
        Image.fromarray(picture[:, :, ::-1]).save(folder / f"{name}.png")
    return tmp_path / "set"


def test_largest_face_of_each_picture(pictures):
    faces = load_dataset(pictures, pictures=True)
    cut = cut_faces(faces, SPEC)
    assert cut.found.tolist() == [True, False, True]
    assert cut.crops.shape == (2, 48, 48)
    assert cut.crops.dtype == np.uint8
    # The same face, aligned: the two crops agree wherever it stood and however large it was.
    a, c = (crop.astype(float).ravel() for crop in cut.crops)
    assert np.corrcoef(a, c)[0, 1] > 0.9


def test_no_face_at_all(pictures):
    faces = load_dataset(pictures, pictures=True)
    cut = cut_faces(faces.take(faces.ids == "happy/b.png"), SPEC)
    assert cut.crops.shape == (0, 48, 48)
    assert not cut.found.any()


def test_damaged_picture_is_named(pictures):
    (pictures / "happy" / "d.png").write_bytes(b"no picture")
    faces = load_dataset(pictures, pictures=True)
    with pytest.raises(DecodeError, match=r"d\.png"):
        cut_faces(faces, SPEC)
