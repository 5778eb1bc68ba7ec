"""Marks of a recording: on the command's way through the networks, and made again from tracks."""

import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from fer_core.analysis import FORMATS, AnalysisOptions, Engine, Task
from fer_core.analysis.markup import (
    Marker,
    Markup,
    NeutralSpan,
    Span,
    load_markup,
    parse_markup,
    save_markup,
)
from fer_core.analysis.rework import rework_video
from fer_core.errors import ConfigError, InputError
from fer_core.files import read_object
from fer_core.types import ImageArray
from tests.analysis import marked

MARKS = Markup(
    spans=(
        Span(0.25, 1.25, "film A", "first"),
        Span(2.0, 3.0, "film B", "second"),
        Span(1.5, 1.7, exclude=True),
    ),
    markers=(Marker(0.5, "laughs <loud>"),),
    names=((1, "Anna"),),
)


def two_visits(index: int) -> ImageArray:
    """The portrait for 2 s, nobody for 2 s, the portrait elsewhere for 2 s: two tracks.

    Before another wall, or it would be found again by its picture.
    """
    if index < 40:
        return marked.still() if index < 20 else marked.empty()
    bgr, head = marked.still(), np.zeros((*marked.SIZE[::-1], 1), np.uint8)
    cv2.ellipse(head, (158, 91), (58, 74), 0, 0, 360, 1, -1)
    wall = np.where(np.arange(marked.SIZE[0])[None, :, None] // 24 % 2, 220, 30)
    return np.roll(np.where(head, bgr, wall).astype(np.uint8), 100, axis=1)


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Task, Path, Engine]:
    folder = tmp_path_factory.mktemp("rework")
    clip = marked.write_frames(folder / "visits.mp4", 60, two_visits)
    out = folder / "out"
    out.mkdir()
    engine = Engine(AnalysisOptions(formats=tuple(FORMATS), annotate=True), out)
    task = Task(str(clip), "video", "clip")
    assert engine.analyze(task).people == 2
    return task, out, engine


@pytest.fixture
def copied(analysed: tuple[Task, Path, Engine], tmp_path: Path) -> tuple[Task, Path]:
    task, out, _ = analysed
    shutil.copytree(out, tmp_path / "out")
    return task, tmp_path / "out"


def contents(out: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in out.iterdir() if not p.name.endswith(".mp4")}


def test_without_marks_the_results_are_the_same_bytes(copied: tuple[Task, Path]) -> None:
    task, out = copied
    before = contents(out)
    rework_video(task, out, MARKS)
    assert {"clip.spans.json", "clip.spans.csv", "clip.conditions.csv"} <= contents(out).keys()
    rework_video(task, out, Markup())
    assert contents(out) == before


def test_networks_and_tracks_give_the_same_with_marks(
    copied: tuple[Task, Path], tmp_path: Path
) -> None:
    task, out = copied
    rework_video(task, out, MARKS)
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    options = AnalysisOptions(formats=tuple(FORMATS), annotate=True, markup=MARKS)
    Engine(options, fresh).analyze(task)
    again, direct = contents(out), contents(fresh)
    # The tracker does not see what is left out, so these tables differ by that.
    assert {n for n in again if again[n] != direct[n]} <= {"clip.tracks.parquet"}


def test_spans_and_markers_are_in_every_export(copied: tuple[Task, Path]) -> None:
    task, out = copied
    rework_video(task, out, MARKS)
    assert load_markup(out / "clip.spans.json") == MARKS
    rows = pc.read_csv(out / "clip.spans.csv").to_pylist()
    assert [row["kind"] for row in rows] == ["span", "marker", "excluded", "span", "named"]
    frames = pq.read_table(out / "clip.frames.parquet").to_pydict()
    conditions = dict(zip(frames["frame"], frames["condition"], strict=True))
    assert (conditions[2], conditions[3], conditions[12], conditions[13]) == (
        *("", "film A"),
        *("film A", ""),
    )
    markers = dict(zip(frames["frame"], frames["marker"], strict=True))
    assert {frame: text for frame, text in markers.items() if text} == {5: "laughs <loud>"}
    seconds = pc.read_csv(out / "clip.seconds.csv").to_pydict()
    marks = zip(*(seconds[name] for name in ("time_s", "condition", "marker")), strict=True)
    assert set(marks) == {
        (0.0, "film A", "laughs <loud>"),
        *((1.0, "film A", ""), (4.0, "", ""), (5.0, "", "")),
    }
    analysed = dict(zip(frames["frame"], frames["analysed"], strict=True))
    assert (analysed[14], analysed[15], analysed[16], analysed[17]) == (True, False, False, True)
    assert "laughs &lt;loud&gt;" in (out / "clip.vtt").read_text("utf-8")
    tiers = {
        tier.get("TIER_ID"): [value.text for value in tier.iter("ANNOTATION_VALUE")]
        for tier in ElementTree.parse(out / "clip.eaf").getroot().iter("TIER")
    }
    assert tiers["Span film A / first"] == ["film A / first"]
    assert tiers["Excluded"] == ["excluded"]
    assert tiers["Markers"] == ["laughs <loud>"]
    assert "Anna" in tiers
    document = read_object(out / "clip.json")
    assert document["options"]["markup"] == MARKS.to_dict()
    assert "film A" in (out / "clip.html").read_text("utf-8")


