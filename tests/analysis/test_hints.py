"""Nothing found is explained, from the frames themselves."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from fer_core.analysis import AnalysisOptions, Engine, Outcome, Task
from fer_core.analysis.frames import REASONS
from fer_core.analysis.hints import _UNUSABLE, explain_unusable
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
    return engine.analyze(Task(str(path), "video", "clip"))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: np.full((240, 320, 3), 128, np.uint8), "hardly any contrast"),
        (lambda: np.full((240, 320, 3), 9, np.uint8), "is dark"),
    ],
)
def test_a_video(make: object, words: str, engine: Engine, tmp_path: Path) -> None:
    outcome = of_video(engine, make(), tmp_path)  # type: ignore[operator]
    assert (outcome.status, outcome.message) == ("done", "")
    assert words in outcome.note


def test_small_faces_are_looked_for_in_a_second_pass(engine: Engine, tmp_path: Path) -> None:
    outcome = of_video(engine, tiles(), tmp_path)
    assert (outcome.status, outcome.people, outcome.faces) == ("done", 4, 24)
    assert outcome.note == (
        "No face was found at first, but 5 of 5 frames hold small ones: they were looked for in a "
        "second pass, as with --small-faces."
    )
    asked = Engine(AnalysisOptions(small_faces=True), tmp_path)
    assert of_video(asked, tiles(), tmp_path).faces == outcome.faces


def test_a_few_frames_with_small_faces_are_told(engine: Engine, tmp_path: Path) -> None:
    """What is seen in one of five may be no face: the whole video is not gone through for it."""
    noise = np.random.default_rng(1).integers(60, 180, (240, 640, 3), np.uint8)
    path = write(tmp_path / "clip.mp4", [noise] * 4 + [tiles()])
    outcome = engine.analyze(Task(str(path), "video", "clip"))
    assert (outcome.faces, "1 of 5 frames hold small faces: use" in outcome.note) == (0, True)


def test_a_video_in_which_all_is_well(engine: Engine, tmp_path: Path) -> None:
    outcome = of_video(engine, face_frame(0), tmp_path)
    assert (outcome.people, outcome.note) == (1, "")


def test_a_crop_of_a_data_set(engine: Engine, tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (48, 48, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "crop.png"), noise)
    outcome = engine.analyze(Task(str(tmp_path / "crop.png"), "picture", "crop"))
    assert "may be a face cut out already; score sets of those with `evaluate`" in outcome.note


@pytest.mark.parametrize(
    ("turns", "words"),
    [(1, "a quarter turn to the right"), (2, "half a turn"), (3, "a quarter turn to the left")],
)
def test_a_video_that_lies_is_turned_as_a_whole(
    turns: int, words: str, engine: Engine, tmp_path: Path
) -> None:
    upright = of_video(engine, face_frame(0), tmp_path)
    outcome = of_video(engine, np.ascontiguousarray(np.rot90(face_frame(0), turns)), tmp_path)
    assert (outcome.people, outcome.faces) == (1, upright.faces)
    assert outcome.note == f"Faces did not stand upright, so the whole video was given {words}."


def test_a_picture_that_lies_is_turned(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "lying.png"), np.rot90(portrait(400), 2))
    engine = Engine(AnalysisOptions(formats=("json",), annotate=True), tmp_path)
    outcome = engine.analyze(Task(str(tmp_path / "lying.png"), "picture", "lying"))
    assert (outcome.people, outcome.note[-22:]) == (1, "was given half a turn.")
    saved = json.loads((tmp_path / "lying.json").read_text())
    assert (saved["options"]["turns"], saved["faces"][0]["label"]) == (2, "happy")
    copy = cv2.imread(str(tmp_path / "lying.annotated.png"))
    assert copy is not None
    assert copy.shape[:2] == (saved["height"], saved["width"])


def test_a_face_before_a_bright_window(engine: Engine, tmp_path: Path) -> None:
    canvas = np.full((480, 640, 3), 255, np.uint8)
    head = np.zeros((400, 400), np.uint8)
    cv2.ellipse(head, (200, 205), (130, 170), 0, 0, 360, 255, -1)
    head[330:] = 255
    canvas[80:480, 120:520][head > 0] = (portrait(400) * 0.02).astype(np.uint8)[head > 0]
    cv2.imwrite(str(tmp_path / "window.png"), canvas)
    outcome = engine.analyze(Task(str(tmp_path / "window.png"), "picture", "window"))
    assert "in the dark against a bright background: light faces from the front" in outcome.note


def covered() -> ImageArray:
    """A dark phone before nose and mouth."""
    canvas = np.full((480, 640, 3), 120, np.uint8)
    canvas[40:440, 120:520] = portrait(400)
    cv2.rectangle(canvas, (220, 230), (420, 370), (20, 20, 20), -1)
    return canvas


def test_a_chance_hit_turns_no_picture(engine: Engine, tmp_path: Path) -> None:
    """Lying, the detector takes a covered face for one, barely."""
    whole = cv2.imread(str(PORTRAIT))
    assert whole is not None
    cv2.rectangle(whole, (170, 60), (290, 200), (20, 20, 20), -1)
    cv2.imwrite(str(tmp_path / "covered.png"), whole)
    outcome = engine.analyze(Task(str(tmp_path / "covered.png"), "picture", "covered"))
    assert (outcome.people, "was given" in outcome.note) == (0, False)
    assert "covered for the most part" in outcome.note


def in_profile() -> ImageArray:
    camera = cv2.imread(str(Path(skimage.data.__file__).parent / "camera.png"))
    assert camera is not None
    return np.asarray(camera)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (covered, "faces are covered, as by a hand, a mask or dark glasses"),
        (in_profile, "faces are turned away by more than 45 degrees"),
        (lambda: np.indices((480, 640)).sum(0).astype(np.uint8), "nobody may be in view"),
    ],
)
def test_turned_covered_and_nobody_are_told_apart(
    make: Callable[[], ImageArray], words: str, engine: Engine, tmp_path: Path
) -> None:
    bgr = make()
    bgr = bgr if bgr.ndim == 3 else np.repeat(bgr[..., None], 3, 2)
    cv2.imwrite(str(tmp_path / "one.png"), bgr)
    picture = engine.analyze(Task(str(tmp_path / "one.png"), "picture", "one"))
    assert words in picture.note
    assert words in of_video(engine, bgr, tmp_path).note


def test_a_face_is_small_in_its_own_pixels_only(engine: Engine, tmp_path: Path) -> None:
    """80 pixels of a large photograph are 19 of the view that is looked through for a hint."""
    whole = cv2.imread(str(PORTRAIT))
    assert whole is not None
    part = cv2.resize(whole, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
    canvas = np.full((3000, 4000, 3), 120, np.uint8)
    canvas[1200 : 1200 + part.shape[0], 1500 : 1500 + part.shape[1]] = part
    cv2.imwrite(str(tmp_path / "large.jpg"), canvas)
    outcome = engine.analyze(Task(str(tmp_path / "large.jpg"), "picture", "large"))
    assert (outcome.faces, outcome.note) == (1, "")


@pytest.mark.parametrize("reason", sorted(set(REASONS) - {"no_face", "undecodable"}))
def test_every_reason_of_a_face_has_its_own_sentence(reason: str) -> None:
    text = explain_unusable([reason, reason, "blurred"], kind="video")
    assert text.startswith("No face in the 3 frames looked at can be used: faces are ")
    assert sum(text == explain_unusable([o] * 3, kind="video") for o in _UNUSABLE) == 1
    assert explain_unusable([reason, ""], kind="video") == ""
