"""From participants' videos to a set of faces: decode, detect, cut, list.

In: a folder with videos and ``labels.csv`` (file, participant, emotion). Out: a folder with
``manifest.csv`` and one 48x48 grey PNG per face, which ``load_dataset`` reads, and ``build.json``,
which says how many frames the detector missed.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from fer_core.datasets.clips import LABELS_NAME
from fer_core.datasets.faceset import FACE_SIZE
from fer_core.datasets.manifest import COLUMNS, MANIFEST_NAME, RIGHTS_NAME
from fer_core.datasets.names import parse_emotion
from fer_core.datasets.typed import read_typed, received, write_typed
from fer_core.detection import FaceDetector
from fer_core.errors import DataError, InputError
from fer_core.files import whole_folder
from fer_core.text import count_of
from fer_core.types import FloatArray, ImageArray
from fer_core.video import VideoReader

REPORT_NAME: Final = "build.json"


@dataclass(frozen=True)
class LabelledClip:
    """One line of ``labels.csv``."""

    path: Path
    name: str
    participant: str
    emotion: str


@dataclass
class BuildReport:
    """What became of the frames.

    Attributes:
        frames: decoded; faces: cut, at most one per frame.
        frames_by_emotion, faces_by_emotion: the same for each emotion.
        empty_clips: names of clips in which the detector found nothing.
    """

    frames: int = 0
    faces: int = 0
    clips: int = 0
    frames_by_emotion: dict[str, int] = field(default_factory=dict)
    faces_by_emotion: dict[str, int] = field(default_factory=dict)
    empty_clips: list[str] = field(default_factory=list)

    @property
    def missed(self) -> float:
        """Share of the frames without a face found, 0..1."""
        return 1 - self.faces / self.frames if self.frames else 0.0

    def add(self, clip: LabelledClip, frames: int, faces: int) -> None:
        """Count one clip, with the frames that were read and the faces that were cut."""
        self.clips += 1
        self.frames += frames
        self.faces += faces
        for table, value in ((self.frames_by_emotion, frames), (self.faces_by_emotion, faces)):
            table[clip.emotion] = table.get(clip.emotion, 0) + value
        if not faces:
            self.empty_clips.append(clip.name)


def read_clip_labels(
    videos: Path | Sequence[Path], labels: Path | None = None
) -> tuple[LabelledClip, ...]:
    """The clips that a list (file, participant, emotion) names.

    Args:
        videos: a folder, or files and folders, in which the list's files are looked for.
        labels: the list; by default ``labels.csv`` in the first folder.

    Raises:
        DataError: the list is missing or wrong; the message names the line.
    """
    places = [videos] if isinstance(videos, Path) else list(videos)
    listing = labels if labels is not None else places[0] / LABELS_NAME
    columns = ("file", "participant", "emotion")
    try:
        table = read_typed(listing, columns)
    except DataError as error:
        raise DataError(
            f"{error} Give a list of the videos such as {LABELS_NAME} (file, participant, emotion)."
        ) from error
    missing = [name for name in columns if name not in table.header]
    if missing and table.header:
        raise DataError(
            f"{listing}, line 1: the column {missing[0]!r} is missing. Received: "
            f"{received(table.header)}."
        )
    rows = [(line, dict(zip(table.header, cells, strict=False))) for line, cells in table.rows]
    if not rows:
        raise DataError(f"{listing} names no video: it needs a header and one line per video.")
    clips: list[LabelledClip] = []
    for number, row in rows:
        for column in columns:
            if not (row.get(column) or "").strip():
                raise DataError(f"{listing}, line {number}: {column} is missing or empty.")
        emotion = parse_emotion(row["emotion"])
        if emotion is None:
            raise DataError(
                f"{listing}, line {number}: emotion must name one. Received: {row['emotion']!r}."
            )
        path = _find_video(row["file"].strip(), places)
        if path is None:
            where = ", ".join(map(str, places[:3]))
            raise DataError(
                f"{listing}, line {number}: there is no video {row['file']!r} in {where}."
            )
        if any(clip.path == path for clip in clips):
            raise DataError(f"{listing}, line {number}: {row['file']!r} is listed twice.")
        name = "_".join(Path(row["file"].strip()).with_suffix("").parts)
        clips.append(LabelledClip(path, name, row["participant"].strip(), emotion))
    return tuple(clips)


def _find_video(name: str, places: Sequence[Path]) -> Path | None:
    """The file that a line of the list means; never one outside the folders that were given."""
    for place in places:
        if place.is_dir():
            path = place / name
            if path.resolve().is_relative_to(place.resolve()) and path.is_file():
                return path
        elif name in (str(place), place.name) and place.is_file():
            return place
    return None


def cut_face(luma: ImageArray, box: FloatArray, size: int = FACE_SIZE) -> ImageArray:
    """The detector's box of a (h, w) uint8 picture, clipped to it, as (size, size) uint8."""
    height, width = luma.shape
    x1, y1 = max(0, round(float(box[0]))), max(0, round(float(box[1])))
    x1, y1 = min(x1, width - 1), min(y1, height - 1)
    x2 = max(x1 + 1, min(width, round(float(box[2]))))
    y2 = max(y1 + 1, min(height, round(float(box[3]))))
    face = luma[y1:y2, x1:x2]
    way = cv2.INTER_AREA if min(face.shape) >= size else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(face, (size, size), interpolation=way), np.uint8)


