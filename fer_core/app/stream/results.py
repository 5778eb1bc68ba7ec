"""What a session showed, in sum, and as files to take along. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

import fer_core
from fer_core.labels import EMOTIONS
from fer_core.temporal.samples import samples_to_csv, samples_to_json
from fer_core.types import EmotionSample, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class FaceSummary:
    """One face over the whole session.

    Attributes:
        track_id: the stream's id of the face.
        seen_s: seconds in which it was seen and classified.
        mean: (7,) float32, mean probabilities over those seconds; sums to 1.
    """

    track_id: int
    seen_s: float
    mean: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class SessionResults:
    """A finished session.

    Attributes:
        started_at: local time with its offset.
        duration_s: from Start to Stop, in seconds.
        model: name of the model that classified.
        detector: name of the detector that found the faces.
        samples: one per face and second; ``time_s`` counts from the first frame.
    """

    started_at: datetime
    duration_s: float
    model: str
    detector: str
    samples: tuple[EmotionSample, ...]


def summarise_faces(samples: Sequence[EmotionSample]) -> list[FaceSummary]:
    """One row per face, the longest seen first; means are weighted by the valid seconds."""
    rows = []
    for track_id in dict.fromkeys(sample.track_id for sample in samples):
        mine = [s for s in samples if s.track_id == track_id and s.valid_s > 0]
        if not mine:
            continue
        weights = np.array([s.valid_s for s in mine], np.float64)
        mean = np.average(np.stack([s.probs for s in mine]), axis=0, weights=weights)
        rows.append(FaceSummary(track_id, float(weights.sum()), mean.astype(np.float32)))
    return sorted(rows, key=lambda row: -row.seen_s)


def to_csv(results: SessionResults) -> str:
    """One line per face and second: see ``samples_to_csv``."""
    return samples_to_csv(results.samples)


def to_json(results: SessionResults) -> str:
    """The session, its faces' means, and its samples: see ``samples_to_json``."""
    faces = [
        {
            "track_id": row.track_id,
            "seen_s": round(row.seen_s, 3),
            "mean": {n: round(float(p), 4) for n, p in zip(EMOTIONS, row.mean, strict=True)},
        }
        for row in summarise_faces(results.samples)
    ]
    return samples_to_json(
        results.samples,
        mien=fer_core.__version__,
        model=results.model,
        detector=results.detector,
        started_at=results.started_at.isoformat(timespec="seconds"),
        duration_s=round(results.duration_s, 3),
        faces=faces,
    )
