"""What is known of a file once it is analysed; all exports but the tables are made from it."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import fer_core
from fer_core.analysis.options import AnalysisOptions
from fer_core.analysis.outcome import Kind
from fer_core.analysis.seconds import SecondsTable
from fer_core.labels import EMOTIONS
from fer_core.temporal import Episode, Segment, TrackMeasures
from fer_core.types import FloatArray, FrameResult
from fer_core.wellbeing import HAPPINESS, STRESS, RatioEstimate, estimate_ratio


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """When an expression was strongest: the frame's result, and the row of the face in it."""

    emotion: str
    track_id: int
    probability: float
    result: FrameResult

    @property
    def time_s(self) -> float:
        return self.result.time_s


@dataclass(slots=True)
class Document:
    """A file's analysis.

    Attributes:
        name: the file, as tables and messages call it.
        kind: picture or video.
        options: how it was analysed.
        width, height: of the first frame, upright, in pixels.
        fps: frames per second on average; None where unknown and for pictures.
        duration_s: time of the last frame read, in seconds.
        frames: read; ``analysed``: of them analysed; ``rows``: faces in those; ``score``: the
            detector's mean for them.
        modified: the file's time of change, ISO 8601, UTC.
        seconds: one sample per person and second.
        tracks: measures per person, by id; empty for pictures.
        picture: what a picture shows; None for videos.
        moments: the strongest of each expression but neutral, in the order of ``EMOTIONS``.
        warning: one sentence about what could not be read.
        note: one sentence that helps, though nothing went wrong.
    """

    name: str
    kind: Kind
    options: AnalysisOptions
    modified: str = ""
    width: int = 0
    height: int = 0
    fps: float | None = None
    duration_s: float = 0.0
    frames: int = 0
    analysed: int = 0
    rows: int = 0
    score: float = 0.0
    seconds: SecondsTable = field(default_factory=SecondsTable)
    tracks: dict[int, TrackMeasures] = field(default_factory=dict)
    picture: FrameResult | None = None
    moments: list[Moment] = field(default_factory=list)
    warning: str = ""
    note: str = ""

    def add_scores(self, scores: FloatArray) -> None:
        """Count the faces of a frame, by the detector's scores (N,)."""
        count = self.rows + len(scores)
        self.score += (float(scores.sum()) - len(scores) * self.score) / max(1, count)
        self.rows = count

    @property
    def people(self) -> list[TrackMeasures]:
        """The longest seen first."""
        return sorted(self.tracks.values(), key=lambda t: (-t.seen_s, t.track_id))

    @property
    def segments(self) -> list[Segment]:
        """Of all people, in order of start."""
        found = (segment for track in self.tracks.values() for segment in track.segments)
        return sorted(found, key=lambda s: (s.start_s, s.track_id))

    @property
    def episodes(self) -> list[Episode]:
        """Of all people, in order of onset."""
        found = (episode for track in self.tracks.values() for episode in track.episodes)
        return sorted(found, key=lambda e: (e.onset_s, e.track_id, e.emotion))

    def ratio(self, track_id: int, emotions: tuple[str, ...]) -> RatioEstimate:
        """A person's ratio over the whole file."""
        mine = self.seconds.columns(track_id)
        window_s = max(self.duration_s, float(mine["valid_s"].sum()), 1e-9)
        return estimate_ratio(
            mine["time_s"], mine["probs"], mine["valid_s"], emotions, window_s=window_s
        )

    def to_dict(self) -> dict[str, Any]:
        """As plain values; unknown numbers are None."""
        return {
            "mien": fer_core.__version__,
            "file": self.name,
            "kind": self.kind,
            "modified": self.modified,
            "options": self.options.to_dict(),
            "width": self.width,
            "height": self.height,
            "fps": _plain(self.fps),
            "duration_s": _plain(self.duration_s),
            "frames": self.frames,
            "analysed_frames": self.analysed,
            "face_rows": self.rows,
            "warning": self.warning or None,
            **({"note": self.note} if self.note else {}),
            "emotions": list(EMOTIONS),
            "people": [self._person(track) for track in self.people],
            "faces": _faces(self.picture),
            "moments": [
                {
                    "emotion": m.emotion,
                    "track_id": m.track_id,
                    "time_s": _plain(m.time_s),
                    "probability": _plain(m.probability),
                }
                for m in self.moments
            ],
            "episodes": [
                {
                    "track_id": e.track_id,
                    "emotion": e.emotion,
                    "onset_s": _plain(e.onset_s),
                    "peak_s": _plain(e.peak_s),
                    "end_s": _plain(e.end_s),
                    "length_s": _plain(e.length_s),
                    "peak": _plain(e.peak),
                }
                for e in self.episodes
            ],
            "seconds": self._seconds(),
        }

    def _person(self, track: TrackMeasures) -> dict[str, Any]:
        return {
            "track_id": track.track_id,
            "first_s": _plain(track.first_s),
            "last_s": _plain(track.last_s),
            "seen_s": _plain(track.seen_s),
            "mean": _named(track.mean),
            "variability": _named(track.variability),
            "label_s": {name: _plain(s) for name, s in sorted(track.label_s.items())},
            "changes_per_min": _plain(track.changes_per_min),
            "transitions": track.transitions.tolist(),
            "stress": _estimate(self.ratio(track.track_id, STRESS)),
            "happiness": _estimate(self.ratio(track.track_id, HAPPINESS)),
        }

    def _seconds(self) -> dict[str, Any]:
        """Columns, which take a third of the room of rows."""
        columns = self.seconds.columns()
        return {
            "track_id": columns["track_id"].astype(int).tolist(),
            **{
                name: [_plain(v) for v in columns[name].tolist()]
                for name in ("time_s", "valid_s", "facing", "eyes_open")
            },
            "probs": np.round(columns["probs"], 4).tolist(),
        }


def _plain(value: float | None) -> float | None:
    return round(float(value), 4) if value is not None and math.isfinite(value) else None


def _named(values: Any) -> dict[str, float | None]:
    return {name: _plain(v) for name, v in zip(EMOTIONS, values, strict=True)}


def _estimate(estimate: RatioEstimate) -> dict[str, float | None]:
    return {
        name: _plain(getattr(estimate, name))
        for name in ("value", "low", "high", "coverage", "valid_s")
    }


def _faces(result: FrameResult | None) -> list[dict[str, Any]]:
    if result is None:
        return []
    return [
        {
            "track_id": int(result.faces.track_ids[row]),
            "box": [round(float(v), 1) for v in result.faces.boxes[row]],
            "score": _plain(float(result.faces.scores[row])),
            "label": label,
            "probs": _named(result.smoothed[row]),
        }
        for row, label in enumerate(result.labels)
    ]
