"""Where a scene ends, and what is none."""

from pathlib import Path

import cv2
import numpy as np

from fer_core.analysis import Engine, Task
from fer_core.analysis.cuts import CutDetector
from fer_core.imaging.frame import ArrayFrame
from fer_core.types import ImageArray
from tests.analysis.clips import face_frame
from tests.video.made import write


def other_frame() -> ImageArray:
    """The same face in the same place, covered and before another wall."""
    bgr = face_frame(0)
    wall = np.tile(np.linspace(0, 200, 320).astype(np.uint8)[None, :, None], (240, 1, 3))
    head = np.zeros((240, 320, 1), np.uint8)
    cv2.ellipse(head, (105, 60), (45, 55), 0, 0, 360, 1, -1)
    return np.where(head > 0, bgr, wall)


def cuts(pictures: list[ImageArray], step_s: float = 0.04) -> list[int]:
    found = CutDetector()
    return [k for k, p in enumerate(pictures) if found.is_cut(ArrayFrame(p, k * step_s))]


def test_cuts_and_what_is_none() -> None:
    one, other, black = face_frame(0), other_frame(), np.zeros((240, 320, 3), np.uint8)
    white = np.full((240, 320, 3), 255, np.uint8)
    assert cuts([face_frame(k) for k in range(20)]) == []
    assert cuts([one, other, other, one]) == [1, 3]
    assert cuts([one, white, one, black, one]) == []
    assert cuts([one, black, other]) == [2]
    assert cuts([one, (one * 0.5).astype(np.uint8), one]) == []
    assert cuts([face_frame(0), face_frame(12)], step_s=1.0) == []


def test_an_id_ends_with_its_scene(shared_engine: Engine, tmp_path: Path) -> None:
    path = write(tmp_path / "cut.mp4", [face_frame(0)] * 10 + [other_frame()] * 10)
    assert shared_engine.analyze(Task(str(path), "video", "cut")).people == 2
    path = write(tmp_path / "flash.mp4", [face_frame(0)] * 10 + [face_frame(0) // 2] * 10)
    assert shared_engine.analyze(Task(str(path), "video", "flash")).people == 1