def build_set(
    videos: Path,
    out: Path,
    detector: FaceDetector,
    *,
    labels: Path | None = None,
    every: int = 1,
    report: Callable[[str], None] = print,
) -> BuildReport:
    """Cut the largest face of every ``every``-th frame; the folder appears whole or not at all.

    Raises:
        DataError: the list of clips is wrong, no face was found at all, or ``out`` exists. A
            video that cannot be read is reported and left out.
    """
    if out.exists():
        raise DataError(f"{out} exists already. Name a folder that does not.")
    clips = read_clip_labels(videos, labels)
    total = BuildReport()
    with whole_folder(out) as target:
        rows: list[tuple[str, ...]] = [COLUMNS]
        troubles: list[str] = []
        for clip in clips:
            try:
                frames, found = _cut_clip(clip, target, detector, every, report)
            except InputError as error:
                troubles.append(str(error))
                report(f"{error} It was left out.")
                frames, found = 0, []
            rows += found
            total.add(clip, frames, len(found))
            report(f"{clip.name}: {count_of(len(found), 'face')} in {count_of(frames, 'frame')}")
        if not total.frames:
            raise DataError(f"None of the videos in {videos} can be read. {troubles[0]}")
        if not total.faces:
            raise DataError(f"No face was found in {total.frames} frames of {videos}.")
        write_typed(target / MANIFEST_NAME, rows)
        values = asdict(total) | {"missed": total.missed, "detector": type(detector).__name__}
        text = json.dumps(values, indent=2) + "\n"
        (target / REPORT_NAME).write_text(text, encoding="utf-8")
        if (videos / RIGHTS_NAME).is_file():
            shutil.copyfile(videos / RIGHTS_NAME, target / RIGHTS_NAME)
    return total


def _cut_clip(
    clip: LabelledClip,
    target: Path,
    detector: FaceDetector,
    every: int,
    report: Callable[[str], None],
) -> tuple[int, list[tuple[str, ...]]]:
    """Write the faces of one clip; returns the frames looked at and the lines of the manifest."""
    rows: list[tuple[str, ...]] = []
    frames = 0
    (target / clip.name).mkdir()
    with VideoReader(clip.path) as reader:
        for index, frame in enumerate(reader):
            if index % every:
                continue
            frames += 1
            faces = detector.detect(frame.bgr(None))
            if not len(faces):
                continue
            face = cut_face(frame.luma(), faces.boxes[int(faces.sizes.argmax())])
            file = f"{clip.name}/{index:05d}.png"
            cv2.imwrite(str(target / file), face)
            rows.append((file, clip.participant, clip.name, clip.emotion, f"{frame.time_s:.3f}"))
        for begin_s, end_s in reader.lost:
            report(f"{clip.name}: damaged from {begin_s:.2f} to {end_s:.2f} s")
    return frames, rows
