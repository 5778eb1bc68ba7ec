"""Plain data that travels between the stages: checked once, at construction, never modified.

Coordinates are pixels of the upright frame (x right, y down, origin at the top left corner),
time is seconds as float. "Right" and "left" are the subject's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import NUM_EMOTIONS

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
ImageArray = NDArray[np.uint8]

#: Order of ``Faces.keypoints``, BlazeFace's.
KEYPOINTS = ("right_eye", "left_eye", "nose_tip", "mouth_center", "right_ear", "left_ear")


#: Order of ``Faces.measures`` (``fer_core.landmarks.measures`` says what they are).
MEASURES = (
    *("brow_height_right", "brow_height_left", "lid_opening_right", "lid_opening_left"),
    *("mouth_width", "mouth_opening", "corner_height_right", "corner_height_left"),
    *("jaw_drop", "asymmetry", "iris_contrast_right", "iris_contrast_left"),
)


def _is_sealed(value: Any, dtype: Any) -> bool:
    """Whether it is an array that nobody can change, as the columns of another ``Faces`` are."""
    return (
        isinstance(value, np.ndarray)
        and value.dtype == dtype
        and value.base is None
        and not value.flags.writeable
    )


def _checked(name: str, value: Any, dtype: Any, shape: tuple[int | None, ...]) -> NDArray[Any]:
    # Else a copy: nobody can change it afterwards.
    array = value if _is_sealed(value, dtype) else np.array(value, dtype=dtype)
    fits = array.ndim == len(shape) and all(
        want is None or want == got for want, got in zip(shape, array.shape, strict=True)
    )
    if not fits:
        want_text = "(" + ", ".join("N" if s is None else str(s) for s in shape) + ")"
        raise ValueError(f"{name} must have shape {want_text}. Received: shape {array.shape}.")
    array.setflags(write=False)
    return array


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """The faces of one frame, one row each.

    ``keypoints``, ``poses``, ``eye_openness`` and ``measures`` are NaN in the rows where a stage
    could not measure them (Haar finds no keypoints; a face under 48 px has no mesh).

    Attributes:
        boxes: (N, 4) float32, x1 y1 x2 y2 in pixels; may reach outside the frame.
        scores: (N,) float32, the detector's confidence, 0..1.
        keypoints: (N, 6, 2) float32, x y in pixels, order ``KEYPOINTS``.
        track_ids: (N,) int64, stable over time within one stream; -1 before tracking.
        poses: (N, 3) float32, yaw, pitch, roll in degrees (signs: ``fer_core.landmarks.pose``).
        eye_openness: (N, 2) float32, right and left eye, 0 closed .. 1 open.
        measures: (N, 12) float32, order ``MEASURES``; lengths in distances between the eyes.
        covers: (N,) float32, 0 uncovered .. 1 covered (``fer_core.landmarks.covering``); NaN where
            it was not measured.
    """

    boxes: FloatArray
    scores: FloatArray
    keypoints: FloatArray = None  # type: ignore[assignment]
    track_ids: IntArray = None  # type: ignore[assignment]
    poses: FloatArray = None  # type: ignore[assignment]
    eye_openness: FloatArray = None  # type: ignore[assignment]
    measures: FloatArray = None  # type: ignore[assignment]
    covers: FloatArray = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        boxes = _checked("boxes", self.boxes, np.float32, (None, 4))
        n = len(boxes)
        set_ = object.__setattr__
        set_(self, "boxes", boxes)
        set_(self, "scores", _checked("scores", self.scores, np.float32, (n,)))
        optional: tuple[tuple[str, Any, tuple[int, ...], Any], ...] = (
            ("keypoints", np.float32, (n, 6, 2), np.nan),
            ("track_ids", np.int64, (n,), -1),
            ("poses", np.float32, (n, 3), np.nan),
            ("eye_openness", np.float32, (n, 2), np.nan),
            ("measures", np.float32, (n, len(MEASURES)), np.nan),
            ("covers", np.float32, (n,), np.nan),
        )
        for name, dtype, shape, missing in optional:
            value = getattr(self, name)
            value = np.full(shape, missing, dtype) if value is None else value
            set_(self, name, _checked(name, value, dtype, shape))

    def __len__(self) -> int:
        return len(self.boxes)

    def __getitem__(self, index: Any) -> Self:
        """The chosen rows (slice, index array or boolean mask), as ``Faces``."""
        if isinstance(index, (int, np.integer)):
            index = [int(index)]
        return type(self)(
            **{name: getattr(self, name)[index] for name in self.__dataclass_fields__}
        )

    def with_(self, **changes: Any) -> Self:
        """A copy with some columns replaced, checked again."""
        return replace(self, **changes)

    @classmethod
    def empty(cls) -> Self:
        """Of a frame without a face: every column has length 0."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))

    @property
    def sizes(self) -> FloatArray:
        """(N,) float32: the longer side of each box in pixels."""
        wh = self.boxes[:, 2:] - self.boxes[:, :2]
        return np.asarray(wh.max(axis=1) if len(wh) else np.zeros(0), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class FrameResult:
    """What the pipeline found in one frame.

    Attributes:
        time_s: the frame's own timestamp in seconds.
        width, height: of the upright frame, in pixels.
        faces: the N faces.
        probs: (N, 7) float32, calibrated, of this frame alone; rows sum to 1.
        smoothed: (N, 7) float32, after temporal smoothing; equal to ``probs`` for stills.
        labels: N names, from ``labels.EMOTIONS`` or ``labels.UNSURE``.
        stages_ms: milliseconds each stage took, in the order they ran.
    """

    time_s: float
    width: int
    height: int
    faces: Faces
    probs: FloatArray
    smoothed: FloatArray
    labels: tuple[str, ...]
    stages_ms: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.faces)
        for name in ("probs", "smoothed"):
            value = _checked(name, getattr(self, name), np.float32, (n, NUM_EMOTIONS))
            object.__setattr__(self, name, value)
        if len(self.labels) != n:
            raise ValueError(f"labels must name {n} faces. Received: {len(self.labels)} labels.")
        object.__setattr__(self, "labels", tuple(self.labels))
        object.__setattr__(self, "stages_ms", MappingProxyType(dict(self.stages_ms)))

    @property
    def total_ms(self) -> float:
        """Milliseconds of all stages together."""
        return float(sum(self.stages_ms.values()))

    @property
    def focus(self) -> int | None:
        """Row of the face in focus, the largest; None without a face."""
        return int(self.faces.sizes.argmax()) if len(self.faces) else None


@dataclass(frozen=True, slots=True, eq=False)
class EmotionSample:
    """One track over one second: what aggregates, scores and stores work from.

    Attributes:
        time_s: start of the window in seconds.
        duration_s: length of the window in seconds.
        track_id: the stream's id of the face.
        probs: (7,) float32, mean over the valid time; sums to 1.
        valid_s: seconds of the window in which the face was seen and classified.
        facing: share of the valid time turned to the camera, 0..1; NaN if never measured.
        eyes_open: share of the valid time with open eyes, 0..1; NaN if never measured.
    """

    time_s: float
    duration_s: float
    track_id: int
    probs: FloatArray
    valid_s: float
    facing: float = float("nan")
    eyes_open: float = float("nan")

    def __post_init__(self) -> None:
        probs = _checked("probs", self.probs, np.float32, (NUM_EMOTIONS,))
        object.__setattr__(self, "probs", probs)
        if not 0 <= self.valid_s <= self.duration_s + 1e-6:
            raise ValueError(f"valid_s must lie in 0..{self.duration_s}. Received: {self.valid_s}.")

    @property
    def coverage(self) -> float:
        """Share of the window with a valid face, 0..1."""
        return self.valid_s / self.duration_s if self.duration_s > 0 else 0.0
