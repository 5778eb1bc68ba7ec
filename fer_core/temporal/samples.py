"""Samples as rows of plain values, and as text in CSV and JSON."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from fer_core.labels import EMOTIONS
from fer_core.text import csv_text
from fer_core.types import MEASURES, EmotionSample, FloatArray

#: (face, whole second) -> (12,), order ``types.MEASURES``.
SecondMeasures = Mapping[tuple[int, int], FloatArray]

_TIMES = ("time_s", "duration_s", "track_id")
_REST = ("valid_s", "coverage", "facing", "eyes_open")


def sample_row(sample: EmotionSample) -> dict[str, Any]:
    """A sample as plain values, rounded to what the measurement carries; None where unknown."""
    probs = {name: round(float(p), 4) for name, p in zip(EMOTIONS, sample.probs, strict=True)}
    rest = {name: float(getattr(sample, name)) for name in _REST}
    return {
        "time_s": round(float(sample.time_s), 3),
        "duration_s": round(float(sample.duration_s), 3),
        "track_id": int(sample.track_id),
        **probs,
        **{name: round(v, 4) if math.isfinite(v) else None for name, v in rest.items()},
    }


def samples_to_csv(
    samples: Iterable[EmotionSample],
    *,
    marks: Sequence[float] | None = None,
    measures: SecondMeasures | None = None,
    **about: str,
) -> str:
    """CSV text, one line per face and second, with a header; unknown values are empty.

    Columns: ``time_s`` (since the start of the stream), ``duration_s``, ``track_id``, the seven
    emotions in ``labels.EMOTIONS``' order, ``valid_s``, ``coverage``, ``facing``, ``eyes_open``;
    ``marked_s`` where there are ``marks``; ``types.MEASURES`` where there are ``measures``; then
    ``about``'s keys, the same on every line.

    Args:
        samples: one per face and second.
        marks: moments that somebody kept, in seconds since the start of the stream; None where
            nobody could. Each stands in the lines of its second, several joined by "; "; where no
            face was seen then, in a line of its own at the end.
        measures: of each face and second; None where nothing measured.
        about: what every line says.
    """
    told = () if marks is None else ("marked_s",)
    fields = list(chain(_TIMES, EMOTIONS, _REST, told, MEASURES if measures else (), about))
    rows: list[dict[str, Any]] = []
    left = set(marks or ())
    for sample in samples:
        end_s = sample.time_s + sample.duration_s
        here = [mark for mark in marks or () if sample.time_s <= mark < end_s]
        left.difference_update(here)
        row = sample_row(sample) | ({} if marks is None else {"marked_s": _times_text(here)})
        rows.append(row | (_measured(sample, measures) or {}) | about)
    for mark in sorted(left):
        rows.append({"time_s": round(mark, 3), "marked_s": _times_text([mark])} | about)
    return csv_text(chain([fields], ([row.get(name) for name in fields] for row in rows)))


def _measured(sample: EmotionSample, measures: SecondMeasures | None) -> dict[str, float] | None:
    """The measures of a sample's face and second by name; None where it was not measured."""
    found = (measures or {}).get((int(sample.track_id), math.floor(sample.time_s + 1e-6)))
    if found is None:
        return None
    return {name: round(float(v), 4) for name, v in zip(MEASURES, found, strict=True)}


def _times_text(times_s: Iterable[float]) -> str:
    return "; ".join(f"{time_s:.3f}" for time_s in times_s)


def samples_to_json(
    samples: Iterable[EmotionSample], measures: SecondMeasures | None = None, **about: Any
) -> str:
    """JSON text: ``about``'s keys, ``emotions``, and ``samples``; unknown values are null.

    Where there are ``measures``, each sample has ``measures`` by name; null where the face was not
    measured in its second.

    Args:
        samples: one per face and second.
        measures: of each face and second; None where nothing measured.
        about: plain values that say what session it was, such as ``started="2026-05-01T10:00Z"``.
    """
    rows = []
    for sample in samples:
        row = sample_row(sample)
        row["probs"] = {name: row.pop(name) for name in EMOTIONS}
        if measures:
            row["measures"] = _measured(sample, measures)
        rows.append(row)
    document = {**about, "emotions": list(EMOTIONS), "samples": rows}
    return json.dumps(document, indent=1, allow_nan=False)
