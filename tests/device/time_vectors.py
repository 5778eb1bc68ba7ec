"""Vectors of what goes on over time: smoothing, seconds, the neutral face, blinks, the clock."""

from fractions import Fraction
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from fer_core.labels import EMOTIONS
from fer_core.streaming.clock import StreamClock
from fer_core.temporal import MarkovFilter, NeutralBaseline, PlainFilter, SecondWindows, Smoother
from fer_core.temporal.blinks import BlinkDetector
from fer_core.types import Faces, FrameResult

Json = Any


def random_probs(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    rows = rng.dirichlet(np.full(len(EMOTIONS), 0.4), count)
    return rows.astype(np.float32)


def smooth_vectors() -> Json:
    rng = np.random.default_rng(6)
    rows = random_probs(rng, 60)
    times = np.round(np.cumsum(rng.uniform(0.02, 0.15, 60)), 3)
    times[30:] += 2  # longer than a track is remembered
    offsets = np.array([0, 0, -1, 0.5, 0, -0.3, 0.8], np.float32)
    cases = {}
    for name, steady in (("plain", PlainFilter()), ("markov", MarkovFilter())):
        smoother = Smoother(expiry_s=1.5, steady=steady)
        frames = []
        for index, (row, time_s) in enumerate(zip(rows, times, strict=True)):
            if index == 40:
                smoother.set_baseline(offsets)
            used = np.full(7, np.nan, np.float32) if index == 20 else row
            smoothed, labels = smoother.update(used[None], np.array([1]), float(time_s))
            frames.append(
                {"time_s": time_s, "probs": used, "smoothed": smoothed[0], "label": labels[0]}
            )
        cases[name] = frames
    return {"offsets": offsets, "offsets_from": 40, "frames": cases}


def _result(time_s: float, rows: NDArray[np.float32], rng: np.random.Generator) -> FrameResult:
    count = len(rows)
    boxes = np.array([[20, 30, 120 + 10 * i, 140 + 10 * i] for i in range(count)], np.float32)
    faces = Faces(
        boxes.reshape(-1, 4),
        np.ones(count),
        track_ids=np.arange(1, count + 1),
        poses=rng.uniform(-40, 40, (count, 3)),
        eye_openness=rng.uniform(0, 1, (count, 2)),
    )
    return FrameResult(time_s, 640, 480, faces, rows, rows, ("neutral",) * count)


def second_vectors() -> Json:
    """Windows and the neutral face over the same frames."""
    rng = np.random.default_rng(7)
    windows, baseline = SecondWindows(), NeutralBaseline()
    baseline.start()
    frames, samples = [], []
    for index in range(70):
        time_s = round(index / 14 + (1.4 if index > 50 else 0), 4)
        result = _result(time_s, random_probs(rng, 1 if 20 <= index < 30 else 2), rng)
        baseline.update(result)
        samples += windows.add(result)
        frames.append(
            {
                "time_s": time_s,
                "boxes": result.faces.boxes,
                "ids": result.faces.track_ids,
                "poses": result.faces.poses,
                "eyes": result.faces.eye_openness,
                "probs": result.probs,
            }
        )
    samples += windows.flush()
    names = ("time_s", "duration_s", "track_id", "probs", "valid_s", "facing", "eyes_open")
    return {
        "frames": frames,
        "samples": [{name: getattr(one, name) for name in names} for one in samples],
        "baseline": {"state": str(baseline.state), "offsets": baseline.offsets},
    }


def clock_vectors() -> Json:
    """Jitter, a camera that begins anew, a gap, and a stamp that goes back a little."""
    frames = []
    stream = StreamClock()
    stamp_s, now_s = 7000.0, 50.0
    for index in range(40):
        step_s = 0.5 if index == 20 else 0.033
        stamp_s, now_s = stamp_s + step_s, now_s + step_s + (0.01 if index % 3 else -0.01)
        if index == 10:
            stamp_s = 12.0
        if index == 30:
            now_s += 4.0
        stamp = stamp_s - (0.05 if index == 15 else 0.0)
        frame = av.VideoFrame(16, 16, "gray")
        frame.pts, frame.time_base = round(stamp * 1000), Fraction(1, 1000)
        time_s = stream.read(frame, now_s)
        frames.append({"stamp_s": frame.pts / 1000, "now_s": now_s, "time_s": time_s})
    return frames


def blink_vectors() -> Json:
    """Two minutes of eyes that blink, close for long, cannot be seen, and stay open."""
    rng = np.random.default_rng(9)
    detector = BlinkDetector()
    frames, rates = [], []
    time_s = 3.0
    for index in range(1600):
        time_s = round(time_s + (0.9 if index == 700 else float(rng.uniform(0.05, 0.09))), 4)
        is_closed = index % 60 < 3 or 900 <= index < 925
        contrast = round(float((0.1 if is_closed else 0.65) + rng.normal(0, 0.03)), 4)
        if 1000 <= index < 1010:
            contrast = float("nan")
        elif 1200 <= index < 1230:
            contrast *= 0.3
        detector.add(time_s, contrast)
        frames.append([time_s, contrast])
        if index % 100 == 99:
            now = detector.rates(time_s)
            values = (now.blink_rate_per_min, now.blink_duration_s, now.perclos)
            rates.append({"after": index, "rates": values})
    return {"frames": frames, "rates": rates}
