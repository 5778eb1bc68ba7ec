"""A row for every frame, with the reason where no face in it can be used."""

from pathlib import Path

import numpy as np
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from fer_core.analysis import AnalysisOptions, Engine, Task
from fer_core.analysis.frames import (
    REASONS,
    Coverage,
    coverage_text,
    empty_reason,
    face_reasons,
    frame_reason,
)
from fer_core.files import read_object
from fer_core.imaging.frame import ArrayFrame
from fer_core.labels import NUM_EMOTIONS
from fer_core.types import Faces, FrameResult
from tests.analysis import marked

#: What each half second of the golden clip shows, and why it cannot be used.
PARTS = (
    (marked.still, ""),
    (marked.covered, "covered"),
    (marked.empty, "no_face"),
    (lambda: marked.empty(250), "bright"),
    (lambda: marked.empty(10), "dark"),
    (marked.still, ""),
)
PER_PART = 5


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frames")
    pictures = [draw() for draw, _ in PARTS]
    clip = marked.write_frames(
        folder / "parts.mp4", len(PARTS) * PER_PART, lambda index: pictures[index // PER_PART]
    )
    options = AnalysisOptions(formats=("csv", "parquet", "json"), pose=True)
    Engine(options, folder).analyze(Task(str(clip), "video", "parts"))
    return folder


def test_every_frame_has_its_row_and_its_reason(out: Path) -> None:
    table = pc.read_csv(out / "parts.frames.csv").to_pydict()
    assert table["frame"] == list(range(len(PARTS) * PER_PART))
    assert all(table["analysed"])
    reasons = np.array([reason or "" for reason in table["reason"]]).reshape(-1, PER_PART)
    # Pictures that change at once leave a frame or two between.
    assert [row[-1] for row in reasons.tolist()] == [reason for _, reason in PARTS]


def test_both_tables_say_the_same(out: Path) -> None:
    rows = pq.read_table(out / "parts.frames.parquet").to_pydict()
    text = pc.read_csv(out / "parts.frames.csv").to_pydict()
    assert rows["reason"] == [reason or "" for reason in text["reason"]]
    assert rows["faces"] == text["faces"]


def test_a_covered_face_is_unsure(out: Path) -> None:
    table = pq.read_table(out / "parts.parquet").to_pydict()
    covered = [
        label
        for frame, label in zip(table["frame"], table["label"], strict=True)
        if frame // PER_PART == 1
    ]
    assert covered
    assert set(covered) == {"unsure"}


def test_coverage_adds_up_to_the_length(out: Path) -> None:
    document = read_object(out / "parts.json")
    coverage = document["coverage"]
    assert coverage["total_s"] == pytest.approx(document["duration_s"])
    assert coverage["usable_s"] == pytest.approx(0.9, abs=0.11)
    assert coverage["reasons_s"]["covered"] == pytest.approx(0.5, abs=0.11)
    assert sum(coverage["frames"].values()) == len(PARTS) * PER_PART
    assert "too dark" in coverage_text(coverage)


def result_of(box: tuple[float, ...], **columns: object) -> FrameResult:
    faces = Faces(np.array([box]), np.ones(1), **columns)  # type: ignore[arg-type]
    probs = np.full((1, NUM_EMOTIONS), 1 / NUM_EMOTIONS, np.float32)
    return FrameResult(0.0, 480, 360, faces, probs, probs, ("unsure",))


FACE = (125.0, 55.0, 195.0, 125.0)


@pytest.mark.parametrize(
    ("bgr", "box", "columns", "reason"),
    [
        (marked.still(), FACE, {}, ""),
        (marked.still(), FACE, {"poses": [[50, 0, 0]]}, "turned"),
        (marked.still(), FACE, {"poses": [[0, -46, 0]]}, "turned"),
        (marked.still(), FACE, {"poses": [[0, 0, 80]]}, ""),
        (marked.still(), FACE, {"covers": [0.5]}, "covered"),
        (marked.still(), FACE, {"covers": [0.49]}, ""),
        (marked.still(), (150, 60, 172, 80), {}, "small"),
        (marked.blurred(), FACE, {}, "blurred"),
        (marked.dark(), FACE, {}, "dark"),
        (marked.empty(250), FACE, {}, "bright"),
    ],
)
def test_why_a_face_cannot_be_used(bgr, box, columns, reason) -> None:  # type: ignore[no-untyped-def]
    assert face_reasons(ArrayFrame(bgr), result_of(box, **columns)) == (reason,)


@pytest.mark.parametrize(("grey", "reason"), [(10, "dark"), (110, "no_face"), (250, "bright")])
def test_why_there_may_be_no_face(grey: int, reason: str) -> None:
    assert empty_reason(ArrayFrame(marked.empty(grey))) == reason


@pytest.mark.parametrize(
    ("reasons", "reason"),
    [((), "no_face"), (("small", ""), ""), (("small", "turned"), "turned")],
)
def test_one_usable_face_is_enough_else_the_largest_counts(
    reasons: tuple[str, ...], reason: str
) -> None:
    sizes = np.array([10, 20], np.float32)[: len(reasons)]
    assert frame_reason(sizes, reasons, "no_face") == reason


def test_what_could_not_be_read_counts_as_such() -> None:
    coverage = Coverage()
    coverage.add(0.0, "")
    coverage.lose(1.0, 2.0, 10)
    coverage.add(2.0, "dark")
    coverage.pause(2.5)
    assert coverage.to_dict()["reasons_s"] == {
        **dict.fromkeys(REASONS, 0.0),
        "dark": 0.5,
        "undecodable": 1.0,
    }
    assert coverage.share == pytest.approx(0.4)
