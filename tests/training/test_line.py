"""A model's curves are those of everything that led to it."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fer_core.training.line import kept_epoch, line_of, stages_of, whole_history, write_line
from fer_core.training.run import RunFolder


def make(folder: Path, name: str, accuracies: list[float], kept: int, **config: Any) -> RunFolder:
    run = RunFolder(folder / name)
    run.path.mkdir()
    run.write_json("config.json", {"recipe": {"name": name}, "data": {}} | config)
    run.write_history([{"epoch": float(i), "val_accuracy": a} for i, a in enumerate(accuracies, 1)])
    run.save_arrays("best.npz", {"epoch": np.array(kept)})
    return run


@pytest.fixture
def runs(tmp_path: Path) -> dict[str, RunFolder]:
    wise = make(tmp_path, "wise", [0.7, 0.8], 2)
    one = make(tmp_path, "one", [0.3, 0.5, 0.4], 2, teachers=[str(wise.path)])
    taught = [str(wise.path), str(one.path)]
    two = make(tmp_path, "two", [0.55, 0.6], 2, start=str(one.path), teachers=taught)
    return {"wise": wise, "one": one, "two": two}


def test_a_line_is_one_training(runs: dict[str, RunFolder]) -> None:
    line = line_of(runs["two"])
    assert [run.path.name for run in line] == ["one", "two"]
    assert whole_history(line) == [
        {"epoch": 1.0, "val_accuracy": 0.3, "stage": 1.0},
        {"epoch": 2.0, "val_accuracy": 0.5, "stage": 1.0},
        {"epoch": 3.0, "val_accuracy": 0.55, "stage": 2.0},
        {"epoch": 4.0, "val_accuracy": 0.6, "stage": 2.0},
    ]
    assert kept_epoch(runs["one"]) == 2


def test_teachers_stand_beside_it_once(runs: dict[str, RunFolder], tmp_path: Path) -> None:
    stages = stages_of(line_of(runs["two"]))
    assert [(row["stage"], row["role"]) for row in stages] == [
        ("one", "line"),
        ("two", "line"),
        ("wise", "teacher"),
    ]
    assert [row["val_accuracy"] for row in stages] == [0.5, 0.6, 0.8]
    folder = tmp_path / "model"
    folder.mkdir()
    write_line(line_of(runs["two"]), folder)
    with (folder / "line.csv").open(encoding="utf-8") as file:
        assert [row["epochs"] for row in csv.DictReader(file)] == ["3", "2", "2"]
    assert len(RunFolder(folder).history()) == 4


def test_a_run_by_itself_is_its_own_line(runs: dict[str, RunFolder], tmp_path: Path) -> None:
    wise = runs["wise"]
    assert line_of(wise) == [wise]
    assert whole_history([wise]) == wise.history(), "no stages where there is one"
    write_line([wise], tmp_path)
    assert not (tmp_path / "line.csv").exists()


@pytest.mark.parametrize("gone", ["best.npz", "history.csv"])
def test_a_start_that_is_half_gone_ends_it(runs: dict[str, RunFolder], gone: str) -> None:
    (runs["one"].path / gone).unlink()
    line = line_of(runs["two"])
    assert line == [runs["two"]]
    assert whole_history(line) == runs["two"].history()


def test_a_deleted_start_and_a_circle_end_it(runs: dict[str, RunFolder]) -> None:
    two, one = runs["two"], runs["one"]
    one.write_json("config.json", {"recipe": {"name": "one"}, "data": {}, "start": "/nowhere"})
    assert [run.path.name for run in line_of(two)] == ["one", "two"]
    one.write_json("config.json", {"recipe": {"name": "one"}, "start": str(two.path)})
    assert len(line_of(two)) <= 100
