import csv
import io
import json
from datetime import UTC, datetime

import numpy as np
import pytest

from fer_core.app.live.session import face_title
from fer_core.app.stream.results import SessionResults, summarise_faces, to_csv, to_json
from fer_core.labels import EMOTIONS
from fer_core.types import EmotionSample
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


def test_json_says_what_session_it_was() -> None:
    record = json.loads(to_json(RESULTS))
    assert record["model"] == "mien"
    assert record["started_at"] == "2026-05-01T10:30:00+00:00"
    assert record["duration_s"] == 3.4
    assert [face["track_id"] for face in record["faces"]] == [1, 2]
    assert len(record["samples"]) == len(SAMPLES)
