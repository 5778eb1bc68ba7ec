"""Training killed again and again: what was reached is never lost, and the end is the same."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from fer_core.config import PROJECT_ROOT
from fer_core.training.run import RunFolder
from tests.soak.mutants import scaled
from tests.training.conftest import RECIPE

KILLS = 20
EPOCHS_A_KILL = 10
START_S = 240.0


def _epochs(runs: Path) -> list[int]:
    """The epochs in the one run's history."""
    folders = [path for path in runs.glob("tiny-*") if path.is_dir()]
    assert len(folders) <= 1, "a second run was made"
    return [row["epoch"] for folder in folders for row in RunFolder(folder).history()]


def _kill_later(process: subprocess.Popen[bytes], runs: Path, rng: np.random.Generator) -> None:
    """Kill it at a random moment after it has got further: in the middle of whatever it writes."""
    reached, end_s = len(_epochs(runs)), time.monotonic() + START_S
    while len(_epochs(runs)) <= reached:
        assert process.poll() is None, "training ended before it could be killed"
        assert time.monotonic() < end_s, "no epoch finished"
        time.sleep(0.005)
    time.sleep(float(rng.uniform(0, 0.3)))
    process.send_signal(signal.SIGKILL)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_training_survives_kills(tiny_csv: Path, tmp_path: Path) -> None:
    kills, rng = scaled(KILLS), np.random.default_rng(11)
    epochs = kills * EPOCHS_A_KILL
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(RECIPE.format(epochs=epochs))
    runs = tmp_path / "data" / "runs"
    env = os.environ | {"FER_DATA_DIR": str(tmp_path / "data"), "CUDA_VISIBLE_DEVICES": "-1"}
    command = [sys.executable, "-m", "fer_core", "train", str(recipe)]
    reached: list[int] = []
    for kill in range(kills + 1):
        options = ["--data", str(tiny_csv)] if kill == 0 else ["--resume"]
        with (tmp_path / "said.txt").open("wb") as said:
            process = subprocess.Popen(
                [*command, *options], stdout=said, stderr=said, cwd=PROJECT_ROOT, env=env
            )
        try:
            if kill < kills and len(reached) < epochs - EPOCHS_A_KILL:
                _kill_later(process, runs, rng)
            else:
                assert process.wait(600) == 0, (tmp_path / "said.txt").read_text()
        finally:
            process.kill()
            process.wait()
        now = _epochs(runs)
        assert now == list(range(1, len(now) + 1)), f"after kill {kill + 1}: {now}"
        assert len(now) >= len(reached), f"kill {kill + 1} lost {len(reached) - len(now)} epochs"
        reached = now
        if len(now) == epochs:
            break
    (run,) = runs.iterdir()
    assert not [path.name for path in run.iterdir() if path.name.startswith(".")]
    print(f"{kill} kills, {len(reached)} epochs")
    assert len(reached) == epochs
