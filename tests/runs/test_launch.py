"""Start, stop, resume, delete and export, without the processes themselves."""

import json
import time
from pathlib import Path

import pytest

from fer_core.errors import BusyError, ConfigError, FerError, InputError
from fer_core.locks import try_hold
from fer_core.runs import (
    State,
    delete_run,
    find_run,
    list_runs,
    request_stop,
    resume_run,
    start_export,
    submit_run,
)
from fer_core.runs.listing import EXPORT_LOCK, RUN_LOCK
from fer_core.training.run import RunFolder


def test_submit_makes_a_run_that_waits(data_dir: Path, recipe, spawned) -> None:
    first, second = (submit_run(recipe, data_dir) for _ in range(2))
    assert [info.state for info in (first, second)] == [State.QUEUED] * 2
    assert [info.place for info in list_runs()] == [1, 2]
    command = spawned[0]
    assert command[:4] == ["train", "lenet", "--resume", "--run"]
    assert command[4] == str(first.path)
    assert "--background" in command
    config = json.loads((first.path / "config.json").read_text())
    assert config["recipe"]["epochs"] == 4
    assert config["data"] == {"path": str(data_dir.resolve())}


def test_where_no_run_can_be_made_is_said(data_dir: Path, recipe, spawned) -> None:
    data_dir.mkdir()
    (data_dir / "runs").write_text("in the way")
    with pytest.raises(FerError, match="could not be started"):
        submit_run(recipe, data_dir)


@pytest.mark.parametrize(
    ("state", "is_locked", "error"),
    [
        ("stopped", False, None),
        ("failed", False, None),
        ("running", False, None),  # interrupted
        ("running", True, BusyError),
        ("finished", False, InputError),
    ],
)
def test_resume(make_run, spawned, state, is_locked, error) -> None:
    run = make_run(accuracies=(0.2,), state=state, locked=True, updated_s=time.time())
    with try_hold(run.path / RUN_LOCK) if is_locked else try_hold(run.path / "other"):
        if error is not None:
            with pytest.raises(error):
                resume_run("lenet-1")
            assert spawned == []
            return
        assert resume_run("lenet-1").state is State.QUEUED
    assert len(spawned) == 1


def test_stop_is_a_wish_to_a_run_that_works(make_run) -> None:
    run = make_run(state="running", locked=True)
    with pytest.raises(InputError, match="does not run"):
        request_stop("lenet-1")
    with try_hold(run.path / RUN_LOCK):
        request_stop("lenet-1")
        assert find_run("lenet-1").state is State.STOPPING


def test_delete_takes_nothing_but_the_run(make_run, data_dir: Path) -> None:
    make_run("lenet-1", state="stopped")
    make_run("lenet-2", state="stopped")
    (data_dir / "models" / "lenet-1").mkdir(parents=True)
    delete_run("lenet-1")
    assert [path.name for path in (data_dir / "runs").iterdir()] == ["lenet-2"]
    assert (data_dir / "models" / "lenet-1").is_dir()
    with pytest.raises(InputError, match="no run 'lenet-1'"):
        delete_run("lenet-1")
    run = data_dir / "runs" / "lenet-2"
    (run / "status.json").write_text('{"state": "running", "locked": true}')
    with try_hold(run / RUN_LOCK):
        with pytest.raises(BusyError, match="stop it first"):
            delete_run("lenet-2")
    assert run.is_dir()


def test_export_starts_once_under_a_name_of_its_own(make_run, spawned) -> None:
    run = make_run(accuracies=(0.2,), weights=True, state="stopped")
    start_export("lenet-1", "mine")
    assert spawned == [["export", str(run.path), "--name", "mine", "--evaluate", "--background"]]
    assert find_run("lenet-1").is_exporting
    with try_hold(run.path / EXPORT_LOCK):
        with pytest.raises(BusyError, match="being made already"):
            start_export("lenet-1", "mine")


@pytest.mark.parametrize(
    ("name", "weights", "error"),
    [
        ("../up", True, ConfigError),
        ("mien", True, ConfigError),
        ("default", True, ConfigError),
        ("taken", True, ConfigError),
        ("mine", False, InputError),
    ],
)
def test_an_export_that_cannot_be(make_run, spawned, data_dir, name, weights, error) -> None:
    make_run(weights=weights, state="stopped")
    (data_dir / "models" / "taken").mkdir(parents=True)
    with pytest.raises(error):
        start_export("lenet-1", name)
    assert spawned == []
    assert find_run("lenet-1").export == {}


def test_a_run_may_make_its_model_again(make_run, spawned, data_dir: Path) -> None:
    run = make_run(weights=True, state="finished")
    (data_dir / "models" / "mine").mkdir(parents=True)
    run.write_json("export.json", {"state": "finished", "model": "mine"})
    start_export("lenet-1", "mine")
    assert len(spawned) == 1


def test_a_run_is_for_the_servers_account_alone(tmp_path: Path) -> None:
    assert RunFolder.create(tmp_path, "tiny").path.stat().st_mode & 0o777 == 0o700
