"""Files of reactions: of one viewer for themselves, of many together for the operator."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_core.analysis.eaf import eaf_bytes
from fer_core.analysis.vtt import vtt_text
from fer_core.labels import EMOTIONS, UNSURE
from fer_core.reactions.course import Overlay, ReactionCourse
from fer_core.temporal.smoothing import LabelRule
from fer_core.text import csv_text

_Rows = list[dict[str, Any]]


def course_rows(course: ReactionCourse) -> _Rows:
    """A row per second of the clip: ``time_s``, ``valid_s`` and the seven means; None unseen."""
    return [
        {"time_s": second, "valid_s": _plain(valid)} | _named("", probs)
        for second, (probs, valid) in enumerate(zip(course.probs, course.valid_s, strict=True))
    ]


def overlay_rows(both: Overlay) -> _Rows:
    """A row per second: ``time_s``, ``viewers`` whose face was seen, the seven means and, with
    ``_low`` and ``_high``, their quartiles; None where too few were seen."""
    return [
        {"time_s": second, "viewers": int(both.seen[second])}
        | _named("", both.mean[second])
        | _named("_low", both.low[second])
        | _named("_high", both.high[second])
        for second in range(len(both.seen))
    ]


def to_csv(rows: _Rows) -> str:
    """The rows as CSV with a header; what is unknown is empty, and nothing is a formula."""
    return csv_text([list(rows[0]), *(row.values() for row in rows)])


def to_json(rows: _Rows, **about: Any) -> str:
    """``about``'s keys, and ``seconds``: one object each."""
    return json.dumps({**about, "emotions": list(EMOTIONS), "seconds": rows}, indent=1)


def to_parquet(rows: _Rows) -> bytes:
    """As ``to_csv``, with its columns, as a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"time_s": pa.int64(), "viewers": pa.int64(), "model": pa.string()}
    schema = pa.schema([(name, kinds.get(name, pa.float64())) for name in rows[0]])
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema), out)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class LabelStretch:
    """Seconds of the clip with one label; ``mean`` is its mean probability, NaN for ``unsure``."""

    start_s: int
    end_s: int
    label: str
    mean: float


def stretches(probs: NDArray[np.float64]) -> list[LabelStretch]:
    """The most probable expression of each second, equal neighbours together.

    ``unsure`` where none reaches what ``LabelRule`` asks, as on the live page.

    Args:
        probs: (T, 7) a second of the clip each; rows that are not finite were not seen and are left
            out.
    """
    rule = LabelRule()
    labels = [rule.name(row) if np.isfinite(row).all() else None for row in probs]
    found, start = [], 0
    for end in range(1, len(labels) + 1):
        if end < len(labels) and labels[end] == labels[start]:
            continue
        label = labels[start]
        if label is not None:
            known = label != UNSURE
            mean = float(probs[start:end, EMOTIONS.index(label)].mean()) if known else float("nan")
            found.append(LabelStretch(start, end, label, mean))
        start = end
    return found


def to_vtt(probs: NDArray[np.float64]) -> str:
    """WebVTT subtitles for the clip: a cue for each of the ``stretches``."""
    return vtt_text(
        (one.start_s, one.end_s, one.label + ("" if one.label == UNSURE else f" {one.mean:.0%}"))
        for one in stretches(probs)
    )


def to_eaf(probs: NDArray[np.float64], *, who: str, media: str, modified: str) -> bytes:
    """ELAN annotations: one tier with the ``stretches``, named ``who``; see ``eaf_bytes``."""
    found = [(1000 * one.start_s, 1000 * one.end_s, one.label) for one in stretches(probs)]
    return eaf_bytes({who: found}, media=media, modified=modified)


def _plain(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None


def _named(end: str, values: Sequence[float] | np.ndarray) -> dict[str, float | None]:
    return {f"{name}{end}": _plain(v) for name, v in zip(EMOTIONS, values, strict=True)}
