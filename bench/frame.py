"""``bench frame``: what a frame costs on one thread, and how the usual tutorials compare.

Both sides analyse the same frames in turns in one run, each in a process of its own limited to one
thread, and with the same network: Mien its int8 LiteRT file, the tutorials' pipeline its Keras
file. Times are wall-clock milliseconds from the decoded frame to the smoothed label. What the
networks take by themselves is measured within the same frames: the rest is ours.
"""

import json
import platform
import sys
import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from bench.clip import PORTRAIT, draw_frames
from bench.worker import Worker, WorkerError, take_turns
from fer_core.classification import resolve_model_dir
from fer_core.config import settings
from fer_core.errors import FerError, ModelError
from fer_core.imaging.decode import read_image
from fer_core.types import ImageArray
from fer_core.video import VideoReader

COUNT = 100
#: Frames of a large video are held up to this size, as BGR.
MAX_FRAME_BYTES = 256 * 1024 * 1024


def load_frames(video: Path | None, count: int = COUNT) -> ImageArray:
    """(N, height, width, 3) uint8 BGR: the first frames of the video, or the portrait moving."""
    if video is None:
        return np.stack(list(draw_frames(read_image(PORTRAIT), count)))
    with VideoReader(video) as reader:
        frames = iter(reader)
        first = next(frames).bgr()
        more = min(count, max(1, MAX_FRAME_BYTES // first.nbytes)) - 1
        pictures = [first, *(frame.bgr() for frame in islice(frames, more))]
    # A stream may change its size; what is measured is one size.
    return np.stack([bgr for bgr in pictures if bgr.shape == first.shape])


def run_frame_bench(video: Path | None = None, count: int = COUNT) -> dict[str, Any]:
    """Measure against the naive pipeline; the keys that ``bench frame --json`` prints.

    Raises:
        FerError: a video, model or setting that cannot be used, or a worker that stopped.
    """
    keras_file = resolve_model_dir(settings().model) / "model.keras"
    if not keras_file.is_file():
        raise ModelError(f"The comparison needs {keras_file}, which is missing; export it again.")
    return compare(load_frames(video, count), "bench.naive", str(keras_file))


def compare(
    frames: ImageArray, module: str, *args: str, python: str = sys.executable
) -> dict[str, Any]:
    """Measure our pipeline and another worker in turns on the same frames."""
    model, detector = settings().model, settings().detector
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frames.npy"
        np.save(path, frames)
        with (
            Worker("bench.ours", path, model, detector) as ours,
            Worker(module, path, *args, python=python) as other,
        ):
            try:
                answers = take_turns({"ours": ours, "other": other}, len(frames))
            except WorkerError as error:
                raise FerError(f"The measurement failed: {error}.") from error
    return summarize(answers["ours"], answers["other"]) | {
        "processor": processor_name(),
        "frames": len(frames),
        "width": frames.shape[2],
        "height": frames.shape[1],
        "model": resolve_model_dir(model).name,
        "detector": detector,
    }


def processor_name(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Name of the processor: Linux', else as Python knows it."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(filter(None, [*names, platform.processor(), platform.machine()]), "unknown")


def summarize(ours: list[dict[str, Any]], other: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians and 95th percentiles of the answers of two workers, and the ratio of the medians."""
    stages: dict[str, list[float]] = {}
    for answer in ours:
        for stage, ms in answer["stages"].items():
            stages.setdefault(stage, []).append(ms)
    ms, other_ms = _column(ours, "ms"), _column(other, "ms")
    cpu_ms, other_cpu_ms = _column(ours, "cpu_ms"), _column(other, "cpu_ms")
    invokes_ms, invokes_cpu_ms = _column(ours, "invokes_ms"), _column(ours, "invokes_cpu_ms")
    return {
        "median_ms": _percentile(ms, 50),
        "p95_ms": _percentile(ms, 95),
        "stages": {stage: _percentile(values, 50) for stage, values in stages.items()},
        "stages_p95": {stage: _percentile(values, 95) for stage, values in stages.items()},
        "naive_median_ms": _percentile(other_ms, 50),
        "naive_p95_ms": _percentile(other_ms, 95),
        "ratio": round(float(np.median(other_ms) / np.median(ms)), 2),
        "cpu_median_ms": _percentile(cpu_ms, 50),
        "naive_cpu_median_ms": _percentile(other_cpu_ms, 50),
        "cpu_ratio": round(float(np.median(other_cpu_ms) / np.median(cpu_ms)), 2),
        "invokes_ms": _percentile(invokes_ms, 50),
        "invokes_cpu_ms": _percentile(invokes_cpu_ms, 50),
        "over_invokes": _over(ms, invokes_ms),
        "cpu_over_invokes": _over(cpu_ms, invokes_cpu_ms),
        "with_face": float(np.mean(np.array(_column(ours, "faces")) > 0)),
        "naive_with_face": float(np.mean(np.array(_column(other, "faces")) > 0)),
    }


def _column(answers: list[dict[str, Any]], key: str) -> list[float]:
    return [float(answer[key]) for answer in answers]


def _over(whole: list[float], part: list[float]) -> float | None:
    """How many times the part the whole is; None where there is no part (Haar has no network)."""
    median = float(np.median(part))
    return round(float(np.median(whole)) / median, 3) if median > 0 else None


def _percentile(values: list[float], percent: float) -> float:
    return round(float(np.percentile(values, percent)), 4)


def format_report(report: dict[str, Any], other: str = "the naive pipeline") -> str:
    """The report as a table for people."""
    lines = [
        f"on {report['processor']}",
        f"{report['frames']} frames of {report['width']}x{report['height']}, one thread, model "
        f"{report['model']}, detector {report['detector']}; milliseconds",
        f"{'':<20}{'median':>9}{'p95':>9}",
    ]
    rows = [(s, report["stages"][s], report["stages_p95"][s]) for s in report["stages"]]
    rows.append(("all", report["median_ms"], report["p95_ms"]))
    rows.append((other, report["naive_median_ms"], report["naive_p95_ms"]))
    lines += [f"{name:<20}{median:>9.3f}{p95:>9.3f}" for name, median, p95 in rows]
    if report["over_invokes"] is not None:
        lines.append(
            f"{report['over_invokes']:.2f} times what the networks take by themselves "
            f"({report['invokes_ms']:.3f}); "
            f"in processor time {report['cpu_over_invokes']:.2f} times "
            f"({report['cpu_median_ms']:.3f} against {report['invokes_cpu_ms']:.3f})"
        )
    lines += [
        f"{report['ratio']:.1f} times faster than {other}; in processor time "
        f"{report['cpu_ratio']:.1f} times ({report['cpu_median_ms']:.3f} against "
        f"{report['naive_cpu_median_ms']:.3f})",
        f"a face was found in {report['with_face']:.1%} of the frames, by {other} in "
        f"{report['naive_with_face']:.1%}",
    ]
    return "\n".join(lines)


def main(video: Path | None = None, *, as_json: bool = False) -> None:
    """Measure and print."""
    report = run_frame_bench(video)
    print(json.dumps(report) if as_json else format_report(report))
