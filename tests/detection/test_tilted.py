"""Faces that are tilted by more than 45 degrees."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from fer_core.cli import app
from fer_core.detection import create_detector
from fer_core.types import ImageArray
from tests.e2e.browser import PORTRAIT


def portrait(degrees: float) -> ImageArray:
    """The head in the middle of 512 pixels, turned to the left."""
    whole = cv2.imread(str(PORTRAIT))
    assert whole is not None
    way = cv2.getRotationMatrix2D((225, 125), degrees, 1.2)
    way[:, 2] += (256 - 225, 256 - 125)
    return np.asarray(cv2.warpAffine(whole, way, (512, 512), borderMode=cv2.BORDER_REPLICATE))


@pytest.mark.parametrize("degrees", [0, 70, 100, 150, 180, 225, 290])
def test_one_face_is_found_in_every_turn(degrees: int) -> None:
    faces = create_detector("short", tilted=True).detect(portrait(degrees))
    assert len(faces) == 1
    center = (faces.boxes[0, :2] + faces.boxes[0, 2:]) / 2
    assert np.abs(center - 256).max() < 25
    right, left = faces.keypoints[0, :2]
    angle = np.degrees(np.arctan2(-(left - right)[1], (left - right)[0]))
    assert abs((angle - degrees + 180) % 360 - 180) < 15, "eyes tell how the face is turned"


def test_predict_finds_them_where_asked(tmp_path: Path) -> None:
    picture = tmp_path / "turned.png"
    cv2.imwrite(str(picture), portrait(120))
    done = CliRunner().invoke(app, ["predict", str(picture), "--json", "--tilted"])
    assert done.exit_code == 0
    (face,) = json.loads(done.stdout)["faces"]
    assert face["label"] == "happy"
