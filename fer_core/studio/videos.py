"""Faces of a labelled video, sampled and cut as a recording's are."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fer_core.detection import create_detector
from fer_core.landmarks import FaceMesh
from fer_core.studio.cutting import CutFace, Detector, cut_frame
from fer_core.video import VideoReader

#: Faces a second that are looked at; neighbours at a camera's rate are nearly equal.
SAMPLE_HZ: Final = 5.0
#: A video gives at most this many faces, whatever its length.
MOST_FACES: Final = 600


@dataclass(frozen=True, slots=True, eq=False)
class VideoFaces:
    """What a video gave: frames looked at, and the faces of those that had one usable face."""

    frames: int
    faces: tuple[CutFace, ...]


class VideoCutter:
    """Cuts the faces of videos. Not for two threads at once: make one for each.

    Args:
        detector: that finds and frames the faces.
        sample_hz: frames a second that are looked at.
    """

    def __init__(self, detector: Detector = "short", *, sample_hz: float = SAMPLE_HZ) -> None:
        self.detector = detector
        self._sample_s = 1.0 / sample_hz
        self._finder = create_detector(detector)
        self._mesh = FaceMesh()

    def cut(
        self, path: Path, *, progress: Callable[[float], None] = lambda _share: None
    ) -> VideoFaces:
        """The faces of a video.

        Args:
            progress: told the share done, 0..1, where the file tells its length.

        Raises:
            DecodeError: missing, unreadable, or no video.
            LimitError: too many pixels.
        """
        frames, next_s = 0, 0.0
        found: list[CutFace] = []
        with VideoReader(path) as reader:
            for frame in reader:
                if frame.time_s + 1e-6 < next_s:
                    continue
                next_s = max(next_s + self._sample_s, frame.time_s)
                frames += 1
                faces = self._finder.detect(frame.bgr(None))
                faces = self._mesh.measure(frame, faces)
                face = cut_frame(frame.luma(), faces, self.detector, frame.time_s)
                if face is not None:
                    found.append(face)
                if reader.duration_s:
                    progress(min(1.0, frame.time_s / reader.duration_s))
                if len(found) >= MOST_FACES:
                    break
        return VideoFaces(frames, tuple(found))