def test_ratios_by_condition_cover_the_spans_to_their_ends(copied: tuple[Task, Path]) -> None:
    task, out = copied
    rework_video(task, out, replace(MARKS, spans=(Span(0.25, 1.25, "a"), Span(1.5, 3.0, "b"))))
    found = {
        row["condition"]: row["happiness"] for row in read_object(out / "clip.json")["by_condition"]
    }
    assert found["a"]["valid_s"] == pytest.approx(0.95)  # from the first frame in it, at 0.3 s
    assert found["b"]["valid_s"] == pytest.approx(0.5)  # the face leaves at 2 s
    assert found["b"]["coverage"] == pytest.approx(0.5 / 1.5, abs=1e-3)


def test_merged_tracks_are_one_person_and_the_tracks_stay(copied: tuple[Task, Path]) -> None:
    task, out = copied
    tracks = (out / "clip.tracks.parquet").read_bytes()
    alone = read_object(out / "clip.json")["people"]
    outcome = rework_video(task, out, Markup(merges=((2, 1),)))
    assert outcome.people == 1
    person = read_object(out / "clip.json")["people"][0]
    assert person["seen_s"] == pytest.approx(sum(p["seen_s"] for p in alone), abs=0.11)
    table = pq.read_table(out / "clip.parquet").to_pydict()
    assert set(table["track_id"]) == {1}
    assert (out / "clip.tracks.parquet").read_bytes() == tracks
    # The same on the command's way.
    fresh = out / "fresh"
    fresh.mkdir()
    options = AnalysisOptions(formats=("json",), markup=Markup(merges=((2, 1),)))
    Engine(options, fresh).analyze(task)
    assert read_object(fresh / "clip.json")["people"] == [person]


def test_a_dropped_person_counts_for_nothing(copied: tuple[Task, Path]) -> None:
    task, out = copied
    rework_video(task, out, Markup(dropped=(2,)))
    document = read_object(out / "clip.json")
    assert [p["track_id"] for p in document["people"]] == [1]
    assert document["coverage"]["frames"]["no_face"] == 40


def test_a_neutral_span_moves_only_its_person_and_is_undone(copied: tuple[Task, Path]) -> None:
    task, out = copied
    before = pq.read_table(out / "clip.parquet").to_pydict()
    rework_video(task, out, Markup(neutral=(NeutralSpan(1, 0.0, 1.5),)))
    after = pq.read_table(out / "clip.parquet").to_pydict()
    first = np.array(before["track_id"]) == 1
    assert (np.array(after["happy"])[first] < np.array(before["happy"])[first]).all()
    assert after["happy"][-1] == before["happy"][-1]
    offsets = read_object(out / "clip.json")["neutral_offsets"]["1"]
    assert offsets["happy"] == pytest.approx(-np.log(3), abs=1e-3)
    assert offsets["neutral"] > 0
    rework_video(task, out, Markup())
    assert pq.read_table(out / "clip.parquet").to_pydict() == before


def test_a_neutral_span_without_the_face_changes_nothing(copied: tuple[Task, Path]) -> None:
    task, out = copied
    before = contents(out)
    with pytest.raises(InputError, match=r"shows the face for 0\.0 s, and 1 s are needed"):
        rework_video(task, out, Markup(neutral=(NeutralSpan(1, 2.5, 3.5),)))
    assert contents(out) == before


def test_only_from_to_is_looked_at(analysed: tuple[Task, Path, Engine], tmp_path: Path) -> None:
    options = AnalysisOptions(formats=("csv", "json"), markup=Markup(from_s=0.5, to_s=1.0))
    outcome = Engine(options, tmp_path).analyze(analysed[0])
    assert outcome.frames == 5
    assert read_object(tmp_path / "clip.json")["people"][0]["seen_s"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Markup(from_s=2, to_s=1),
        lambda: Markup(spans=(Span(-1, 1),)),
        lambda: Markup(spans=(Span(1, float("nan")),)),
        lambda: Markup(markers=(Marker(float("inf"), "x"),)),
        lambda: Markup(merges=((1, 2), (2, 1))),
        lambda: Markup(merges=((1, 1),)),
    ],
)
def test_impossible_marks_are_refused(make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError):
        make()


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"[]", b'{"mien_spans": 2}', b'{"mien_spans": 1, "spans": [{"from_s": 1}]}'],
)
def test_a_file_that_holds_no_marks_is_refused(content: bytes) -> None:
    with pytest.raises(InputError):
        parse_markup(content, "some.json")


def test_marks_survive_their_file(tmp_path: Path) -> None:
    marks = replace(MARKS, merges=((3, 1),), dropped=(4,), neutral=(NeutralSpan(1, 0, 2),))
    save_markup(marks, tmp_path / "m.json")
    assert load_markup(tmp_path / "m.json") == marks


def test_the_recurrent_filter_cannot_be_made_again() -> None:
    with pytest.raises(ConfigError, match="plain or markov"):
        AnalysisOptions(filter="recurrent", markup=Markup(dropped=(2,)))
