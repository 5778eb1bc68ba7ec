"""Tables of measures of a clip: the same faces and frames, and means by the second."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from fer_core.analysis.measure_tables import FRAME_MEASURES, SECOND_MEASURES
from fer_core.cli import app
from fer_core.types import MEASURES
from tests.analysis.clips import write_video


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("measures")
    clip = write_video(folder / "clip.mp4", frames=25, fps=10, size=(640, 480))
    done = CliRunner().invoke(
        app,
        ["analyze", str(clip), "--out", str(folder / "out"), "--measures", "--every", "0.1"]
        + ["--format", "csv,json,parquet,html,vtt,eaf", "--jobs", "1"],
    )
    assert done.exit_code == 0, done.stderr
    return folder / "out"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_row_is_a_face_of_a_frame(out: Path) -> None:
    rows, faces = _rows(out / "clip.measures.csv"), _rows(out / "clip.csv")
    assert tuple(rows[0]) == FRAME_MEASURES
    ids = [(row["frame"], row["time_s"], row["track_id"]) for row in rows]
    assert ids == [(row["frame"], row["time_s"], row["track_id"]) for row in faces]
    for row, face in zip(rows, faces, strict=True):
        worst = max(float(face[name]) for name in ("angry", "disgust", "fear", "sad"))
        assert float(row["valence"]) == pytest.approx(float(face["happy"]) - worst, abs=1e-3)
        assert 0.5 < float(row["mouth_width"]) < 1.5
        assert abs(float(row["yaw"])) < 25


def test_a_second_is_the_mean_of_its_frames(out: Path) -> None:
    frames, seconds = _rows(out / "clip.measures.csv"), _rows(out / "clip.measures.seconds.csv")
    assert tuple(seconds[0]) == SECOND_MEASURES
    assert [row["time_s"] for row in seconds] == ["0.0", "1.0", "2.0"]
    assert [row["frames"] for row in seconds] == ["10", "10", "5"]
    for second in seconds:
        begin = float(second["time_s"])
        inside = [row for row in frames if begin <= float(row["time_s"]) < begin + 1]
        for name in ("valence", "arousal", *MEASURES):
            mean = sum(float(row[name]) for row in inside) / len(inside)
            assert float(second[name]) == pytest.approx(mean, abs=2e-4), name
    assert {row["perclos"] for row in seconds} == {""}  # too short to tell


def test_the_other_formats_hold_the_same(out: Path) -> None:
    rows = _rows(out / "clip.measures.csv")
    told = json.loads((out / "clip.measures.json").read_text())
    table = pq.read_table(out / "clip.measures.parquet").to_pylist()
    assert len(rows) == len(told) == len(table)
    for row, one, other in zip(rows, told, table, strict=True):
        assert float(row["jaw_drop"]) == one["jaw_drop"] == pytest.approx(other["jaw_drop"])
    assert len(json.loads((out / "clip.measures.seconds.json").read_text())) == 3
    assert pq.read_table(out / "clip.measures.seconds.parquet").num_rows == 3


def test_report_subtitles_and_annotations_say_where_measures_are(out: Path) -> None:
    files = "clip.measures.csv, clip.measures.seconds.csv, clip.measures.parquet"
    for end in ("html", "vtt", "eaf"):
        text = (out / f"clip.{end}").read_text()
        assert files in text, end
        assert all(name in text for name in MEASURES), end


def test_without_the_option_there_are_no_such_tables(tmp_path: Path, portrait: Path) -> None:
    for more in ([], ["--measures"]):
        out = tmp_path / f"out{len(more)}"
        done = CliRunner().invoke(
            app,
            [
                "analyze",
                str(portrait),
                "--out",
                str(out),
                "--jobs",
                "1",
                "--format",
                "csv,html",
                *more,
            ],
        )
        assert done.exit_code == 0, done.stderr
        assert (out / f"{portrait.stem}.measures.csv").exists() is bool(more)
        for path in out.glob("*.html"):
            assert ("mouth_width" in path.read_text()) is bool(more)
