"""The comparison of ``bench device``; that both sides run is seen by running it."""

import numpy as np
import pytest

from bench.device import compare
from fer_core.types import Faces, FrameResult


def _result(box: list[float], probs: list[float], label: str, track_id: int = 1) -> FrameResult:
    faces = Faces(np.array([box]), np.ones(1), track_ids=np.array([track_id]))
    rows = np.array([probs], np.float32)
    return FrameResult(0.0, 640, 480, faces, rows, rows, (label,))


SURE = [0.9, 0.1, 0, 0, 0, 0, 0]
CLOSE = [0.5, 0.45, 0.05, 0, 0, 0, 0]
BOX = [0.0, 0.0, 100.0, 100.0]


def _face(box: list[float], probs: list[float], label: str, track_id: int = 1) -> dict[str, object]:
    return {"box": box, "id": track_id, "probs": probs, "smoothed": probs, "label": label}


@pytest.mark.parametrize(
    ("faces", "expected"),
    [
        ([_face(BOX, SURE, "angry")], {"matched": 1.0, "label_agreement": 1.0, "ids_equal": 1.0}),
        ([], {"matched": 0.0, "faces": 0, "prob_diff_median": None}),
        ([_face([0, 0, 100, 85], SURE, "angry")], {"matched": 0.0, "faces": 0}),
        ([_face(BOX, SURE, "sad", 2)], {"label_agreement": 0.0, "ids_equal": 0.0}),
        ([_face(BOX, SURE, "angry"), _face([300, 0, 400, 99], SURE, "sad")], {"matched": 0.0}),
    ],
)
def test_what_counts_as_equal(faces: list[dict[str, object]], expected: dict[str, object]) -> None:
    found = compare([_result(BOX, SURE, "angry")], [{"faces": faces}])
    assert {name: found[name] for name in expected} == expected


def test_a_close_race_is_no_disagreement() -> None:
    found = compare([_result(BOX, CLOSE, "angry")], [{"faces": [_face(BOX, CLOSE, "disgust")]}])
    assert found["label_agreement"] is None


def test_the_largest_difference_of_a_probability_counts() -> None:
    other = [0.8, 0.1, 0.1, 0, 0, 0, 0]
    found = compare([_result(BOX, SURE, "angry")], [{"faces": [_face(BOX, other, "angry")]}])
    assert found["prob_diff_median"] == pytest.approx(0.1, abs=1e-6)
