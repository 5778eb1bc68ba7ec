"""How a run stands, from its folder and its lock alone."""

import os
import time
from contextlib import nullcontext
from pathlib import Path

import pytest

from fer_core.errors import InputError
from fer_core.locks import try_hold
from fer_core.runs.listing import RUN_LOCK, State, find_run, list_runs
from fer_core.training.run import STOP_FILE


@pytest.mark.parametrize(
    ("said", "is_locked", "updated", "stop", "state"),
    [
        ("queued", True, "now", False, State.QUEUED),
        ("queued", False, "now", False, State.QUEUED),  # its process starts
        ("queued", False, "long ago", False, State.INTERRUPTED),
        ("preparing", True, "now", False, State.PREPARING),
        ("running", True, "long ago", False, State.RUNNING),  # busy with one long step
        ("running", True, "now", True, State.STOPPING),
        ("running", False, "now", False, State.INTERRUPTED),
        ("running", False, "now", True, State.INTERRUPTED),
        ("stopped", False, "now", False, State.STOPPED),
        ("finished", True, "now", False, State.FINISHED),  # its process is about to end
        ("failed", False, "now", False, State.FAILED),
        ("", False, "now", False, State.INTERRUPTED),
    ],
)
def test_states(make_run, said, is_locked, updated, stop, state) -> None:
    seconds = time.time() - (0 if updated == "now" else 1e5)
    run = make_run(state=said, locked=True, updated_s=seconds, pid=os.getppid())
    if stop:
        (run.path / STOP_FILE).touch()
    with try_hold(run.path / RUN_LOCK) if is_locked else nullcontext():
        info = find_run("lenet-1")
    assert info.state is state
    assert (info.problem is not None) == (state in (State.INTERRUPTED, State.FAILED))
    assert info.state.is_alive == (
        state in (State.QUEUED, State.PREPARING, State.RUNNING, State.STOPPING)
    )


def test_a_run_without_lock_is_known_by_its_process(make_run) -> None:
    make_run(state="running", updated_s=time.time(), pid=os.getppid())
    assert find_run("lenet-1").state is State.RUNNING


def test_queue_shows_places_in_the_order_they_came(make_run) -> None:
    now = time.time()
    for name, since in (("b", now - 3), ("a", now - 2), ("c", now - 1)):
        make_run(f"lenet-{name}", state="queued", queued_s=since, updated_s=now)
    make_run("lenet-done", (0.3,), state="finished")
    found = list_runs()
    assert [(info.name, info.place) for info in found] == [
        ("lenet-b", 1),
        ("lenet-a", 2),
        ("lenet-c", 3),
        ("lenet-done", None),
    ]


@pytest.mark.parametrize(("monitor", "best"), [("accuracy", 3.0), ("loss", 3.0), ("last", 4.0)])
def test_best_epoch_is_the_later_of_equals(make_run, recipe, monitor, best) -> None:
    run = make_run(accuracies=(0.2, 0.4, 0.4, 0.3), state="finished")
    rows = [row | {"val_loss": -row["val_accuracy"]} for row in run.history()]
    run.write_history(rows)
    config = run.read_json("config.json")
    run.write_json("config.json", config | {"recipe": config["recipe"] | {"monitor": monitor}})
    found = find_run("lenet-1").best
    assert found is not None
    assert found["epoch"] == best


@pytest.mark.parametrize("text", ["", "{", "[]", '{"recipe": 3, "data": {}}', '{"epochs": "x"}'])
def test_damaged_files_cost_no_other_run(make_run, text) -> None:
    broken = make_run("lenet-broken", (0.1,), state="stopped")
    (broken.path / "config.json").write_text(text)
    (broken.path / "history.csv").write_text("epoch,val_accuracy\n1,what\n")
    make_run("lenet-fine", (0.2,), state="finished")
    assert {info.name for info in list_runs()} == {"lenet-broken", "lenet-fine"}
    info = find_run("lenet-broken")
    assert "damaged" in str(info.problem)
    assert (info.rows, info.best, info.epochs) == ([], None, 0)


def test_links_and_odd_names_are_no_runs(make_run, tmp_path: Path, data_dir: Path) -> None:
    make_run("lenet-1")
    make_run(".deleted-lenet-2")
    (data_dir / "runs" / "lenet-link").symlink_to(data_dir / "runs" / "lenet-1")
    assert [info.name for info in list_runs()] == ["lenet-1"]
    with pytest.raises(InputError, match=r"no run '\.\./runs/lenet-1'"):
        find_run("../runs/lenet-1")
