"""A session's results, second by second, and their export as text."""

import csv
import io
import json
import math
from collections import deque
from collections.abc import Iterable
from itertools import chain
from typing import Any

from fer_core.labels import EMOTIONS
from fer_core.temporal import SecondWindows
from fer_core.types import EmotionSample, FrameResult

#: Four hours of four faces; what is older is forgotten, so that a stream left on stays small.
MAX_SAMPLES = 4 * 3600 * 4


class SessionRecord:
    """Keeps one sample per track and second; memory is bounded. Not for two threads at once."""

    def __init__(self, max_samples: int = MAX_SAMPLES) -> None:
        self._windows = SecondWindows()
        self._samples: deque[EmotionSample] = deque(maxlen=max_samples)

    def __len__(self) -> int:
        return len(self._samples)

    def add(self, result: FrameResult) -> None:
        """Take a result in; results come in the order of their time."""
        self._samples.extend(self._windows.add(result))

    def samples(self) -> tuple[EmotionSample, ...]:
        """The complete seconds, oldest first."""
        return tuple(self._samples)

    def finish(self) -> None:
        """The second under way counts as it is; nothing is added later."""
        self._samples.extend(self._windows.flush())


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
        samples: as from ``LiveSession.samples``.
        about: plain values that say what session it was, such as ``started="2026-05-01T10:00Z"``.
    """
    rows = []
    for sample in samples:
        row = sample_row(sample)
        row["probs"] = {name: row.pop(name) for name in EMOTIONS}
        rows.append(row)
    document = {**about, "emotions": list(EMOTIONS), "samples": rows}
    return json.dumps(document, indent=1, allow_nan=False)
