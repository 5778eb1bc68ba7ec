"""A frame of a video with the faces that were found in it."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from fer_core.analysis import Task
from fer_core.analysis.decoding import open_frame
from fer_core.app.language.lettering import spoken_lettering
from fer_core.imaging.draw import annotate_bgr
from fer_core.labels import EMOTIONS
from fer_core.types import Faces, FrameResult, ImageArray

_FRAME_PX = 960
#: A frame that was not analysed shows what was found in one at most so long before.
_HOLD_S = 0.75


def faces_at(table: Path, time_s: float) -> FrameResult | None:
    """What was found in the last analysed frame at or shortly before a time; None for nothing."""
    low, high = time_s - _HOLD_S, time_s + 0.002
    rows = pq.read_table(table, filters=[("time_s", ">=", low), ("time_s", "<=", high)])
    if not rows.num_rows:
        return None
    columns = rows.to_pydict()
    times = np.array(columns["time_s"])
    mine = np.flatnonzero(times == times.max())
    pick = {name: np.array(values)[mine] for name, values in columns.items()}
    boxes = np.stack([pick[name] for name in ("x1", "y1", "x2", "y2")], axis=1)
    probs = np.stack([pick[name] for name in EMOTIONS], axis=1)
    return FrameResult(
        float(times.max()),
        1,
        1,
        Faces(boxes, pick["score"], track_ids=pick["track_id"]),
        probs,
        probs,
        tuple(str(label) for label in pick["label"]),
    )


def drawn_frame(task: Task, table: Path, time_s: float, turns: int) -> ImageArray:
    """(h, w, 3) RGB: the frame shown at a time, faces framed and labelled.

    ``turns`` are those of the analysis' options.

    Raises:
        FerError: the video cannot be read any more.
    """
    frame = open_frame(task.file, time_s, _FRAME_PX, turns)
    found = faces_at(table, frame.time_s)
    picture = frame.bgr
    if found is not None:
        sized = FrameResult(
            found.time_s,
            frame.width,
            frame.height,
            found.faces,
            found.probs,
            found.smoothed,
            found.labels,
        )
        picture = annotate_bgr(picture, sized, spoken_lettering())
    return np.ascontiguousarray(picture[..., ::-1])
