"""Real processes: app killed, training killed, resumed; nothing that was reached is lost."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fer_core.config import PROJECT_ROOT
from fer_core.runs import RunInfo, State, find_run, list_runs, request_stop, resume_run
from tests.tiny_set import RECIPE

#: What the page does on Start, in a process that is then killed as an app may be.
APP = """
import sys, time
from pathlib import Path
from fer_core.runs import submit_run
from fer_core.training.recipe import load_recipe
submit_run(load_recipe(sys.argv[1]), Path(sys.argv[2]))
print("started", flush=True)
time.sleep(600)
"""


def wait_for_run(name: str, condition: Callable[[RunInfo], bool]) -> RunInfo:
    end_s = time.monotonic() + 240
    while time.monotonic() < end_s:
        info = find_run(name)
        if condition(info):
            return info
        time.sleep(0.02)
    log = (info.path / "train.log").read_text()
    raise AssertionError(f"{info.state}, {len(info.rows)} epochs:\n{log[-2000:]}")


@pytest.mark.alone
@pytest.mark.slow
def test_app_and_training_killed(
    data_dir: Path,
    tmp_path: Path,
    tiny_csv: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(RECIPE.format(epochs=2000))
    app = subprocess.Popen(
        [sys.executable, "-c", APP, str(recipe), str(tiny_csv)],
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
    )
    try:
        assert app.stdout is not None
        assert app.stdout.readline() == b"started\n"
    finally:
        app.kill()
        app.communicate()
    (info,) = list_runs()
    name = info.name
    info = wait_for_run(name, lambda i: i.state is State.RUNNING and len(i.rows) >= 2)
    pid = int(info.status["pid"])
    try:
        assert os.getsid(pid) != os.getsid(0), "it is in a session of its own"
        assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)
        os.kill(pid, signal.SIGKILL)
        reached = wait_for_run(name, lambda i: i.state is State.INTERRUPTED)
        assert "Resume it" in str(reached.problem)

        resume_run(name)
        going = wait_for_run(
            name, lambda i: i.state is State.RUNNING and len(i.rows) > len(reached.rows)
        )
        pid = int(going.status["pid"])
        assert going.rows[: len(reached.rows)] == reached.rows
        request_stop(name)
        stopped = wait_for_run(name, lambda i: not i.state.is_alive)
    finally:
        with_pid = find_run(name)
        if with_pid.state.is_alive:
            os.kill(pid, signal.SIGKILL)
    assert stopped.state is State.STOPPED
    assert stopped.has_weights
    assert [row["epoch"] for row in stopped.rows] == list(range(1, len(stopped.rows) + 1))
    assert [i.name for i in list_runs()] == [name]
