"""Nothing found is explained, from the frames themselves."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_core.analysis import AnalysisOptions, Engine, Outcome, Task
from fer_core.types import ImageArray
from tests.analysis.clips import face_frame
from tests.e2e.browser import PORTRAIT
from tests.video.made import write


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(AnalysisOptions(), tmp_path_factory.mktemp("hints"))


def portrait(side: int) -> ImageArray:
    whole = cv2.imread(str(PORTRAIT))
    assert whole is not None
    return np.asarray(cv2.resize(whole[:256, 96:352], (side, side), interpolation=cv2.INTER_AREA))


def tiles() -> ImageArray:
    """A call of eight: faces of a twentieth of the width."""
    canvas = np.full((240, 640, 3), 100, np.uint8)
    for place in range(4):
        canvas[60:150, 20 + 155 * place : 110 + 155 * place] = portrait(90)
    return canvas


def of_video(engine: Engine, bgr: ImageArray, folder: Path) -> Outcome:
    path = write(folder / "clip.mp4", [bgr] * 6)
    return engine.analyse(Task(str(path), "video", "clip"))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (tiles, "use --small-faces (on the page"),
        (lambda: np.ascontiguousarray(np.rot90(face_frame(0), 2)), "right after half a turn"),
        (lambda: np.full((240, 320, 3), 128, np.uint8), "hardly any contrast"),
        (lambda: np.full((240, 320, 3), 9, np.uint8), "is dark"),
    ],
)
def test_a_video(make: object, words: str, engine: Engine, tmp_path: Path) -> None:
    outcome = of_video(engine, make(), tmp_path)  # type: ignore[operator]
    assert (outcome.status, outcome.message) == ("done", "")
    assert words in outcome.note


def test_a_video_in_which_all_is_well(engine: Engine, tmp_path: Path) -> None:
    outcome = of_video(engine, face_frame(0), tmp_path)
    assert (outcome.people, outcome.note) == (1, "")


def test_a_crop_of_a_data_set(engine: Engine, tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (48, 48, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "crop.png"), noise)
    outcome = engine.analyse(Task(str(tmp_path / "crop.png"), "picture", "crop"))
    assert "may be a face cut out already; score sets of those with `evaluate`" in outcome.note
