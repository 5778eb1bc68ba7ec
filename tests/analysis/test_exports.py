"""Every export of a real clip, read back by readers that are not ours."""

import csv
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import av
import numpy as np
import pyarrow.parquet as pq
import pytest
import webvtt
from pympi.Elan import Eaf

from fer_core.classification.identity import identify_model
from fer_core.labels import EMOTIONS
from tests.analysis.conftest import Analysed

#: As the documentation has it.
COLUMNS = [
    *("file", "frame", "time_s", "track_id", "x1", "y1", "x2", "y2", "score"),
    *("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", "label"),
    *("file_sha256", "model"),
]


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_clip_itself(analysed: Analysed) -> None:
    outcome = analysed.outcome
    assert (outcome.status, outcome.message) == ("done", "")
    assert (outcome.frames, outcome.people) == (20, 1)
    assert outcome.duration_s == pytest.approx(1.9)
    assert set(outcome.outputs) == {path.name for path in analysed.out.iterdir()}
    assert len(outcome.outputs) == 13


def test_faces_table(analysed: Analysed) -> None:
    rows = read_csv(analysed.result(".csv"))
    assert list(rows[0]) == COLUMNS
    assert [int(row["frame"]) for row in rows] == list(range(20))
    assert {row["file"] for row in rows} == {str(analysed.clip)}
    assert {row["track_id"] for row in rows} == {"1"}
    for index, row in enumerate(rows):
        assert float(row["time_s"]) == pytest.approx(index / 10, abs=1e-3)
        assert sum(float(row[name]) for name in EMOTIONS) == pytest.approx(1, abs=1e-4)
        assert 0 <= float(row["x1"]) < float(row["x2"]) <= 320
        assert row["label"] == "happy", "she smiles"
    assert float(rows[-1]["x1"]) > float(rows[0]["x1"]) + 40, "the face moves"


def test_seconds_table(analysed: Analysed) -> None:
    rows = read_csv(analysed.result(".seconds.csv"))
    assert [float(row["time_s"]) for row in rows] == [0.0, 1.0]
    assert float(rows[0]["valid_s"]) == pytest.approx(1, abs=0.01)
    assert float(rows[1]["coverage"]) == pytest.approx(0.9, abs=0.01)
    assert rows[0]["facing"] == "", "not measured without --pose"


@pytest.mark.parametrize("part", ["", ".seconds"])
def test_parquet_is_the_same_table(part: str, analysed: Analysed) -> None:
    rows = read_csv(analysed.result(f"{part}.csv"))
    table = pq.read_table(analysed.result(f"{part}.parquet"))
    assert table.column_names == list(rows[0])
    assert table.num_rows == len(rows)
    for name, values in table.to_pydict().items():
        for value, row in zip(values, rows, strict=True):
            if isinstance(value, float):
                assert value == pytest.approx(float(row[name]), abs=1e-4)
            else:
                assert ("" if value is None else str(value)) == row[name]


def test_json_rows_are_the_same_table(analysed: Analysed) -> None:
    rows = read_csv(analysed.result(".csv"))
    found = json.loads(analysed.result(".frames.json").read_text(encoding="utf-8"))
    assert [list(row) for row in found] == [COLUMNS] * len(rows)
    assert [{name: str(value) for name, value in row.items()} for row in found] == rows


def test_webvtt(analysed: Analysed) -> None:
    captions = list(webvtt.read(str(analysed.result(".vtt"))))
    assert [(c.start_in_seconds, c.end_in_seconds) for c in captions] == [(0, 1)]
    assert (captions[0].start, captions[0].end) == ("00:00:00.000", "00:00:01.900")
    assert re.fullmatch(r"happy \d+%", captions[0].text)


def test_elan(analysed: Analysed) -> None:
    eaf = Eaf(str(analysed.result(".eaf")))
    assert set(eaf.get_tier_names()) == {"Face 1", "Face 1 happy"}
    assert [a[:3] for a in eaf.get_annotation_data_for_tier("Face 1")] == [(0, 1900, "happy")]
    ((start, end, text, *_),) = eaf.get_annotation_data_for_tier("Face 1 happy")
    assert (start, end) == (0, 1900)
    assert re.fullmatch(r"peak 0\.\d\d at \d\.\d\d s", text)
    (media,) = eaf.get_linked_files()
    assert media["RELATIVE_MEDIA_URL"] == "./clip.mp4"


def test_json(analysed: Analysed) -> None:
    document = json.loads(analysed.result(".json").read_text())
    (person,) = document["people"]
    assert document["analysed_frames"] == document["frames"] == 20
    assert person["seen_s"] == pytest.approx(1.9)
    assert person["happiness"]["value"] > 0.8
    assert person["stress"]["value"] < 0.2
    assert person["happiness"]["coverage"] == pytest.approx(1.0)
    assert [e["emotion"] for e in document["episodes"]] == ["happy"]
    assert "happy" in {m["emotion"] for m in document["moments"]}
    assert document["seconds"]["time_s"] == [0.0, 1.0]


class Links(HTMLParser):
    """What a page loads, and how many of its elements are open."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loaded += [v or "" for name, v in attrs if name in ("src", "href", "srcset")]


def test_html_needs_nothing_else(analysed: Analysed) -> None:
    text = analysed.result(".html").read_text()
    page = Links()
    page.feed(text)
    assert page.loaded
    assert all(link.startswith("data:image/jpeg;base64,") for link in page.loaded)
    assert not {"script", "link", "iframe"} & set(page.tags)
    assert page.tags.count("svg") == 7
    assert "Happiness ratio 9" in text or "Happiness ratio 8" in text


def test_annotated_copy_keeps_frames_and_sound(analysed: Analysed) -> None:
    with (
        av.open(str(analysed.clip)) as before,
        av.open(str(analysed.result(".annotated.mp4"))) as after,
    ):
        pictures = [list(c.decode(video=0)) for c in (before, after)]
    with (
        av.open(str(analysed.clip)) as before,
        av.open(str(analysed.result(".annotated.mp4"))) as after,
    ):
        samples = [sum(f.samples for f in c.decode(audio=0)) for c in (before, after)]
    assert [f.time for f in pictures[0]] == pytest.approx([f.time for f in pictures[1]], abs=1e-3)
    assert samples[0] == samples[1] > 16_000
    plain, drawn = (frames[10].to_ndarray(format="bgr24") for frames in pictures)
    changed = np.abs(drawn.astype(int) - plain).max(axis=-1) > 60
    orange = changed & (drawn[..., 2] > 180) & (drawn[..., 0] < 60) & (drawn[..., 1] > 110)
    assert orange.sum() > 200, "box and label in the colour of happy"


@pytest.mark.parametrize("end", ["csv", "seconds.csv", "json", "vtt", "eaf", "html"])
def test_every_export_says_which_model_and_which_file(end: str, analysed: Analysed) -> None:
    """'default' is another model after somebody chose one."""
    text = analysed.result(f".{end}").read_text(encoding="utf-8")
    identity = identify_model("default")
    sha256 = hashlib.sha256(analysed.clip.read_bytes()).hexdigest()
    for part in (identity.name, identity.sha256[:12], sha256[:12]):
        assert part in text
    assert '"default"' not in text
