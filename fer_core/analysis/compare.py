"""All filters side by side on one person of a video: the same frames, the same network."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from fer_core.analysis.options import AnalysisOptions
from fer_core.classification import resolve_model_dir
from fer_core.errors import ModelError
from fer_core.labels import NUM_EMOTIONS
from fer_core.pipeline import build_pipeline, make_filter
from fer_core.temporal import FILTERS, PlainFilter, Smoother
from fer_core.tracking.matching import iou
from fer_core.types import FloatArray, IntArray
from fer_core.video import read_span

#: Frames of faster videos are left out.
MAX_FPS = 30.0
#: A face is the person where their boxes overlap by so much.
MIN_IOU = 0.3


@dataclass(frozen=True, slots=True)
class FilterCourse:
    """What one filter makes of a person.

    Attributes:
        time_s: (T,) float64, seconds since the start of the video.
        probs: (T, 7) float64, rows sum to 1.
        labels: T labels as they would have been shown.
    """

    time_s: NDArray[np.float64]
    probs: NDArray[np.float64]
    labels: tuple[str, ...]

    @property
    def changes(self) -> int:
        """How often the label changes."""
        return sum(a != b for a, b in zip(self.labels, self.labels[1:], strict=False))


class _SideBySide(Smoother):
    """Several smoothers as one; the first is what the pipeline gets."""

    def __init__(self, by_name: dict[str, Smoother]) -> None:
        self.by_name = by_name
        self.latest: dict[str, tuple[FloatArray, tuple[str, ...]]] = {}
        filters = [smoother.steady for smoother in by_name.values()]
        # The pipeline asks this one whether to bring embeddings along.
        super().__init__(steady=max(filters, key=lambda steady: steady.needs_embedding))

    def update(
        self,
        probs: FloatArray,
        track_ids: IntArray,
        time_s: float,
        embeddings: FloatArray | None = None,
    ) -> tuple[FloatArray, tuple[str, ...]]:
        self.latest = {
            name: smoother.update(probs, track_ids, time_s, embeddings)
            for name, smoother in self.by_name.items()
        }
        return next(iter(self.latest.values()))


def compare_filters(
    path: str | Path,
    table: Path,
    track_id: int,
    options: AnalysisOptions,
    *,
    start_s: float,
    end_s: float,
    tell: Callable[[float], None] = lambda _: None,
) -> dict[str, FilterCourse]:
    """Analyse a span of a video once more, with every filter that the model has.

    Args:
        path: the video.
        table: its Parquet export, which says where the person is.
        track_id: the person.
        options: of the first analysis; all frames of the span are analysed, up to 30 a second.
        start_s, end_s: the span, in seconds.
        tell: gets the share that is done, 0 to 1.

    Returns:
        A course by key of ``temporal.FILTERS``, all with the same times; they are empty where the
        person is not seen in the span.

    Raises:
        FerError: video, model or detector cannot be read.
    """
    smoothers = _smoothers(options)
    beside = _SideBySide(smoothers)
    pipeline = build_pipeline(
        options.model,
        options.detector,
        mesh=False,
        small_faces=options.small_faces,
        tilted=options.tilted,
        steady="recurrent" if "recurrent" in smoothers else "plain",
    )
    pipeline = pipeline.with_memory(pipeline.tracker, beside)
    known_s, known = _boxes_of(table, track_id, start_s, end_s, options.hold_s)
    times: list[float] = []
    probs: dict[str, list[FloatArray]] = {name: [] for name in smoothers}
    labels: dict[str, list[str]] = {name: [] for name in smoothers}
    last_s = -np.inf
    span = read_span(path, start_s, end_s, turns=options.turns) if len(known) else ()
    for frame in span:
        if frame.time_s - last_s < 0.9 / MAX_FPS:
            continue
        last_s = frame.time_s
        result = pipeline.process(frame)
        tell(min(1.0, (frame.time_s - start_s) / max(end_s - start_s, 1e-9)))
        nearest = int(np.abs(known_s - frame.time_s).argmin())
        if not len(result.faces) or abs(known_s[nearest] - frame.time_s) > options.hold_s:
            continue
        overlaps = iou(known[nearest : nearest + 1], np.asarray(result.faces.boxes, np.float64))[0]
        face = int(overlaps.argmax())
        if overlaps[face] < MIN_IOU:
            continue
        times.append(frame.time_s)
        for name, (rows, names) in beside.latest.items():
            probs[name].append(rows[face])
            labels[name].append(names[face])
    return {
        name: FilterCourse(
            np.array(times),
            np.array(probs[name], np.float64).reshape(-1, NUM_EMOTIONS),
            tuple(labels[name]),
        )
        for name in smoothers
    }


def _smoothers(options: AnalysisOptions) -> dict[str, Smoother]:
    folder, made = resolve_model_dir(options.model), {}
    for name in FILTERS:
        try:
            steady = make_filter(name, folder)
        except ModelError:
            continue  # the model has no recurrent head
        if name == "plain":
            steady = PlainFilter(options.smooth_s)
        made[name] = Smoother(expiry_s=options.expiry_s, steady=steady)
    return made


def _boxes_of(
    table: Path, track_id: int, start_s: float, end_s: float, gap_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times (K,) and boxes (K, 4) of a person in and around a span."""
    columns = ["time_s", "x1", "y1", "x2", "y2"]
    near = [("time_s", ">=", start_s - gap_s), ("time_s", "<=", end_s + gap_s)]
    rows = pq.read_table(table, columns=columns, filters=[("track_id", "=", track_id), *near])
    found = np.array([rows.column(name).to_numpy() for name in columns], np.float64)
    return found[0], found[1:].T
