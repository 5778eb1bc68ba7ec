"""Fixtures: a data folder of its own, and runs in it as a training leaves them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fer_core.config import settings
from fer_core.training.recipe import Recipe, load_recipe
from fer_core.training.run import RunFolder

ROW = {"learning_rate": 0.001, "loss": 1.0, "accuracy": 0.5, "val_loss": 1.1, "seconds": 1.0}


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """``FER_DATA_DIR``, with ``roots`` beside it as ``FER_DATA_ROOTS``."""
    (tmp_path / "roots").mkdir()
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FER_DATA_ROOTS", str(tmp_path / "roots"))
    settings.cache_clear()
    yield tmp_path / "data"
    settings.cache_clear()


@pytest.fixture
def recipe() -> Recipe:
    return load_recipe("lenet", epochs=4, monitor="accuracy")


@pytest.fixture
def make_run(data_dir: Path, recipe: Recipe) -> Callable[..., RunFolder]:
    """Writes a run: its status, the validation accuracies of its epochs, weights where asked."""

    def make(
        name: str = "lenet-1",
        accuracies: tuple[float, ...] = (),
        *,
        weights: bool = False,
        **status: Any,
    ) -> RunFolder:
        path = data_dir / "runs" / name
        path.mkdir(parents=True)
        run = RunFolder(path)
        config = {"recipe": recipe.model_dump(mode="json"), "data": {"path": str(data_dir)}}
        (path / "config.json").write_text(json.dumps(config))
        if status:
            run.write_json("status.json", status)
        rows = [
            {"epoch": float(i)} | ROW | {"val_accuracy": a} for i, a in enumerate(accuracies, 1)
        ]
        run.write_history(rows)
        if weights:
            (path / "best.npz").write_bytes(b"weights")
        return run

    return make


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would have been started; none is."""
    commands: list[list[str]] = []
    monkeypatch.setattr("fer_core.runs.launch.spawn", lambda args, log: commands.append(args))
    return commands
