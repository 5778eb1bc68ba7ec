"""The real stages together, on the portrait: stills, streams, nothing to see."""

import subprocess
import sys
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from fer_core.errors import ConfigError, ModelError
from fer_core.imaging.frame import ArrayFrame, VideoFrame
from fer_core.labels import EMOTIONS, UNSURE
from fer_core.pipeline import FacePipeline, build_pipeline
from fer_core.types import FrameResult

#: Where the portrait's face lies in its 512x512 pixels.
FACE = np.array([170, 60, 280, 200])


def scene(portrait: Path, x: int = 0, size: tuple[int, int] = (640, 480)) -> np.ndarray:
    """The portrait, moved ``x`` pixels to the right, in a video frame."""
    picture = cv2.resize(cv2.imread(str(portrait)), (size[1], size[1]))
    canvas = np.full((size[1], size[0], 3), 90, np.uint8)
    canvas[:, x : x + size[1]] = picture[:, : size[0] - x]
    return canvas


def is_good(result: FrameResult) -> bool:
    sums = result.smoothed.sum(axis=1)
    return bool(np.allclose(sums, 1, atol=1e-4) and set(result.labels) <= {*EMOTIONS, UNSURE})


@pytest.mark.parametrize("detector", ["short", "full", "haar"])
@pytest.mark.parametrize("small_faces", [False, True])
def test_a_still_gives_one_smiling_face(portrait: Path, detector: str, small_faces: bool) -> None:
    pipeline = build_pipeline(detector=detector, live=False, small_faces=small_faces)
    result = pipeline.process(ArrayFrame(cv2.imread(str(portrait))))
    assert len(result.faces) == 1
    assert is_good(result)
    assert result.labels == ("happy",)
    box = result.faces.boxes[0]
    middle = (box[:2] + box[2:]) / 2
    assert np.all((FACE[:2] < middle) & (middle < FACE[2:]))
    assert set(result.stages_ms) == {"detect", "mesh", "align", "classify", "smooth"}
    assert all(ms >= 0 for ms in result.stages_ms.values())


def test_a_stream_keeps_the_id_and_reports_pose_and_eyes(portrait: Path) -> None:
    pipeline = build_pipeline()
    seen: list[FrameResult] = []
    for step in range(12):
        frame = av.VideoFrame.from_ndarray(scene(portrait, x=step * 6), format="bgr24")
        frame = frame.reformat(format="yuv420p")
        seen.append(pipeline.process(VideoFrame(frame, time_s=step / 15)))
    ids = {int(result.faces.track_ids[0]) for result in seen}
    assert len(ids) == 1
    assert ids.pop() >= 1
    assert all(len(result.faces) == 1 for result in seen)
    assert all(is_good(result) for result in seen)
    assert seen[-1].labels == ("happy",)
    assert np.isfinite(seen[-1].faces.poses).all()
    assert np.isfinite(seen[-1].faces.eye_openness).all()
    centers = [float(result.faces.boxes[0, [0, 2]].mean()) for result in seen]
    assert centers[-1] - centers[0] == pytest.approx(11 * 6, abs=8)


@pytest.mark.parametrize(
    "bgr",
    [
        np.zeros((480, 640, 3), np.uint8),
        np.full((1, 1, 3), 128, np.uint8),
        np.random.default_rng(0).integers(0, 256, (240, 320, 3)).astype(np.uint8),
    ],
)
def test_no_face_is_no_error(bgr: np.ndarray) -> None:
    result = build_pipeline().process(ArrayFrame(bgr))
    assert len(result.faces) == len(result.labels) == 0
    assert result.focus is None


def test_a_black_frame_between_does_not_lose_the_face(portrait: Path) -> None:
    pipeline = build_pipeline()
    picture = scene(portrait)
    ids = []
    for step, is_dark in enumerate([False] * 5 + [True] * 4 + [False] * 3):
        bgr = np.zeros_like(picture) if is_dark else picture
        result = pipeline.process(ArrayFrame(bgr, time_s=step / 15))
        if not is_dark:
            ids += result.faces.track_ids.tolist()
    assert len(set(ids)) == 1
    assert len(ids) == 8


def test_two_pipelines_do_not_share_anything(portrait: Path) -> None:
    one, other = build_pipeline(), build_pipeline()
    picture = scene(portrait)
    first = one.process(ArrayFrame(picture))
    for step in range(3):
        other.process(ArrayFrame(picture[:, ::-1].copy(), time_s=step / 10))
    again = one.process(ArrayFrame(picture, time_s=0.1))
    assert first.faces.track_ids.tolist() == again.faces.track_ids.tolist()
    assert np.allclose(first.probs, again.probs, atol=1e-3)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"detector": "nobody"}, ConfigError, "nobody"),
        ({"model": "nothing"}, ModelError, "There is no model 'nothing'"),
        ({"detector": "yunet"}, ConfigError, "FER_YUNET_MODEL|file"),
    ],
)
def test_wrong_choices_are_one_sentence(
    options: dict[str, str], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        build_pipeline(**options)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_warm_up_needs_no_picture() -> None:
    pipeline: FacePipeline = build_pipeline()
    pipeline.warm_up()


def test_serving_never_imports_tensorflow(portrait: Path) -> None:
    program = (
        "import sys, cv2\n"
        "from fer_core.pipeline import build_pipeline\n"
        "from fer_core.imaging.frame import ArrayFrame\n"
        f"result = build_pipeline().process(ArrayFrame(cv2.imread({str(portrait)!r})))\n"
        "assert len(result.faces) == 1\n"
        "heavy = {'tensorflow', 'keras', 'torch', 'jax'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-500:]
