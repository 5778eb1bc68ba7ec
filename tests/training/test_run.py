"""The run folder: whole files only, and a sentence where one is damaged."""

import os
from pathlib import Path

import numpy as np
import pytest

from fer_core.errors import InputError
from fer_core.training.run import RunFolder, last_run, pack, unpack


def test_names_are_free(tmp_path: Path) -> None:
    folders = [RunFolder.create(tmp_path / "runs", "lenet") for _ in range(3)]
    assert len({folder.path for folder in folders}) == 3


def test_history_goes_round_and_keeps_missing_cells(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    assert run.history() == []
    rows = [{"epoch": 1.0, "loss": 1.25, "val_loss": 2.0}, {"epoch": 2.0, "loss": 0.5}]
    rows.append({"epoch": 3.0, "loss": 0.4, "train_loss": 0.6})  # a newer version went on with it
    run.write_history(rows)
    assert run.history() == rows


@pytest.mark.parametrize("content", [None, b"", b"{", b"[1]", b"\xff\xfe"])
def test_a_damaged_json_reads_as_empty(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "status.json").write_bytes(content)
    assert RunFolder(tmp_path).read_json("status.json") == {}


def test_status_keeps_what_is_not_given(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.set_status("running", epoch=3, epochs=9)
    run.set_status("stopped")
    status = run.read_json("status.json")
    assert (status["state"], status["epoch"], status["pid"]) == ("stopped", 3, os.getpid())


def test_arrays_go_round_in_their_order(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    values = [np.full((i + 1,), i, np.float32) for i in range(12)]
    run.save_arrays("last.npz", pack("w", values) | pack("o", [np.array(7)]))
    loaded = run.load_arrays("last.npz")
    for before, after in zip(values, unpack("w", loaded), strict=True):
        np.testing.assert_array_equal(before, after)
    assert int(unpack("o", loaded)[0]) == 7


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "text"])
def test_a_damaged_checkpoint_is_a_sentence(tmp_path: Path, damage: str) -> None:
    run = RunFolder(tmp_path)
    run.save_arrays("last.npz", {"w0000": np.zeros(2000)})
    path = tmp_path / "last.npz"
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes({"empty": b"", "cut": whole[:500], "text": b"hello"}[damage])
    with pytest.raises(InputError, match=r"last\.npz cannot be read"):
        run.load_arrays("last.npz")


def test_a_folder_that_is_no_run_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a run"):
        RunFolder.open(tmp_path)
    with pytest.raises(InputError, match="no run of 'lenet'"):
        last_run(tmp_path, "lenet")


def test_the_last_run_is_the_newest_of_that_recipe(tmp_path: Path) -> None:
    for index, name in enumerate(("lenet-1", "lenet-2", "lenet_wide-3")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "config.json").write_text("{}")
        os.utime(folder / "config.json", (100 + index, 100 + index))
    assert last_run(tmp_path, "lenet").path.name == "lenet-2"
