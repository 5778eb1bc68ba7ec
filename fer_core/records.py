"""What was found in a frame as plain, rounded values: the same in Python, JSON and tables."""

import math
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from fer_core.affect import affect_of
from fer_core.labels import EMOTIONS
from fer_core.types import MEASURES, FrameResult


@dataclass(frozen=True, slots=True)
class FaceRecord:
    """One face of a frame.

    Attributes:
        box: x1 y1 x2 y2 in pixels of the upright frame, clipped to it; one decimal.
        score: the detector's confidence, 0..1; four decimals.
        label: of ``labels.EMOTIONS``, or ``labels.UNSURE``.
        probabilities: of each of ``labels.EMOTIONS``, in that order; they sum to 1; six decimals.
            In a video they are steadied over time, as those that the live page shows.
        track_id: the same for one face throughout a video; None in a picture.
        affect: valence, pleasure and arousal of the probabilities, -1..1 each (``affect``); four
            decimals.
        measures: of each of ``types.MEASURES``, in distances between the eyes; four decimals;
            empty where the face was not measured.
    """

    box: tuple[float, float, float, float]
    score: float
    label: str
    probabilities: dict[str, float]
    track_id: int | None = None
    affect: dict[str, float] = field(default_factory=dict)
    measures: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As the command line and the server tell it: plain values, ``probs`` for short."""
        row: dict[str, Any] = {
            "box": list(self.box),
            "score": self.score,
            "label": self.label,
            "probs": self.probabilities,
            **self.affect,
        }
        if self.measures:
            row["measures"] = self.measures
        return row if self.track_id is None else {"track_id": self.track_id, **row}


@dataclass(frozen=True, slots=True)
class FrameRecord:
    """One frame.

    Attributes:
        time_s: seconds since the video's first frame, four decimals; 0 for a picture.
        width, height: of the upright frame, in pixels.
        faces: what is in it; empty where nobody was found.
    """

    time_s: float
    width: int
    height: int
    faces: tuple[FaceRecord, ...]

    @classmethod
    def from_result(cls, result: FrameResult) -> Self:
        """The values that are shown: smoothed, unless smoothing is off."""
        limits = (result.width, result.height) * 2
        faces = result.faces
        rows = zip(
            faces.boxes.tolist(),
            faces.scores.tolist(),
            result.labels,
            result.smoothed.tolist(),
            faces.track_ids.tolist(),
            faces.measures.tolist(),
            strict=True,
        )
        return cls(
            time_s=round(result.time_s, 4),
            width=result.width,
            height=result.height,
            faces=tuple(
                FaceRecord(
                    box=_clipped(box, limits),
                    score=round(score, 4),
                    label=label,
                    probabilities={
                        name: round(p, 6) for name, p in zip(EMOTIONS, probs, strict=True)
                    },
                    track_id=None if track_id < 0 else track_id,
                    affect=affect_of(np.array(probs)),
                    measures=_known(measures),
                )
                for box, score, label, probs, track_id, measures in rows
            ),
        )

    def to_dict(self) -> dict[str, Any]:
        """As the command line and the server tell a picture: plain values."""
        faces = [face.to_dict() for face in self.faces]
        return {"width": self.width, "height": self.height, "faces": faces}


def _known(measures: list[float]) -> dict[str, float]:
    if not all(map(math.isfinite, measures)):
        return {}
    return {name: round(value, 4) for name, value in zip(MEASURES, measures, strict=True)}


def _clipped(box: list[float], limits: tuple[int, ...]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (
        round(min(max(value, 0.0), float(limit)), 1)
        for value, limit in zip(box, limits, strict=True)
    )
    return x1, y1, x2, y2
