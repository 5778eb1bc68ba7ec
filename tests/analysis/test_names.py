"""Names and folders of results: formulas, other alphabets, long names, earlier runs, full disks."""

import errno
import os
from pathlib import Path

import pytest

from fer_core.analysis import AnalysisOptions, Engine, Outcome, Task, plan_tasks
from fer_core.analysis.journal import Journal
from fer_core.analysis.tables import CsvTable
from tests.analysis.clips import write_video


@pytest.mark.parametrize(
    ("name", "cell", "mark"),
    [
        ("=1+1.mp4", "'=1+1.mp4", False),
        ("@SUM(1).mp4", "'@SUM(1).mp4", False),
        ("Jürgen.mp4", "Jürgen.mp4", True),
        ("clip.mp4", "clip.mp4", False),
    ],
)
def test_cells_for_spreadsheets(name: str, cell: str, mark: bool, tmp_path: Path) -> None:
    table = CsvTable(tmp_path / "t.csv", ("file", "value"))
    table.add([[name, -1.5]])
    table.add([])
    table.close()
    data = (tmp_path / "t.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") == mark
    assert data.decode("utf-8-sig") == f"file,value\n{cell},-1.5\n"


def test_a_table_without_rows_has_its_header(tmp_path: Path) -> None:
    CsvTable(tmp_path / "t.csv", ("file", "value")).close()
    assert (tmp_path / "t.csv").read_text() == "file,value\n"


def test_long_names_are_shortened(tmp_path: Path, shared_engine: Engine) -> None:
    path = write_video(tmp_path / "v.mp4", frames=2)
    names = ["x" * 250, "x" * 248 + "yy", "ü" * 125]
    paths = [str(path.with_name(f"{name}.mp4")) for name in names]
    for target in paths:
        os.link(path, target)
    tasks, _ = plan_tasks(paths, tmp_path)
    assert len({task.stem for task in tasks}) == 3
    for task in tasks:
        assert shared_engine.analyze(task).status == "done"


def test_a_mistyped_path_reserves_nothing(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").touch()
    missing, there = f"{tmp_path}/typo/clip.mp4", f"{tmp_path}/clip.mp4"
    tasks, _ = plan_tasks([missing, there], tmp_path)
    assert [(t.file, t.stem) for t in tasks] == [(missing, "clip-2"), (there, "clip")]
    journal = Journal(tmp_path, AnalysisOptions())
    journal.add(Outcome(missing, "clip-2", "failed", "does not exist."))
    assert journal.stems == {}


def test_results_of_an_earlier_run_do_not_stand_beside_new_ones(tmp_path: Path) -> None:
    for name in ("clip.csv", "clip.html", "mine.html"):
        (tmp_path / name).touch()
    Journal(tmp_path, AnalysisOptions()).add(
        Outcome("clip.mp4", "clip", "done", outputs=("clip.csv", "clip.html"))
    )
    later = Journal(tmp_path, AnalysisOptions(pose=True))
    later.add(Outcome("clip.mp4", "clip", "failed", "no."))
    assert (tmp_path / "clip.html").exists(), "what failed tells nothing new"
    later = Journal(tmp_path, AnalysisOptions(pose=True))
    later.add(Outcome("clip.mp4", "clip", "done", outputs=("clip.csv",)))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["analysis.jsonl", "clip.csv", "mine.html"]


def test_a_full_disk_is_called_full(
    tmp_path: Path, shared_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_video(tmp_path / "clip.mp4", frames=2)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(CsvTable, "add", full)
    outcome = shared_engine.analyze(Task(str(path), "video", "clip"))
    assert outcome.status == "failed"
    assert "the disk is full under" in outcome.message
    assert not list(shared_engine._out.glob(".*"))


def test_a_date_beyond_the_calendar(
    tmp_path: Path, shared_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_video(tmp_path / "clip.mp4", frames=2)

    class Later:
        @staticmethod
        def fromtimestamp(*_: object) -> None:
            raise ValueError("year 36812 is out of range")

    monkeypatch.setattr("fer_core.analysis.engine.datetime", Later)
    assert shared_engine.analyze(Task(str(path), "video", "clip")).status == "done"
