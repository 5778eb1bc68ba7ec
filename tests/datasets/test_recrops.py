"""One photograph cut out twice is found, two photographs are not taken for one."""

import cv2
import numpy as np
import pytest

from fer_core.datasets.recrops import is_recrop_of, middle_parts, recrop_correlation


def photograph(seed: int) -> np.ndarray:
    """A smooth random picture, 200x200."""
    cells = np.random.default_rng(seed).integers(0, 256, (12, 12)).astype(np.uint8)
    return cv2.resize(cells, (200, 200), interpolation=cv2.INTER_CUBIC)


def cut(seed: int, x: int, y: int, side: int) -> np.ndarray:
    return cv2.resize(photograph(seed)[y : y + side, x : x + side], (48, 48), None, 0, 0, 3)


@pytest.mark.parametrize(
    ("x", "y", "side"),
    [(40, 40, 100), (46, 40, 100), (36, 48, 100), (46, 46, 88), (34, 34, 112), (30, 45, 105)],
)
def test_another_cut_of_the_photograph_is_found(x: int, y: int, side: int) -> None:
    others = np.stack([cut(2, 40, 40, 100), cut(1, x, y, side), cut(3, 40, 40, 100)])
    found = recrop_correlation(cut(1, 40, 40, 100), others)
    assert found.argmax() == 1
    assert is_recrop_of(cut(1, 40, 40, 100), others)
    assert not is_recrop_of(cut(1, 40, 40, 100), others[[0, 2]])


def test_light_does_not_hide_it() -> None:
    face = cut(1, 40, 40, 100)
    darker = (0.6 * face + 10).astype(np.uint8)
    assert recrop_correlation(darker, face[None])[0] > 0.99


def test_parts_have_one_size_and_nobody_is_no_duplicate() -> None:
    assert {part.shape for part in middle_parts(cut(1, 0, 0, 100))} == {(30, 30)}
    assert not is_recrop_of(cut(1, 0, 0, 100), np.zeros((0, 48, 48), np.uint8))
