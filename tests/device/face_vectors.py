"""Vectors of what a face's measures come to, in numbers, in words and in files."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from fer_core.app.parts.measures import affect_text, blink_text, measure_rows
from fer_core.app.parts.timeline import clock_text
from fer_core.app.stream.results import SessionResults, moments_of, to_csv, to_json
from fer_core.classification.identity import ModelIdentity
from fer_core.landmarks import iris, measures
from fer_core.landmarks.eyes import LEFT_EYE, RIGHT_EYE
from fer_core.landmarks.face_shape import RIGID_INDICES, RIGID_SHAPE
from fer_core.landmarks.pose import rotation_of
from fer_core.temporal.blinks import BlinkRates
from fer_core.types import MEASURES, EmotionSample
from tests.device.picture import picture

Json = Any
NAN = float("nan")


def face_vectors() -> Json:
    """Lengths and iris contrasts of turned faces; only the points that are looked at."""
    rng = np.random.default_rng(8)
    others = [*RIGHT_EYE, *LEFT_EYE, *measures.BROWS.ravel(), *measures.UPPER, *measures.LOWER]
    others += [*measures.CORNERS, *measures.INNER_LIPS, measures.NOSE_BASE, measures.CHIN]
    used = sorted({*RIGID_INDICES.tolist(), *map(int, others)})
    luma = picture(320, 240)
    cases = []
    for angles in ((0, 0, 0), (20, -10, 5), (-35, 15, 30), (5, 25, -170)):
        mesh = np.zeros((468, 3), np.float32)
        mesh[used] = rng.uniform(-40, 40, (len(used), 3)) + [160, 120, 0]
        turned = RIGID_SHAPE @ rotation_of(*angles).T * 40 + [160, 120, 0]
        mesh[RIGID_INDICES] = turned + rng.normal(0, 1, turned.shape)
        points = {str(index): mesh[index] for index in used}
        values = [*measures.measure_face(mesh), *iris.iris_contrasts(luma, mesh)]
        cases.append({"points": points, "measures": values})
    return {"size": [320, 240], "faces": cases}


def word_vectors() -> Json:
    """What pages say of numbers."""
    rng = np.random.default_rng(10)
    probs = rng.dirichlet(np.ones(7), 4)
    rates = [(NAN, NAN, NAN), (0.0, NAN, 0.0), (14.6, 0.1834, 0.0214)]
    values = rng.uniform(-0.4, 1.5, len(MEASURES)).astype(np.float32)
    times = (0.0, 4.4, 59.7, 125.0, 3725.2)
    return {
        "affect": [{"probs": row, "text": affect_text(row)} for row in probs],
        "blinks": [{"rates": row, "text": blink_text(BlinkRates(*row))} for row in rates],
        "measures": {"values": values, "rows": [list(r.values()) for r in measure_rows(values)]},
        "clock": [{"time_s": time_s, "text": clock_text(time_s)} for time_s in times],
    }


def result_vectors() -> Json:
    """A session with two faces and a mark, and the files that come of it."""
    rng = np.random.default_rng(11)
    samples = [
        EmotionSample(
            float(second),
            1.0,
            track,
            rng.dirichlet(np.full(7, 0.3)).astype(np.float32),
            float(rng.choice([0.0, 0.4, 1.0])),
            facing=NAN if second == 3 else 0.75,
            eyes_open=0.5,
        )
        for second in range(12)
        for track in (1, 2)
        if (second, track) not in ((5, 1), (7, 2))
    ]
    # Two frames of each second are measured, but for those without a sample and one more.
    frames = [
        (track, second + share, rng.uniform(-0.5, 2.0, len(MEASURES)).astype(np.float32))
        for track, second in {(one.track_id, int(one.time_s)): None for one in samples}
        if (track, second) != (2, 4)
        for share in (0.0, 0.5)
    ]
    means: dict[tuple[int, int], np.ndarray] = {
        (track, int(time_s)): np.mean(
            [one for who, at_s, one in frames if (who, int(at_s)) == (track, int(time_s))], axis=0
        )
        for track, time_s, _ in frames
    }
    about = ModelIdentity("mine", 2, "0123456789abcdef")
    results = SessionResults(
        datetime(2026, 5, 1, 10, 30, tzinfo=UTC),
        12.0,
        "default",
        "short",
        tuple(samples),
        about,
        (0.5, 7.25, 40.0),
        means,
    )
    names = ("time_s", "duration_s", "track_id", "probs", "valid_s", "facing", "eyes_open")
    moments = [
        [one.label, one.start_s, one.end_s, one.peak] for one in moments_of(samples, track_id=1)
    ]
    return {
        "samples": [{name: getattr(one, name) for name in names} for one in samples],
        "model": {"text": about.text, **about.to_dict()},
        "marks": results.marks,
        "measured": frames,
        "moments": moments,
        "csv": to_csv(results),
        "json": to_json(results),
    }
