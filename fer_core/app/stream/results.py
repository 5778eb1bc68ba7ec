"""What a session showed, in sum, and as files to take along. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

import fer_core
from fer_core.classification.identity import ModelIdentity
from fer_core.labels import EMOTIONS, UNSURE
from fer_core.temporal import label_names
from fer_core.temporal.samples import samples_to_csv, samples_to_json
from fer_core.types import EmotionSample, FloatArray

#: Seconds of one face that are no further apart belong together.
_JOIN_S = 0.25


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
        identity: which model that name meant when the session began.
        marks: moments that the visitor kept, in seconds from the first frame.
        measures: (face, second) -> (12,) float32, order ``types.MEASURES``.
    """

    started_at: datetime
    duration_s: float
    model: str
    detector: str
    samples: tuple[EmotionSample, ...]
    identity: ModelIdentity | None = None
    marks: tuple[float, ...] = ()
    measures: Mapping[tuple[int, int], FloatArray] = field(default_factory=dict)

    @property
    def model_text(self) -> str:
        """The model, as pages say it."""
        return self.model if self.identity is None else self.identity.text


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


@dataclass(frozen=True, slots=True)
class SessionMoment:
    """A stretch of seconds in which a face showed one expression.

    Attributes:
        label: from ``labels.EMOTIONS``.
        start_s, end_s: seconds from the first frame.
        peak_s: the middle of its surest second.
        peak: mean probability in that second.
    """

    label: str
    start_s: float
    end_s: float
    peak_s: float
    peak: float


def moments_of(samples: Sequence[EmotionSample], track_id: int) -> list[SessionMoment]:
    """What one face showed but neutral, in order of time; a second without it ends a moment."""
    moments: list[SessionMoment] = []
    for sample in samples:
        if sample.track_id != track_id or sample.valid_s <= 0:
            continue
        (label,) = label_names(sample.probs[None])
        if label in ("neutral", UNSURE):
            continue
        start_s, end_s = float(sample.time_s), float(sample.time_s + sample.duration_s)
        here = SessionMoment(
            label, start_s, end_s, (start_s + end_s) / 2, float(sample.probs[EMOTIONS.index(label)])
        )
        last = moments[-1] if moments else None
        if last is None or last.label != label or start_s - last.end_s > _JOIN_S:
            moments.append(here)
        elif here.peak > last.peak:
            moments[-1] = replace(here, start_s=last.start_s)
        else:
            moments[-1] = replace(last, end_s=end_s)
    return moments


def to_csv(results: SessionResults) -> str:
    """One line per face and second, with marks and measures: see ``samples_to_csv``."""
    return samples_to_csv(
        results.samples,
        marks=results.marks,
        measures=results.measures,
        model=results.model_text,
    )


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
        results.measures,
        mien=fer_core.__version__,
        model=results.model if results.identity is None else results.identity.to_dict(),
        detector=results.detector,
        started_at=results.started_at.isoformat(timespec="seconds"),
        duration_s=round(results.duration_s, 3),
        faces=faces,
        marks=[round(time_s, 3) for time_s in results.marks],
    )
