"""``python -m fer_core train`` killed in the middle, ``--resume``, then ``export``."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest
from typer.testing import CliRunner

from fer_core.classification import load_classifier
from fer_core.classification.preprocess import normalize
from fer_core.cli import app
from fer_core.config import settings
from fer_core.training.run import RunFolder, last_run

EPOCHS = 40


def wait_for_epochs(runs: Path, count: int, process: subprocess.Popen[bytes]) -> RunFolder:
    end_s = time.monotonic() + 240
    while time.monotonic() < end_s:
        assert process.poll() is None, "training ended before it could be killed"
        for folder in runs.glob("tiny-*"):
            if len(RunFolder(folder).history()) >= count:
                return RunFolder(folder)
        time.sleep(0.05)
    raise AssertionError("no epoch finished")


def test_kill_resume_export(
    tiny_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.training.conftest import RECIPE

    recipe = tmp_path / "tiny.toml"
    recipe.write_text(RECIPE.format(epochs=EPOCHS))
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    command = [sys.executable, "-m", "fer_core", "train", str(recipe), "--data", str(tiny_csv)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"CUDA_VISIBLE_DEVICES": "-1"},
    )
    runs = tmp_path / "data" / "runs"
    try:
        wait_for_epochs(runs, 2, process)
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    run = last_run(runs, "tiny")
    before = run.history()
    assert 2 <= len(before) < EPOCHS
    assert run.read_json("status.json")["state"] == "running", "nobody was left to say otherwise"

    done = CliRunner().invoke(app, ["train", str(recipe), "--resume"])
    assert done.exit_code == 0, done.output
    rows = run.history()
    assert [row["epoch"] for row in rows] == list(range(1, EPOCHS + 1))
    assert rows[: len(before)] == before
    assert run.read_json("status.json")["state"] == "finished"
    assert [folder.name for folder in runs.iterdir()] == [run.path.name], "a second run was made"

    done = CliRunner().invoke(app, ["export", str(run.path), "--no-float"])
    assert done.exit_code == 0, done.output
    folder = tmp_path / "data" / "models" / "tiny"
    assert str(folder) in done.output
    assert load_classifier(folder).spec.labels[0] == "angry"

    done = CliRunner().invoke(app, ["export", str(run.path), "--mirrored", "--name", "both"])
    assert done.exit_code == 0, done.output
    folder = folder.with_name("both")
    assert load_classifier(folder).spec.mirrored
    assert "with its mirror image" in (folder / "README.md").read_text(encoding="utf-8")
    faces = np.random.default_rng(1).integers(0, 256, (6, 48, 48), np.uint8)
    network = keras.models.load_model(folder / "model.keras", compile=False)
    one, other = (
        np.asarray(network(normalize(views, "image"))["fer"])
        for views in (faces, faces[:, :, ::-1])
    )
    assert np.abs(one - other).max() > 0.01, "this network does not tell left from right"
    logits = load_classifier(folder, "float").predict_logits(faces)["fer"]
    np.testing.assert_allclose(logits, (one + other) / 2, atol=5e-3)  # rounded weights
    small = load_classifier(folder)
    logits, turned = (small.predict_logits(f)["fer"] for f in (faces, faces[:, :, ::-1]))
    np.testing.assert_allclose(logits, turned, atol=1e-4)
    knowing = load_classifier(folder, embed=True)
    (_, seen), (_, turned) = (knowing.predict_embedded(f) for f in (faces, faces[:, :, ::-1]))
    np.testing.assert_allclose(seen, turned, atol=1e-4)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["train", "nothing"], "no recipe 'nothing'"),
        (["train", "lenet", "--data", "nowhere.csv"], "nowhere.csv"),
        (["train", "lenet", "--resume"], "no run of 'lenet'"),
        (["export", "nowhere"], "is not a run"),
        (["dataset", "build", "nowhere", "--out", "out"], "labels.csv"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2
    assert says in done.output
    assert "Traceback" not in done.output
