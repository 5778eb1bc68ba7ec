"""Perturbations do what their names say and leave their input alone."""

import cv2
import numpy as np
import pytest

from fer_core.evaluation.robustness import PERTURBATIONS, perturb


@pytest.fixture
def faces():
    rng = np.random.default_rng(3)
    small = rng.integers(60, 200, (8, 6, 6)).astype(np.uint8)
    return np.stack([cv2.resize(p, (48, 48), interpolation=cv2.INTER_CUBIC) for p in small])


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_every_one_changes_the_picture_and_not_the_input(faces, name):
    before = faces.copy()
    changed = perturb(faces, name)
    assert changed.shape == faces.shape
    assert changed.dtype == np.uint8
    assert (faces == before).all()
    assert all((a != b).any() for a, b in zip(faces, changed, strict=True))
    assert (perturb(faces, name) == changed).all()


def test_shift_takes_turns(faces):
    moved = perturb(faces, "shift_5px")
    np.testing.assert_array_equal(moved[0][:, 5:], faces[0][:, :-5])  # right
    np.testing.assert_array_equal(moved[1][5:], faces[1][:-5])  # down
    np.testing.assert_array_equal(moved[2][:, :-5], faces[2][:, 5:])  # left
    np.testing.assert_array_equal(moved[3][:-5], faces[3][5:])  # up


@pytest.mark.parametrize(("name", "side"), [("scale_0.85", 17), ("scale_1.15", 23)])
def test_scale_is_about_the_centre(name, side):
    square = np.zeros((1, 48, 48), np.uint8)
    square[0, 14:34, 14:34] = 255  # 20 px
    inside = perturb(square, name)[0] > 127
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    assert len(rows) == len(columns) == pytest.approx(side, abs=1)
    assert rows.mean() == pytest.approx(23.5, abs=0.6)


def test_rotation_takes_turns():
    bar = np.zeros((2, 48, 48), np.uint8)
    bar[:, 4:44, 22:26] = 255
    turned = perturb(bar, "rotation_15deg")
    slopes = []
    for picture in turned:
        y, x = np.nonzero(picture > 127)
        slopes.append(np.degrees(np.arctan(np.polyfit(y - 23.5, x - 23.5, 1)[0])))
    assert sorted(slopes) == pytest.approx([-15, 15], abs=1)


def test_brightness_and_blur(faces):
    dark = perturb(faces, "brightness_0.4").astype(int)
    assert np.abs(dark - faces * 0.4).max() <= 0.5
    assert perturb(faces, "blur_sigma_1").std() < faces.std()


def test_lengths_follow_the_side(faces):
    small = np.stack([cv2.resize(p, (24, 24), interpolation=cv2.INTER_AREA) for p in faces])
    moved = perturb(small, "shift_5px")
    np.testing.assert_array_equal(moved[0][:, 2:], small[0][:, :-2])
