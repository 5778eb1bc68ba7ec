import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from fer_core.app.live.session import face_title
from fer_core.app.stream.results import SessionResults, moments_of, summarise_faces, to_csv, to_json
from fer_core.classification.identity import ModelIdentity
from fer_core.labels import EMOTIONS
from fer_core.types import MEASURES, EmotionSample
from tests.app.fakes import make_sample

STARTED = datetime(2026, 5, 1, 10, 30, tzinfo=UTC)
SAMPLES = (make_sample(0), make_sample(1), make_sample(1, 2, "sad"), make_sample(2))
RESULTS = SessionResults(STARTED, 3.4, "mien", "short", SAMPLES)


def test_faces_are_summed_up_longest_first() -> None:
    rows = summarise_faces(SAMPLES)
    assert [(row.track_id, row.seen_s) for row in rows] == [(1, pytest.approx(2.7)), (2, 0.9)]
    assert rows[0].mean[EMOTIONS.index("happy")] == pytest.approx(0.88)
    assert face_title(rows[0]) == "Face #1, seen 3 s"


def test_means_are_weighted_by_the_seconds_a_face_was_seen() -> None:
    sure = np.eye(7, dtype=np.float32)
    samples = [EmotionSample(0, 1, 1, sure[0], 0.75), EmotionSample(1, 1, 1, sure[3], 0.25)]
    assert summarise_faces(samples)[0].mean[[0, 3]] == pytest.approx([0.75, 0.25])


def test_a_face_never_classified_is_left_out() -> None:
    assert summarise_faces([EmotionSample(0, 1, 1, np.full(7, 1 / 7), 0.0)]) == []


def test_csv_has_a_line_per_face_and_second() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(RESULTS))))
    assert len(rows) == len(SAMPLES)
    assert [row["track_id"] for row in rows] == ["1", "1", "2", "1"]
    assert float(rows[2]["sad"]) == pytest.approx(0.88)


def test_csv_names_marks_in_their_second_also_without_a_face() -> None:
    marked = replace(RESULTS, marks=(1.25, 1.5, 3.2))
    rows = list(csv.DictReader(io.StringIO(to_csv(marked))))
    assert [row["marked_s"] for row in rows] == [
        *("", "1.250; 1.500", "1.250; 1.500", ""),
        "3.200",  # no face was seen then
    ]
    assert (rows[-1]["time_s"], rows[-1]["track_id"], rows[-1]["model"]) == ("3.2", "", "mien")


def test_files_have_the_measures_of_each_face_and_second() -> None:
    values = np.linspace(0, 1.1, len(MEASURES)).astype(np.float32)
    told = replace(RESULTS, measures={(1, 1): values})
    rows = list(csv.DictReader(io.StringIO(to_csv(told))))
    assert [row["mouth_width"] != "" for row in rows] == [False, True, False, False]
    assert float(rows[1][MEASURES[-1]]) == pytest.approx(1.1)
    samples = json.loads(to_json(told))["samples"]
    assert samples[1]["measures"] == pytest.approx(
        dict(zip(MEASURES, values, strict=True)), abs=1e-4
    )
    assert samples[0]["measures"] is None
    assert "mouth_width" not in to_csv(RESULTS), "where nothing measured there are no columns"


def test_json_says_what_session_it_was() -> None:
    record = json.loads(to_json(RESULTS))
    assert record["model"] == "mien"
    identity = ModelIdentity("mien", 1, "ab" * 32)
    told = replace(RESULTS, model="default", identity=identity)
    assert json.loads(to_json(told))["model"] == identity.to_dict()
    assert "default" not in to_csv(told)
    assert to_csv(told).count("mien, version 1, abababababab") == len(SAMPLES)
    assert record["started_at"] == "2026-05-01T10:30:00+00:00"
    assert record["duration_s"] == 3.4
    assert [face["track_id"] for face in record["faces"]] == [1, 2]
    assert len(record["samples"]) == len(SAMPLES)


def test_moments_are_stretches_of_one_expression() -> None:
    seconds = ("happy", "happy", "neutral", "sad", "sad", "happy")
    samples = [make_sample(i, emotion=name) for i, name in enumerate(seconds)]
    surer = np.full(7, 0.01, np.float32)
    surer[EMOTIONS.index("happy")] = 0.94
    samples[1] = replace(samples[1], probs=surer)
    found = moments_of([*samples, make_sample(2, 2, "fear")], 1)
    assert [(one.label, one.start_s, one.end_s) for one in found] == [
        ("happy", 0.0, 2.0),
        ("sad", 3.0, 5.0),
        ("happy", 5.0, 6.0),
    ]
    assert (found[0].peak_s, found[0].peak) == (1.5, pytest.approx(0.94))
    assert moments_of([samples[0], make_sample(9)], 1)[1].start_s == 9, "an absence ends a moment"


def test_marks_are_in_the_json() -> None:
    assert json.loads(to_json(replace(RESULTS, marks=(1.23456,))))["marks"] == [1.235]
