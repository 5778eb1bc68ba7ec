"""Boxes and labels land where they belong, in the emotion's colour, mirrored or not."""

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.imaging.draw import annotate, annotate_bgr, label_text
from fer_core.labels import EMOTIONS, rgb_of
from fer_core.types import Faces, FrameResult


def result_of(
    boxes: list[list[float]], labels: list[str], size: tuple[int, int] = (320, 240)
) -> FrameResult:
    n = len(boxes)
    probs = np.full((n, 7), 0.02)
    for row, label in enumerate(labels):
        probs[row, EMOTIONS.index(label) if label in EMOTIONS else 6] = 0.88
    faces = Faces(
        boxes=np.array(boxes, np.float32).reshape(n, 4),
        scores=np.ones(n),
        track_ids=np.arange(1, n + 1),
    )
    return FrameResult(0.0, *size, faces, probs, probs, tuple(labels))


def grey_frame(width: int = 320, height: int = 240, *, flat: bool = False) -> av.VideoFrame:
    y, x = np.mgrid[:height, :width]
    grey = ((x * 3 + y) % 200 + 20).astype(np.uint8)
    if flat:
        grey[:] = 25
    frame = av.VideoFrame.from_ndarray(np.stack([grey] * 3, axis=2), format="bgr24")
    frame = frame.reformat(format="yuv420p")
    frame.pts = 1234
    return frame


def close_to(pixel: np.ndarray, label: str) -> bool:
    """YUV 4:2:0 blurs colour: near enough to tell the emotions apart."""
    return bool(np.abs(pixel.astype(int) - np.array(rgb_of(label))).max() < 45)


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("label", EMOTIONS)
def test_box_has_the_color_of_its_label(label: str, mirror: bool) -> None:
    frame = grey_frame(flat=True)
    out = annotate(frame, result_of([[40, 60, 120, 180]], [label]), mirror).to_ndarray(
        format="rgb24"
    )
    left = 320 - 120 if mirror else 40
    assert close_to(out[120, left], label)
    assert close_to(out[180, left + 40], label)
    other = 40 if mirror else 320 - 120
    assert not close_to(out[120, other], label)


@pytest.mark.parametrize("mirror", [False, True])
def test_without_faces_the_picture_is_only_mirrored(mirror: bool) -> None:
    frame = grey_frame()
    luma = frame.to_ndarray()[:240]
    out = annotate(frame, None, mirror)
    assert (out.pts, out.time_base, out.width, out.height) == (1234, frame.time_base, 320, 240)
    assert np.array_equal(out.to_ndarray()[:240], luma[:, ::-1] if mirror else luma)


def test_the_frame_given_is_left_alone() -> None:
    frame = grey_frame()
    before = frame.to_ndarray().copy()
    annotate(frame, result_of([[40, 60, 120, 180]], ["happy"]), True)
    assert np.array_equal(frame.to_ndarray(), before)


def test_label_text_is_never_mirrored() -> None:
    result = result_of([[100, 60, 220, 180]], ["surprise"])
    plain = annotate(grey_frame(flat=True), result, False).to_ndarray(format="rgb24")
    mirrored = annotate(grey_frame(flat=True), result, True).to_ndarray(format="rgb24")
    # The box is symmetric about the middle, so the same label stands at the same place.
    label = np.s_[44:60, 104:180]
    assert np.abs(plain[label].astype(int) - mirrored[label].astype(int)).max() <= 2


@pytest.mark.parametrize("size", [(320, 240), (640, 480), (1280, 720), (641, 361)])
def test_result_of_another_size_is_scaled(size: tuple[int, int]) -> None:
    result = result_of([[40, 60, 120, 180]], ["angry"], size=(320, 240))
    out = annotate(grey_frame(*size), result).to_ndarray(format="rgb24")
    assert close_to(out[size[1] // 2, round(40 * size[0] / 320)], "angry")


@pytest.mark.parametrize(
    ("labels", "row", "text"),
    [
        (["happy"], 0, "happy 88%"),
        (["unsure"], 0, "unsure"),
        (["sad", "fear"], 1, "#2 fear 88%"),
    ],
)
def test_label_text(labels: list[str], row: int, text: str) -> None:
    boxes = [[0, 0, 50, 50]] * len(labels)
    assert label_text(result_of(boxes, labels), row) == text


coordinates = st.one_of(
    st.floats(-2000, 2000), st.sampled_from([float("nan"), float("inf"), float("-inf")])
)


@given(
    boxes=st.lists(st.lists(coordinates, min_size=4, max_size=4), max_size=3),
    size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    mirror=st.booleans(),
)
def test_no_box_and_no_size_raises(
    boxes: list[list[float]], size: tuple[int, int], mirror: bool
) -> None:
    result = result_of(boxes, ["happy"] * len(boxes), size=size)
    bgr = np.zeros((size[1], size[0], 3), np.uint8)
    assert annotate_bgr(bgr, result).shape == bgr.shape
    frame = av.VideoFrame.from_ndarray(bgr, format="bgr24")
    out = annotate(frame, result, mirror)
    assert (out.width, out.height) == size
