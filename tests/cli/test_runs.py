"""``runs list|show|stop|resume``: the same runs as on the page."""

import json
import time

import pytest
from typer.testing import CliRunner

from fer_core.cli import app
from fer_core.locks import try_hold
from fer_core.runs.listing import RUN_LOCK, State, find_run


def run(*args: str) -> str:
    result = CliRunner().invoke(app, ["runs", *args])
    assert result.exit_code == 0, result.output
    return result.output


def test_list_and_show(make_run, data_dir) -> None:
    assert "no runs yet" in run("list")
    make_run("lenet-a", (0.25, 0.5, 0.4), state="stopped")
    make_run("lenet-b", state="queued", queued_s=time.time(), updated_s=time.time())
    first, second = run("list").splitlines()
    assert first.split()[:5] == ["lenet-b", "queued,", "place", "1", "0/4"]
    assert second.split() == ["lenet-a", "stopped", "3/4", "50.0%"]
    shown = run("show", "lenet-a")
    assert "best epoch  2, validation 50.0%" in shown
    plain = json.loads(run("show", "lenet-a", "--json"))
    assert (plain["state"], plain["epoch"], plain["epochs"]) == ("stopped", 3, 4)
    assert [one["name"] for one in json.loads(run("list", "--json"))] == ["lenet-b", "lenet-a"]


def test_a_run_that_was_killed_says_so(make_run) -> None:
    made = make_run(
        state="running", locked=True, updated_s=time.time(), memory_left_mb=12.0, epoch=0
    )
    (made.path / "train.log").write_text("epoch 1/4\rlast words\n")
    shown = run("show", "lenet-1", "--log", "1")
    assert "interrupted" in shown
    assert "12 MB of memory were left" in shown
    assert shown.splitlines()[-1] == "last words"


def test_stop_and_resume(make_run, spawned) -> None:
    made = make_run(state="running", locked=True)
    with try_hold(made.path / RUN_LOCK):
        run("stop", "lenet-1")
        assert find_run("lenet-1").state is State.STOPPING
    assert "goes on in the background" in run("resume", "lenet-1")
    assert find_run("lenet-1").state is State.QUEUED
    assert len(spawned) == 1


@pytest.mark.parametrize("command", ["show", "stop", "resume"])
def test_a_run_that_is_not_there_is_one_sentence(data_dir, command) -> None:
    result = CliRunner().invoke(app, ["runs", command, "nothing"])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "There is no run 'nothing'" in result.stderr
