"""Stills and video frames look the same to the pipeline."""

import av
import numpy as np
import pytest

from fer_core.imaging.frame import ArrayFrame, VideoFrame, scaled_size


@pytest.mark.parametrize(
    ("size", "max_side", "expected"),
    [
        ((640, 480), None, (640, 480)),
        ((640, 480), 128, (128, 96)),
        ((480, 640), 128, (96, 128)),
        ((100, 80), 128, (100, 80)),
        ((3000, 1), 100, (100, 1)),
    ],
)
def test_scaled_size(
    size: tuple[int, int], max_side: int | None, expected: tuple[int, int]
) -> None:
    assert scaled_size(*size, max_side) == expected


def gradient(width: int, height: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 255 // width, y * 255 // height, (x + y) % 256], axis=2).astype(np.uint8)


@pytest.mark.parametrize("size", [(64, 48), (65, 47), (640, 480), (2, 2)])
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuvj420p", "nv12", "rgb24", "yuv444p"])
def test_video_frame_agrees_with_array_frame(size: tuple[int, int], pixel_format: str) -> None:
    bgr = gradient(*size)
    coded = av.VideoFrame.from_ndarray(bgr, format="bgr24").reformat(format=pixel_format)
    video, array = VideoFrame(coded, time_s=2.5), ArrayFrame(bgr, time_s=2.5)
    assert (video.width, video.height, video.time_s) == (*size, 2.5)
    assert video.luma().shape == array.luma().shape == (size[1], size[0])
    small = video.bgr(32)
    assert small.shape == array.bgr(32).shape
    # Video luma has less range than full-range grey (16..235 against 0..255).
    scale = 1.0 if pixel_format == "yuvj420p" else 219 / 255
    offset = 0 if pixel_format == "yuvj420p" else 16
    expected = array.luma().astype(float) * scale + offset
    if min(size) > 2:
        assert np.abs(video.luma() - expected).mean() < 4


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_array_frame_says_what_it_takes(array: np.ndarray) -> None:
    with pytest.raises(ValueError, match="A frame must be"):
        ArrayFrame(array)
