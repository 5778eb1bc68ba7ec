"""Samples as rows of plain values, and as text in CSV and JSON."""

import csv
import io
import json
import math
from collections.abc import Iterable
from itertools import chain
from typing import Any

from fer_core.labels import EMOTIONS
from fer_core.types import EmotionSample

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


def samples_to_csv(samples: Iterable[EmotionSample]) -> str:
    """CSV text, one line per face and second, with a header; unknown values are empty.

    Columns: ``time_s`` (since the start of the stream), ``duration_s``, ``track_id``, the seven
    emotions in ``labels.EMOTIONS``' order, ``valid_s``, ``coverage``, ``facing``, ``eyes_open``.
    """
    out = io.StringIO()
    fields = list(chain(_TIMES, EMOTIONS, _REST))
    writer = csv.DictWriter(out, fields, lineterminator="\n")
    writer.writeheader()
    writer.writerows(map(sample_row, samples))
    return out.getvalue()


def samples_to_json(samples: Iterable[EmotionSample], **about: Any) -> str:
    """JSON text: ``about``'s keys, ``emotions``, and ``samples``; unknown values are null.

    Args:
        samples: one per face and second.
        about: plain values that say what session it was, such as ``started="2026-05-01T10:00Z"``.
    """
    rows = []
    for sample in samples:
        row = sample_row(sample)
        row["probs"] = {name: row.pop(name) for name in EMOTIONS}
        rows.append(row)
    document = {**about, "emotions": list(EMOTIONS), "samples": rows}
    return json.dumps(document, indent=1, allow_nan=False)
