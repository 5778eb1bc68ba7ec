"""What is known of a file once it is analysed; all exports but the tables are made from it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

import fer_core
from fer_core.analysis.fields import estimate_fields, face_fields, named, plain
from fer_core.analysis.frames import Coverage, coverage_text
from fer_core.analysis.markup import Markup, length_s
from fer_core.analysis.options import AnalysisOptions
from fer_core.analysis.outcome import Kind, Outcome, Task
from fer_core.analysis.seconds import SecondsTable
from fer_core.classification.identity import SHORT, ModelIdentity
from fer_core.labels import EMOTIONS
from fer_core.temporal import Episode, Segment, TrackMeasures
from fer_core.text import printable_name
from fer_core.types import MEASURES, FloatArray, FrameResult
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
class ConditionSeconds:
    """The samples within the spans of one condition and group."""

    condition: str
    group: str
    seconds: SecondsTable = field(default_factory=SecondsTable)


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
        model: what classified; None where nothing did.
        sha256: of the file's bytes, in hex.
        warning: one sentence about what could not be read.
        note: one sentence that helps, though nothing went wrong.
        coverage: how much of the time a face could be used, and why not in the rest.
        by_condition: samples within the spans of each condition and group.
        offsets: person -> how a neutral span moved the logarithms of their probabilities.
        remarks: sentences about what the marks led to.
        measure_files: names of the tables of measures that lie beside the results.
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
    model: ModelIdentity | None = None
    sha256: str = ""
    warning: str = ""
    note: str = ""
    coverage: Coverage = field(default_factory=Coverage)
    by_condition: list[ConditionSeconds] = field(default_factory=list)
    offsets: dict[int, FloatArray] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    measure_files: tuple[str, ...] = ()

    @property
    def measures_text(self) -> str:
        """Which measures there are and where, for files that do not hold them; empty without."""
        if not self.measure_files:
            return ""
        return (
            f"Measures of each face ({', '.join(MEASURES)}), valence, circumplex and blinks are in "
            f"{', '.join(self.measure_files)}."
        )

    @property
    def markup(self) -> Markup:
        """What a person marked in the recording."""
        return self.options.markup or Markup()

    def add_condition(self, condition: str, group: str) -> ConditionSeconds:
        """A fresh table of samples."""
        self.by_condition.append(ConditionSeconds(condition, group))
        return self.by_condition[-1]

    def ratios_by_condition(self) -> list[dict[str, Any]]:
        """A row per person, condition and group: both ratios over its spans, with intervals."""
        rows = []
        for part in self.by_condition:
            intervals = self.markup.counted_of(part.condition, part.group)
            window_s = length_s(intervals, self.duration_s)
            for track in self.people:
                mine = part.seconds.columns(track.track_id)
                if not len(mine["time_s"]) or not window_s > 0:
                    continue
                row: dict[str, Any] = {
                    "track_id": track.track_id,
                    "name": self.markup.name_of(track.track_id),
                    "condition": part.condition,
                    "group": part.group,
                    "length_s": plain(window_s),
                }
                for name, emotions in (("stress", STRESS), ("happiness", HAPPINESS)):
                    row[name] = estimate_fields(
                        estimate_ratio(
                            mine["time_s"],
                            mine["probs"],
                            mine["valid_s"],
                            emotions,
                            window_s=window_s,
                        )
                    )
                rows.append(row)
        return rows

    @property
    def origin(self) -> dict[str, str]:
        """What a table or a subtitle says of its origin; the document has the hashes whole."""
        return {
            "file_sha256": self.sha256[:SHORT],
            "model": "" if self.model is None else self.model.text,
        }

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
        """The segments of all people, in order of start."""
        found = (segment for track in self.tracks.values() for segment in track.segments)
        return sorted(found, key=lambda s: (s.start_s, s.track_id))

    @property
    def episodes(self) -> list[Episode]:
        """The episodes of all people, in order of onset."""
        found = (episode for track in self.tracks.values() for episode in track.episodes)
        return sorted(found, key=lambda e: (e.onset_s, e.track_id, e.emotion))

    def ratio(self, track_id: int, emotions: tuple[str, ...]) -> RatioEstimate:
        """A person's ratio over the whole file."""
        mine = self.seconds.columns(track_id)
        counted_s = length_s(self.markup.counted, self.duration_s)
        window_s = max(counted_s, float(mine["valid_s"].sum()), 1e-9)
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
            "sha256": self.sha256 or None,
            "model": None if self.model is None else self.model.to_dict(),
            "options": self.options.to_dict(),
            "width": self.width,
            "height": self.height,
            "fps": plain(self.fps),
            "duration_s": plain(self.duration_s),
            "frames": self.frames,
            "analysed_frames": self.analysed,
            "face_rows": self.rows,
            "warning": self.warning or None,
            **({"note": self.note} if self.note else {}),
            "coverage": self.coverage.to_dict() if self.kind == "video" else None,
            "remarks": self.remarks,
            "by_condition": self.ratios_by_condition(),
            "neutral_offsets": {
                str(person): named(offsets) for person, offsets in sorted(self.offsets.items())
            },
            "emotions": list(EMOTIONS),
            "people": [self._person(track) for track in self.people],
            "faces": face_fields(self.picture),
            "moments": [
                {
                    "emotion": m.emotion,
                    "track_id": m.track_id,
                    "time_s": plain(m.time_s),
                    "probability": plain(m.probability),
                }
                for m in self.moments
            ],
            "episodes": [
                {
                    "track_id": e.track_id,
                    "emotion": e.emotion,
                    "onset_s": plain(e.onset_s),
                    "peak_s": plain(e.peak_s),
                    "end_s": plain(e.end_s),
                    "length_s": plain(e.length_s),
                    "peak": plain(e.peak),
                }
                for e in self.episodes
            ],
            "seconds": self._seconds(),
        }

    def _person(self, track: TrackMeasures) -> dict[str, Any]:
        return {
            "track_id": track.track_id,
            "name": self.markup.name_of(track.track_id),
            "first_s": plain(track.first_s),
            "last_s": plain(track.last_s),
            "seen_s": plain(track.seen_s),
            "mean": named(track.mean),
            "variability": named(track.variability),
            "label_s": {name: plain(s) for name, s in sorted(track.label_s.items())},
            "changes_per_min": plain(track.changes_per_min),
            "transitions": track.transitions.tolist(),
            "stress": estimate_fields(self.ratio(track.track_id, STRESS)),
            "happiness": estimate_fields(self.ratio(track.track_id, HAPPINESS)),
        }

    def _seconds(self) -> dict[str, Any]:
        """Columns, which take a third of the room of rows."""
        columns = self.seconds.columns()
        return {
            "track_id": columns["track_id"].astype(int).tolist(),
            **{
                name: [plain(v) for v in columns[name].tolist()]
                for name in ("time_s", "valid_s", "facing", "eyes_open")
            },
            "probs": np.round(columns["probs"], 4).tolist(),
        }


def outcome_of(task: Task, document: Document, outputs: tuple[str, ...]) -> Outcome:
    """How a file ended, from its document and the names of what was written."""
    people = len(document.tracks) if task.kind == "video" else document.rows
    message = document.warning
    if task.shown:
        message = message.replace(printable_name(task.file), printable_name(task.shown))
    return Outcome(
        file=task.file,
        stem=task.stem,
        status="partial" if message else "done",
        message=message,
        outputs=outputs,
        frames=document.analysed,
        faces=document.rows,
        people=people,
        duration_s=round(document.duration_s, 3),
        note=" ".join(filter(None, (document.note, *document.remarks))),
        coverage=coverage_text(document.coverage.to_dict()),
    )
