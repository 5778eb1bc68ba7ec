"""Which files a run covers, how results are called, and what the journal remembers."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.analysis import AnalysisOptions, Outcome, Task, plan_tasks
from fer_core.analysis.journal import NAME, Journal
from fer_core.analysis.plan import RESULT_ENDS, name_stems, prepare_out
from fer_core.errors import InputError

OPTIONS = AnalysisOptions()


@pytest.mark.parametrize(
    ("files", "stems"),
    [
        (["a/clip.mp4", "b/clip.mov", "clip.mp4"], ["clip", "clip-2", "clip-3"]),
        (["clip.mp4", "CLIP.mp4"], ["clip", "CLIP-2"]),
        (["clip.mp4", "clip.seconds.mp4"], ["clip", "clip.seconds-2"]),
        (["clip-2.mp4", "a/clip.mp4", "b/clip.mp4"], ["clip-2", "clip", "clip-3"]),
        (["analysis.mp4"], ["analysis"]),
        (["a.b.mp4", "a.mp4"], ["a.b", "a"]),
    ],
)
def test_stems(files: list[str], stems: list[str]) -> None:
    assert list(name_stems(files, {}).values()) == stems


def test_stems_of_earlier_runs_stay() -> None:
    kept = {"b/clip.mp4": "clip"}
    assert name_stems(["a/clip.mp4", "b/clip.mp4"], kept) == {
        "a/clip.mp4": "clip-2",
        "b/clip.mp4": "clip",
    }


NAMES = st.lists(st.sampled_from(["a", "A", "a-2", "a.seconds", "a.annotated", "b"]), max_size=9)


@settings(deadline=None, max_examples=60)
@given(NAMES)
def test_no_two_results_have_one_name(names: list[str]) -> None:
    files = [f"{number}/{name}.mp4" for number, name in enumerate(names)]
    stems = name_stems(files, {})
    results = [(stem + end).casefold() for stem in stems.values() for end in RESULT_ENDS]
    assert len(results) == len(set(results)) == len(files) * len(RESULT_ENDS)


def test_folders_are_searched_and_nothing_comes_twice(tmp_path: Path) -> None:
    for name in ("b.mp4", "a.JPG", "notes.txt", ".hidden.mp4", "deep/c.webm", ".git/d.mp4"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    folder = str(tmp_path / "in")
    tasks, failed = plan_tasks([folder, f"{folder}/b.mp4", "nowhere.mp4"], tmp_path)
    assert [(Path(t.file).name, t.kind) for t in tasks] == [
        ("a.JPG", "picture"),
        ("b.mp4", "video"),
        ("c.webm", "video"),
        ("nowhere.mp4", "video"),
    ]
    assert failed == []


def test_own_results_are_no_input(tmp_path: Path) -> None:
    for name in ("clip.mp4", "clip.annotated.mp4", "x.annotated.png"):
        (tmp_path / name).touch()
    assert [Path(t.file).name for t in plan_tasks([str(tmp_path)], tmp_path)[0]] == ["clip.mp4"]
    assert len(plan_tasks([str(tmp_path)], tmp_path / "out")[0]) == 3


def test_an_empty_folder_is_a_sentence(tmp_path: Path) -> None:
    tasks, (outcome,) = plan_tasks([str(tmp_path)], tmp_path)
    assert tasks == []
    assert "folder without pictures or videos" in outcome.message


def test_out_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(InputError, match="give another --out"):
        prepare_out(tmp_path / "out")


# --- journal ------------------------------------------------------------------------------------


def finished(tmp_path: Path, name: str = "clip.mp4") -> tuple[Task, Journal]:
    """A file, analysed, and written down."""
    path = tmp_path / name
    path.write_bytes(b"video")
    stem = path.stem
    (tmp_path / f"{stem}.csv").touch()
    journal = Journal(tmp_path, OPTIONS)
    journal.add(Outcome(str(path), stem, "done", outputs=(f"{stem}.csv",)))
    return Task(str(path), "video", stem), journal


def test_finished_is_remembered(tmp_path: Path) -> None:
    task, journal = finished(tmp_path)
    assert journal.is_finished(task)
    again = Journal(tmp_path, OPTIONS)
    assert again.is_finished(task)
    assert again.stems == {task.file: "clip"}


@pytest.mark.parametrize("change", ["options", "content", "time", "result", "status"])
def test_what_changed_is_done_again(change: str, tmp_path: Path) -> None:
    task, journal = finished(tmp_path)
    options = OPTIONS
    if change == "options":
        options = AnalysisOptions(every_s=1.0)
    elif change == "content":
        Path(task.file).write_bytes(b"another video")
    elif change == "time":
        os.utime(task.file, (1, 1))
    elif change == "result":
        (tmp_path / "clip.csv").unlink()
    else:
        journal.add(Outcome(task.file, "clip", "partial", "It ends.", ("clip.csv",)))
    assert not Journal(tmp_path, options).is_finished(task)


def test_a_torn_line_costs_that_line_only(tmp_path: Path) -> None:
    first, _ = finished(tmp_path, "a.mp4")
    second, _ = finished(tmp_path, "b.mp4")
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes()[:-20])
    journal = Journal(tmp_path, OPTIONS)
    assert (journal.is_finished(first), journal.is_finished(second)) == (True, False)
    third, _ = finished(tmp_path, "c.mp4")
    journal = Journal(tmp_path, OPTIONS)
    assert journal.is_finished(first)
    assert journal.is_finished(third)


def test_closing_puts_lines_in_order(tmp_path: Path) -> None:
    tasks = [finished(tmp_path, name)[0] for name in ("b.mp4", "a.mp4", "old.mp4")]
    Journal(tmp_path, OPTIONS).close([tasks[1].file, tasks[0].file])
    lines = [json.loads(line)["stem"] for line in (tmp_path / NAME).read_text().splitlines()]
    assert lines == ["a", "b", "old"]


def test_what_is_left_out_of_a_folder_is_said(tmp_path: Path) -> None:
    for name in ("a.MTS", "b.VOB", "c.3g2", "d.m2t", "e.MOD", "g.HEIC", "notes.txt", "sheet.xlsx"):
        (tmp_path / name).write_bytes(b"text" if name[0] in "ns" else b"")
    (tmp_path / "photo").write_bytes(b"\xff\xd8\xff\xe0 and more")
    notes: list[str] = []
    tasks, failed = plan_tasks([str(tmp_path)], tmp_path / "out", notes=notes)
    names = [Path(task.file).name for task in tasks]
    assert names == ["a.MTS", "b.VOB", "c.3g2", "d.m2t", "e.MOD", "g.HEIC", "photo"]
    assert [t.kind for t in tasks[-2:]] == ["picture", "picture"]
    assert failed == []
    (line,) = notes
    assert line.endswith(
        "2 files were left out, no pictures or videos that can be read: notes.txt, sheet.xlsx."
    )
