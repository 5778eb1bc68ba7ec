import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from fer_core.labels import EMOTIONS
from fer_core.streaming.record import SessionRecord
from fer_core.temporal.samples import samples_to_csv, samples_to_json
from fer_core.types import MEASURES, EmotionSample
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


def measured(every_s: float, *values: float, **options: int) -> SessionRecord:
    """A face whose measures all have these values, one frame each."""
    record = SessionRecord(**options)
    for n, value in enumerate(values):
        result = make_result(n * every_s, [BOX])
        measures = np.full((1, len(MEASURES)), value, np.float32)
        record.add(replace(result, faces=replace(result.faces, measures=measures)))
    return record


def test_measures_are_means_of_a_second_and_bounded() -> None:
    found = measured(0.3, 0.1, 0.3, np.nan).measures()
    assert found[1, 0] == pytest.approx(np.full(len(MEASURES), 0.2))
    found = measured(0.5, 0.1, 0.3, np.nan, 0.5, 0.9, max_samples=2).measures()
    assert {key: pytest.approx(row[0]) for key, row in found.items()} == {(1, 1): 0.5, (1, 2): 0.9}


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


def test_a_models_name_begins_no_formula_and_keeps_its_letters() -> None:
    text = samples_to_csv([sample()], model="=J\u00fcrgen")
    assert text[0] == "\ufeff"
    assert text.endswith(",'=J\u00fcrgen\n")
