"""Tables of reactions: of one viewer for themselves, of many together for the operator."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from fer_core.labels import EMOTIONS
from fer_core.reactions.course import Course, Overlay

_Rows = list[dict[str, Any]]


def course_rows(course: Course) -> _Rows:
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
    """With a header; what is unknown is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def to_json(rows: _Rows, **about: Any) -> str:
    """``about``'s keys, and ``seconds``: one object each."""
    return json.dumps({**about, "emotions": list(EMOTIONS), "seconds": rows}, indent=1)


def to_parquet(rows: _Rows) -> bytes:
    """The same columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    whole = ("time_s", "viewers")
    schema = pa.schema([(n, pa.int64() if n in whole else pa.float64()) for n in rows[0]])
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema), out)
    return out.getvalue()


def _plain(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None


def _named(end: str, values: Sequence[float] | np.ndarray) -> dict[str, float | None]:
    return {f"{name}{end}": _plain(v) for name, v in zip(EMOTIONS, values, strict=True)}
