"""Clips from faces and faces from clips: the whole way, small."""

import csv
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_core.datasets import TRAIN, FaceSet, load_dataset
from fer_core.datasets.build import build_set, cut_face, read_clip_labels
from fer_core.datasets.clips import (
    FRAME_SIZE,
    LABELS_NAME,
    ClipMotion,
    choose_sources,
    draw_clip,
    generate_clips,
)
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.types import Faces, ImageArray
from fer_core.video import VideoReader

QUIET = {"report": lambda line: None}
STILL = ClipMotion(shift=0, zoom=0, rotation_deg=0, light=0, noise=0)


class MiddleDetector:
    """Says that a face fills the middle of every picture brighter than ``dark``."""

    max_side = None

    def __init__(self, dark: float = 0) -> None:
        self.dark = dark

    def detect(self, bgr: ImageArray) -> Faces:
        if bgr.mean() < self.dark:
            return Faces.empty()
        height, width = bgr.shape[:2]
        x, y = width / 2, height / 2
        boxes = [[x - 9, y - 9, x + 9, y + 9], [x - 60, y - 60, x + 60, y + 60]]
        return Faces(np.array(boxes, np.float32), np.ones(2, np.float32))


def make_faces(each: int = 4) -> FaceSet:
    """Random blocks, so that no two faces are alike."""
    n = each * len(EMOTIONS)
    cells = np.random.default_rng(0).integers(40, 220, (n, 6, 6), np.uint8)
    return FaceSet(
        name="made",
        labels=np.repeat(np.arange(7), each),
        label_names=EMOTIONS,
        splits=np.full(n, TRAIN),
        ids=np.arange(n),
        images=np.kron(cells, np.ones((1, 8, 8), np.uint8)),
        source="made faces",
        rights="nobody's",
    )


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("clips")
    generate_clips(make_faces(), out, participants=2, frames=6, seed=1, **QUIET)
    return out


def test_clips_are_listed_and_decode(clips: Path) -> None:
    listed = read_clip_labels(clips)
    assert len(listed) == 14
    assert {(c.participant, c.emotion) for c in listed} == {
        (p, e) for p in ("s01", "s02") for e in EMOTIONS
    }
    with VideoReader(listed[0].path) as reader:
        frames = [(f.width, f.height, f.time_s) for f in reader]
    assert [f[:2] for f in frames] == [FRAME_SIZE] * 6
    np.testing.assert_allclose([f[2] for f in frames], np.arange(6) / 25, atol=1e-3)
    with (clips / LABELS_NAME).open(newline="") as file:
        sources = [row["source"] for row in csv.DictReader(file)]
    assert len(set(sources)) == 14, "a face was used twice"


