import csv
import io
import json

import numpy as np
import pytest

from fer_core.labels import EMOTIONS
from fer_core.streaming.record import SessionRecord
from fer_core.temporal.samples import samples_to_csv, samples_to_json
from fer_core.types import EmotionSample
from tests.streaming.fakes import make_result

BOX = [10.0, 10.0, 90.0, 90.0]
PROBS = np.float32([0.5, 0, 0, 0.25, 0, 0, 0.25])


def sample(time_s: float = 3.0, **changes: object) -> EmotionSample:
    values = {"duration_s": 1.0, "track_id": 2, "probs": PROBS, "valid_s": 0.8, "facing": 0.5}
    return EmotionSample(time_s=time_s, **{**values, **changes})  # type: ignore[arg-type]


def record_of(seconds: float, fps: int = 10, faces: int = 1, **options: int) -> SessionRecord:
    record = SessionRecord(**options)
    for n in range(round(seconds * fps) + 1):
        record.add(make_result(n / fps, [BOX] * faces))
    return record


def test_one_sample_per_face_and_second() -> None:
    samples = record_of(5.6, faces=2).samples()
    assert [(s.time_s, s.track_id) for s in samples] == [
        (float(t), i) for t in range(5) for i in (1, 2)
    ]
    assert all(s.coverage == pytest.approx(1.0) for s in samples)
    assert all(EMOTIONS[int(s.probs.argmax())] == "happy" for s in samples)


def test_the_second_under_way_counts_at_the_end() -> None:
    record = record_of(2.4)
    assert len(record) == 1
    record.finish()
    assert [round(s.valid_s, 3) for s in record.samples()] == [1.0, 1.0, 0.4]


def test_memory_is_bounded_and_the_newest_stay() -> None:
    record = record_of(50.6, max_samples=10)
    assert [s.time_s for s in record.samples()] == [float(t) for t in range(40, 50)]


def test_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(samples_to_csv([sample(), sample(4.0, facing=1.0)]))))
    assert list(rows[0]) == [
        *("time_s", "duration_s", "track_id", *EMOTIONS, "valid_s", "coverage"),
        *("facing", "eyes_open"),
    ]
    assert rows[0]["angry"] == "0.5"
    assert (rows[0]["coverage"], rows[0]["facing"], rows[0]["eyes_open"]) == ("0.8", "0.5", "")
    assert [row["time_s"] for row in rows] == ["3.0", "4.0"]


def test_json() -> None:
    document = json.loads(samples_to_json([sample()], model="mien"))
    assert (document["model"], document["emotions"]) == ("mien", list(EMOTIONS))
    assert document["samples"] == [
        {
            "time_s": 3.0,
            "duration_s": 1.0,
            "track_id": 2,
            "valid_s": 0.8,
            "coverage": 0.8,
            "facing": 0.5,
            "eyes_open": None,
            "probs": dict(zip(EMOTIONS, map(float, PROBS), strict=True)),
        }
    ]


def test_nothing_recorded() -> None:
    assert samples_to_csv([]).count("\n") == 1
    assert json.loads(samples_to_json([]))["samples"] == []
