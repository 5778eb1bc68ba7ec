"""Tiles of a call that change places take their people's ids along."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from fer_core.analysis import AnalysisOptions, Engine, Task
from fer_core.analysis.swaps import SwapDetector
from fer_core.imaging.frame import ArrayFrame
from fer_core.types import Faces, ImageArray
from tests.analysis.test_hints import in_profile, portrait
from tests.video.made import write

WIDTH, HEIGHT = 320, 240
FRAMES, SWAP = 12, 6


def tile(person: int, step: int) -> ImageArray:
    """Somebody before a wall of their own, who sways; each sits elsewhere in the tile."""
    side, left, top, wall = [(200, 40, 30, 70), (180, 110, 50, 150), (190, 70, 40, 110)][person]
    face = portrait(side)
    if person == 2:
        face = np.asarray(cv2.resize(in_profile()[20:180, 140:300], (side, side)))
    face = face[:, ::-1] if person == 1 else face
    noise = np.random.default_rng(100 * person + step).integers(-4, 5, (HEIGHT, WIDTH, 3))
    canvas = np.clip(wall + noise, 0, 255).astype(np.uint8)
    left += round(4 * np.sin(step / 3 + person))
    canvas[top : top + side, left : left + side] = face[: HEIGHT - top]
    return canvas


def call(step: int, order: tuple[int, ...]) -> ImageArray:
    """The tiles side by side on a call's grey."""
    canvas = np.full((HEIGHT + 40, len(order) * (WIDTH + 20) + 20, 3), 32, np.uint8)
    for place, person in enumerate(order):
        left = 20 + place * (WIDTH + 20)
        canvas[20 : 20 + HEIGHT, left : left + WIDTH] = tile(person, step)
    return canvas


def ids_by_place(tmp_path: Path, orders: Callable[[int], tuple[int, ...]]) -> list[list[int]]:
    """Track ids from left to right, by frame."""
    frames = [call(step, orders(step)) for step in range(FRAMES)]
    path = write(tmp_path / "call.mp4", frames)
    engine = Engine(AnalysisOptions(small_faces=True), tmp_path)
    outcome = engine.analyze(Task(str(path), "video", "call"))
    assert outcome.status == "done", outcome.message
    table = pd.read_csv(tmp_path / "call.csv").sort_values(["frame", "x1"])
    # A chance hit of the detector in one frame or two is nobody.
    table = table[table.groupby("track_id")["frame"].transform("size") > 2]
    return [rows["track_id"].tolist() for _, rows in table.groupby("frame")]


def test_ids_go_along(tmp_path: Path) -> None:
    found = ids_by_place(tmp_path, lambda step: (0, 1) if step < SWAP else (1, 0))
    first, second = found[0]
    assert first != second
    assert found == [[first, second]] * SWAP + [[second, first]] * (FRAMES - SWAP)


def test_who_stays_keeps_the_id(tmp_path: Path) -> None:
    found = ids_by_place(tmp_path, lambda step: (0, 1))
    assert all(row == found[0] for row in found)


BOXES = np.array([[90, 70, 190, 170], [470, 90, 570, 190], [800, 80, 900, 180]], float)
IDS = np.array([4, 7, 9])


def detect(first: ImageArray, second: ImageArray) -> dict[int, np.ndarray]:
    detector, count = SwapDetector(), round(first.shape[1] / (WIDTH + 20))
    detector.note(ArrayFrame(first), Faces(BOXES[:count], np.ones(count), track_ids=IDS[:count]))
    return detector.find(ArrayFrame(second))


def test_a_round_of_three_and_where_they_are() -> None:
    moved = detect(call(0, (0, 1, 2)), call(0, (1, 2, 0)))
    step = WIDTH + 20  # whoever changes tiles stays where they are in it
    for track_id, box, tiles in zip(IDS.tolist(), BOXES, (2, -1, -1), strict=True):
        np.testing.assert_allclose(moved[track_id], box + [tiles * step, 0] * 2, atol=8)


def blank(bgr: ImageArray) -> ImageArray:
    return np.full_like(bgr, 90)


@pytest.mark.parametrize(
    ("make", "moved"),
    [
        (lambda: call(1, (1, 0)), {4, 7}),
        (lambda: call(1, (1, 0, 2)), {4, 7}),
        (lambda: call(1, (0, 1)), set()),
        (lambda: call(1, (0, 2)), set()),  # one left, another came
        (lambda: call(1, (2, 0)), set()),  # one moved, one left, one came
        (lambda: blank(call(1, (0, 1))), set()),
        (lambda: cv2.convertScaleAbs(call(1, (0, 1)), alpha=0.5), set()),  # the light goes down
        (lambda: np.roll(call(0, (0, 1)), 12, 1), set()),  # the camera turns
    ],
)
def test_only_a_change_of_places_is_one(make: Callable[[], ImageArray], moved: set[int]) -> None:
    second = make()
    first = call(0, (0, 1, 2) if second.shape[1] > 3 * WIDTH else (0, 1))
    assert set(detect(first, second)) == moved


def test_two_tiles_of_the_same_person_are_none() -> None:
    assert detect(call(0, (0, 0)), call(6, (0, 0))) == {}


class Counting(ArrayFrame):
    """Counts how often its grey picture was asked for."""

    asked = 0

    def luma(self) -> ImageArray:
        self.asked += 1
        return super().luma()


def test_a_frame_is_scaled_down_once() -> None:
    detector = SwapDetector()
    for step in range(3):
        frame = Counting(call(step, (0, 1)))
        detector.find(frame)
        detector.note(frame, Faces(BOXES[:2] * (1 + 0.02 * step), np.ones(2), track_ids=IDS[:2]))
        assert frame.asked == 1
