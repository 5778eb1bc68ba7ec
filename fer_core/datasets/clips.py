"""Stand-in video clips made of still faces, for systems whose own recordings are not public.

A stand-in participant is seven faces of seven different people, one for each expression: what is
measured on these clips says how a way of splitting behaves, and nothing about persons.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np

from fer_core.datasets.faceset import FaceSet
from fer_core.datasets.manifest import RIGHTS_NAME
from fer_core.datasets.names import TRAIN
from fer_core.datasets.recrops import is_recrop_of
from fer_core.datasets.typed import write_typed
from fer_core.errors import DataError
from fer_core.types import ImageArray, IntArray
from fer_core.video import VideoWriter

#: The list of clips beside them; ``fer_core.datasets.build`` reads it.
LABELS_NAME: Final = "labels.csv"
FRAME_RATE: Final = 25
#: width, height of a frame; the face covers this share of the height before motion and zoom.
FRAME_SIZE: Final = (320, 240)
FACE_SHARE: Final = 0.55


@dataclass(frozen=True)
class ClipMotion:
    """How far a clip strays from its still face.

    Attributes:
        shift: of the face, as a share of the frame's height.
        zoom: as a factor above and below 1.
        rotation_deg: to either side.
        light: brightness, as a factor above and below 1.
        noise: standard deviation of the sensor's noise in grey levels.
    """

    shift: float = 0.03
    zoom: float = 0.06
    rotation_deg: float = 3.0
    light: float = 0.1
    noise: float = 3.0


def choose_sources(faces: FaceSet, participants: int, seed: int) -> IntArray:
    """(participants, emotions) rows of the training split, no two of them of one photograph.

    Raises:
        DataError: an emotion has too few faces.
    """
    rng = np.random.default_rng(seed)
    images = faces.faces()
    taken: list[int] = []
    for label, name in enumerate(faces.label_names):
        pool = rng.permutation(np.flatnonzero((faces.labels == label) & (faces.splits == TRAIN)))
        rows: list[int] = []
        for row in pool:
            if len(rows) == participants:
                break
            if not is_recrop_of(images[row], images[taken + rows]):
                rows.append(int(row))
        if len(rows) < participants:
            raise DataError(
                f"{participants} stand-ins need as many different faces of {name!r} in the "
                f"training split. Received: {len(rows)} in {faces.source}."
            )
        taken += rows
    return np.reshape(np.asarray(taken, np.int64), (len(faces.label_names), participants)).T


def draw_clip(
    face: ImageArray,
    frames: int,
    rng: np.random.Generator,
    motion: ClipMotion | None = None,
    size: tuple[int, int] = FRAME_SIZE,
) -> Iterator[ImageArray]:
    """Grey frames (height, width) uint8 in which a still face (h, w) uint8 moves a little.

    Shift, zoom, rotation and light each follow a slow sine of random speed and phase. Around the
    face its border continues, blurred, so that nothing in the background is the same in two clips.
    """
    motion = motion or ClipMotion()
    width, height = size
    side = FACE_SHARE * height
    pad = face.shape[0]
    wide = cv2.copyMakeBorder(face, pad, pad, pad, pad, cv2.BORDER_REFLECT_101)
    blurred = cv2.GaussianBlur(wide, (0, 0), pad / 6)
    blurred[pad:-pad, pad:-pad] = face
    speed = rng.uniform(0.2, 0.8, 5)  # cycles per second
    phase = rng.uniform(0, 2 * np.pi, 5)
    center = (blurred.shape[1] - 1) / 2, (blurred.shape[0] - 1) / 2
    for index in range(frames):
        wave = np.sin(2 * np.pi * speed * index / FRAME_RATE + phase)
        scale = side / face.shape[0] * (1 + motion.zoom * wave[0])
        matrix = cv2.getRotationMatrix2D(center, float(motion.rotation_deg * wave[1]), scale)
        matrix[0, 2] += width / 2 - center[0] + motion.shift * height * wave[2]
        matrix[1, 2] += height / 2 - center[1] + motion.shift * height * wave[3]
        frame = cv2.warpAffine(
            blurred, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ).astype(np.float32)
        frame *= 1 + motion.light * wave[4]
        frame += rng.normal(0, motion.noise, frame.shape).astype(np.float32)
        yield np.clip(np.rint(frame), 0, 255).astype(np.uint8)


def write_clip(path: Path, frames: Iterator[ImageArray], size: tuple[int, int]) -> None:
    """Encode grey frames (height, width) uint8, as a camera's clip would come."""
    with VideoWriter(path, *size, fps=FRAME_RATE) as writer:
        for image in frames:
            writer.write(av.VideoFrame.from_ndarray(image, format="gray"))


def generate_clips(
    faces: FaceSet,
    out: Path,
    *,
    participants: int = 40,
    frames: int = 100,
    seed: int = 0,
    report: Callable[[str], None] = print,
) -> Path:
    """Write one clip per stand-in and emotion, and the list of them; returns the list's path.

    The list has the columns file, participant, emotion and source (the row of the face).

    Raises:
        DataError: too few faces, or the folder holds clips already.
    """
    listing = out / LABELS_NAME
    if listing.exists():
        raise DataError(f"{out} holds clips already. Name a folder that is new or empty.")
    out.mkdir(parents=True, exist_ok=True)
    sources = choose_sources(faces, participants, seed)
    images = faces.faces()
    rows = [("file", "participant", "emotion", "source")]
    for person, of_person in enumerate(sources):
        name = f"s{person + 1:02d}"
        for emotion, row in zip(faces.label_names, of_person, strict=True):
            file = f"{name}_{emotion}.mp4"
            rng = np.random.default_rng((seed, int(row)))
            write_clip(out / file, draw_clip(images[row], frames, rng), FRAME_SIZE)
            rows.append((file, name, emotion, str(faces.ids[row])))
        report(f"{name}: {len(of_person)} clips of {frames} frames")
    write_typed(listing, rows)
    rights = f"clips generated from faces of {faces.name}"
    rights += f" ({faces.rights})" if faces.rights else ""
    (out / RIGHTS_NAME).write_text(rights + "\n", encoding="utf-8")
    return listing