def test_a_still_clip_shows_the_face_in_the_middle() -> None:
    face = make_faces().faces()[0]
    (frame,) = draw_clip(face, 1, np.random.default_rng(0), STILL)
    side = round(0.55 * 240)
    middle = frame[120 - side // 2 :, 160 - side // 2 :][:side, :side]
    small = cv2.resize(middle, (48, 48), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(small - face)[2:-2, 2:-2].mean() < 6


def test_a_clip_moves_a_little_and_is_drawn_by_its_seed() -> None:
    face = make_faces().faces()[0]
    one = list(draw_clip(face, 5, np.random.default_rng(3)))
    two = list(draw_clip(face, 5, np.random.default_rng(3)))
    np.testing.assert_array_equal(one, two)
    change = np.abs(one[4].astype(int) - one[0]).mean()
    assert 1 < change < 40


def test_sources_are_different_pictures_of_the_training_split() -> None:
    faces = make_faces(each=5)
    images = faces.faces().copy()
    images[1] = images[0]  # two equal angry faces, and one of them again among the happy
    images[16] = images[0]
    splits = faces.splits.copy()
    splits[34] = "private_test"
    faces = FaceSet("made", faces.labels, EMOTIONS, splits, faces.ids, images, source="made")
    chosen = choose_sources(faces, 4, seed=0)
    assert chosen.shape == (4, 7)
    pixels = [images[row].tobytes() for row in chosen.ravel()]
    assert len(set(pixels)) == 28
    assert 34 not in chosen
    with pytest.raises(DataError, match=r"5 stand-ins need .* 'angry'.* Received: 4"):
        choose_sources(faces, 5, seed=0)


def test_faces_of_clips_are_a_set(clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "set"
    made = build_set(clips, out, MiddleDetector(), every=2, **QUIET)
    assert (made.clips, made.frames, made.faces, made.missed) == (14, 42, 42, 0)
    faces = load_dataset(out)
    assert faces.faces().shape == (42, 48, 48)
    assert set(faces.participants.tolist()) == {"s01", "s02"}
    assert len(set(faces.clips.tolist())) == 14
    assert all(count == 6 for count in faces.class_counts().values())
    np.testing.assert_allclose(np.unique(faces.times_s), [0, 0.08, 0.16], atol=2e-3)
    assert faces.rights == "clips generated from faces of made (nobody's)"
    report = json.loads((out / "build.json").read_text())
    assert report["missed"] == 0
    assert report["detector"] == "MiddleDetector"
    with pytest.raises(DataError, match="exists already"):
        build_set(clips, out, MiddleDetector(), **QUIET)


def test_missed_frames_are_counted(clips: Path, tmp_path: Path) -> None:
    means = []
    for clip in read_clip_labels(clips):
        with VideoReader(clip.path) as reader:
            means += [float(frame.bgr().mean()) for frame in reader]
    middle = float(np.median(means))
    made = build_set(clips, tmp_path / "set", MiddleDetector(middle), **QUIET)
    assert made.faces == sum(mean >= middle for mean in means)
    assert made.missed == pytest.approx(1 - made.faces / 84)
    assert sum(made.frames_by_emotion.values()) == 84
    with pytest.raises(DataError, match="No face was found in 84 frames"):
        build_set(clips, tmp_path / "none", MiddleDetector(256), **QUIET)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["set"], "an unfinished folder is left"


@pytest.mark.parametrize(
    "box", [(10, 10, 30, 30), (-20, -5, 25, 40), (90, 70, 300, 300), (500, 500, 520, 520)]
)
def test_a_box_may_reach_outside(box: tuple[float, ...]) -> None:
    luma = np.random.default_rng(0).integers(0, 256, (80, 100), np.uint8)
    face = cut_face(luma, np.array(box, np.float32))
    assert face.shape == (48, 48)
    assert face.dtype == np.uint8


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "cannot be read"),
        ("file,participant,emotion\n", "names no video"),
        ("file,emotion\na.mp4,sad\n", "line 1: the column 'participant' is missing"),
        ("file,participant,emotion\na.mp4,,sad\n", "line 2: participant"),
        ("file,participant,emotion\na.mp4,p,bored\n", "Received: 'bored'"),
        ("file,participant,emotion\nb.mp4,p,sad\n", "no video 'b.mp4'"),
        ("file,participant,emotion\n../a.mp4,p,sad\n", "no video '../a.mp4'"),
        ("file,participant,emotion\na.mp4,p,sad\na.mp4,q,sad\n", "listed twice"),
        ("file,participant,emotion\na.mp4,p,sad\n", "a.mp4"),
    ],
)
def test_a_wrong_list_is_a_sentence(tmp_path: Path, text: str | None, says: str) -> None:
    videos = tmp_path / "videos"
    videos.mkdir()
    (videos / "a.mp4").write_bytes(b"no video")
    if text is not None:
        (videos / LABELS_NAME).write_text(text)
    with pytest.raises(DataError, match=says):
        build_set(videos, tmp_path / "set", MiddleDetector(), **QUIET)
    assert not (tmp_path / "set").exists()


def test_a_video_that_cannot_be_read_costs_itself_only(clips: Path, tmp_path: Path) -> None:
    folder = tmp_path / "videos"
    shutil.copytree(clips, folder)
    listed = read_clip_labels(folder)
    listed[0].path.write_bytes(b"no video")
    said: list[str] = []
    made = build_set(folder, tmp_path / "set", MiddleDetector(), report=said.append)
    assert made.clips == len(listed)
    assert made.empty_clips == [listed[0].name]
    assert any(line.endswith("It was left out.") for line in said)
    assert len(load_dataset(tmp_path / "set")) == made.faces > 0
