"""Training on a tiny set: it learns, stops, goes on where it stopped, and exports."""

import hashlib
import json
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from fer_core.classification import load_classifier
from fer_core.datasets import load_dataset
from fer_core.errors import ConfigError, InputError, ModelError
from fer_core.training.data import TrainingData, balanced_subset, prepare_data, resize_faces
from fer_core.training.export_figures import agreement
from fer_core.training.model_folder import export_run
from fer_core.training.recipe import AugmentPart, NetworkPart, Recipe, load_recipe
from fer_core.training.run import STOP_FILE, RunFolder
from fer_core.training.trained import load_trained
from fer_core.training.trainer import train

QUIET: dict[str, Any] = {"report": lambda line: None}


@pytest.fixture(scope="module")
def prepared(tiny_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    from tests.training.conftest import RECIPE

    path = tmp_path_factory.mktemp("recipe") / "tiny.toml"
    path.write_text(RECIPE.format(epochs=6))
    recipe = load_recipe(path)
    data = prepare_data(recipe, load_dataset(tiny_csv))
    return recipe, data


@pytest.fixture(scope="module")
def finished(prepared: Any, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    recipe, data = prepared
    run = RunFolder.create(tmp_path_factory.mktemp("runs"), recipe.name)
    return train(recipe, data, run, **QUIET)


def test_it_learns(prepared: Any, tmp_path: Path) -> None:
    recipe, data = prepared
    recipe = recipe.model_copy(
        update={"network": NetworkPart(architecture="lenet"), "epochs": 10, "batch_size": 12}
    )
    part = recipe.optimizer.model_copy(update={"learning_rate": 3e-3})
    recipe = recipe.model_copy(update={"optimizer": part})
    rows = train(recipe, data, RunFolder.create(tmp_path, "tiny"), **QUIET).history()
    assert rows[-1]["loss"] < 0.3 * rows[0]["loss"]
    assert rows[-1]["accuracy"] > 0.9
    assert rows[-1]["val_accuracy"] > 0.8, "a bar's place was not learned"


def test_training_is_scored_as_validation_is(prepared: Any, tmp_path: Path) -> None:
    """On the same pictures the two losses and accuracies are one figure, whatever is minimised."""
    recipe, data = prepared
    part = recipe.optimizer.model_copy(update={"label_smoothing": 0.2})
    recipe = recipe.model_copy(update={"epochs": 2, "optimizer": part})
    own = data.targets["fer"].argmax(axis=1)
    same = replace(data, val_images=data.train_images, val_labels=own, val_majority=None)
    rows = train(recipe, same, RunFolder.create(tmp_path, "tiny"), **QUIET).history()
    assert [row["train_loss"] for row in rows] == [row["val_loss"] for row in rows]
    assert [row["train_accuracy"] for row in rows] == [row["val_accuracy"] for row in rows]


def test_it_writes_what_it_did(prepared: Any, finished: RunFolder) -> None:
    recipe, data = prepared
    rows = finished.history()
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[-1]["loss"] < rows[0]["loss"]
    assert rows[-1]["learning_rate"] < rows[0]["learning_rate"]
    status, config = finished.read_json("status.json"), finished.read_json("config.json")
    assert (status["state"], status["epoch"]) == ("finished", 6)
    assert Recipe.model_validate(config["recipe"]) == recipe
    assert config["data"]["sha256"] == data.description["sha256"]
    assert config["recipe"]["seed"] == 5
    assert {"keras", "tensorflow", "numpy", "python"} <= set(config["versions"])
    best = finished.load_arrays("best.npz")
    chosen = rows[int(best["epoch"]) - 1]["val_accuracy"]
    assert chosen == max(row["val_accuracy"] for row in rows)


@pytest.fixture
def heeds_ctrl_c() -> Iterator[None]:
    """A shell's background jobs ignore Ctrl-C, and so do these tests when they are one."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_ctrl_c_leaves_a_run_that_goes_on_the_same_way(
    prepared: Any, finished: RunFolder, tmp_path: Path
) -> None:
    recipe, data = prepared
    run = RunFolder.create(tmp_path, recipe.name)

    def interrupt(line: str) -> None:
        if line.startswith("epoch 2/"):
            signal.raise_signal(signal.SIGINT)

    train(recipe, data, run, report=interrupt)
    assert run.read_json("status.json")["state"] == "stopped"
    assert len(run.history()) == 2
    load_trained(run)
    train(recipe, data, run, resume=True, **QUIET)
    assert run.read_json("status.json")["state"] == "finished"
    # Without dropout and augmentation nothing is left to chance but the order of additions.
    for one, two in zip(finished.history(), run.history(), strict=True):
        assert one["epoch"] == two["epoch"]
        assert two["loss"] == pytest.approx(one["loss"], rel=0.02)
        assert two["learning_rate"] == pytest.approx(one["learning_rate"], rel=1e-4)
        assert two["val_loss"] == pytest.approx(one["val_loss"], rel=0.05)


def test_a_run_stopped_at_every_epoch_ends_with_the_weights_of_one_that_was_not(
    prepared: Any, tmp_path: Path
) -> None:
    recipe, data = prepared
    options = dict(recipe.network.options) | {"dropout": 0.3}
    recipe = recipe.model_copy(
        update={
            "epochs": 4,
            "network": NetworkPart(architecture="mien", options=options),
            # Everything that is drawn at random, and an average whose pace depends on the step.
            "augment": AugmentPart(flip=True, shift=0.1, noise=8, erase=0.5, mixup=0.3),
            "optimizer": recipe.optimizer.model_copy(update={"ema": 0.98}),
        }
    )
    whole = train(recipe, data, RunFolder.create(tmp_path, "whole"), **QUIET)
    pieces = RunFolder.create(tmp_path, "pieces")

    def wish(line: str) -> None:
        (pieces.path / STOP_FILE).touch()

    for epoch in range(1, 5):
        train(recipe, data, pieces, resume=epoch > 1, report=wish)
        assert len(pieces.history()) == epoch
        (pieces.path / STOP_FILE).unlink()
    for name in ("last.npz", "best.npz"):
        one, two = whole.load_arrays(name), pieces.load_arrays(name)
        assert one.keys() == two.keys()
        for key in one:
            np.testing.assert_allclose(two[key], one[key], atol=1e-5, rtol=1e-5, err_msg=key)


def test_a_failure_is_written_down(prepared: Any, tmp_path: Path) -> None:
    recipe, data = prepared
    run = RunFolder.create(tmp_path, recipe.name)

    def fail(line: str) -> None:
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError):
        train(recipe, data, run, report=fail)
    status = run.read_json("status.json")
    assert status["state"] == "failed"
    assert status["error"].startswith("It failed (RuntimeError: disk full)")


def test_a_wish_to_stop_ends_it_and_what_it_reached_stays(
    prepared: Any, finished: RunFolder, tmp_path: Path
) -> None:
    recipe, data = prepared
    run = RunFolder.create(tmp_path, recipe.name)

    def wish(line: str) -> None:
        if line.startswith("epoch 2/"):
            (run.path / STOP_FILE).touch()

    train(recipe, data, run, report=wish)
    assert run.read_json("status.json")["state"] == "stopped"
    assert len(run.history()) == 2
    confusion = run.read_json("confusion.json")
    assert confusion["labels"] == list(recipe.data.labels)
    assert confusion["last"]["epoch"] == 2
    right = sum(confusion["last"]["counts"][i][i] for i in range(7)) / len(data.val_labels)
    assert right == pytest.approx(run.history()[-1]["val_accuracy"], abs=1e-6)


def test_export_is_complete_and_serves_what_was_trained(
    prepared: Any, finished: RunFolder, tmp_path: Path
) -> None:
    _, data = prepared
    out = tmp_path / "models" / "tiny"
    spec = export_run(finished, data, out, name="tiny")
    assert sorted(path.name for path in out.iterdir()) == [
        "README.md",
        "history.csv",
        "metrics.json",
        "model.keras",
        "model.tflite",
        "model_int8.tflite",
        "spec.json",
    ]
    assert [path.name for path in out.parent.iterdir()] == ["tiny"], "a temporary folder is left"
    for file in spec.files.values():
        content = (out / file.file).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file.sha256
        assert len(content) == file.bytes

    metrics = json.loads((out / "metrics.json").read_text())["export"]
    agree = metrics["agreement"]
    assert 0.8 <= agree["top1"] <= 1
    assert agree["top1_where_sure"] >= agree["top1"] - 1e-9 or agree["sure_share"] < 1
    assert 0 <= agree["largest_difference"] < 0.5
    assert all(0 < ms < 1000 for ms in metrics["latency_ms"].values())
    assert all(t["fer"] > 0 for t in metrics["temperatures"].values())

    network = keras.models.load_model(out / "model.keras", compile=False)
    assert getattr(network, "optimizer", None) is None
    from fer_core.classification.preprocess import normalize

    logits = np.asarray(network(normalize(data.val_images, "image"))["fer"])
    float_file, int8_file = load_classifier(out, "float"), load_classifier(out)
    np.testing.assert_allclose(
        float_file.predict_logits(data.val_images)["fer"], logits, atol=1e-3, rtol=1e-3
    )
    for variant, classifier in (("float", float_file), ("int8", int8_file)):
        probs = classifier.predict_proba(data.val_images)
        np.testing.assert_allclose(probs.sum(1), 1, atol=1e-5)
        accuracy = float((probs.argmax(1) == data.val_labels).mean())
        assert accuracy == pytest.approx(metrics["validation"][variant]["accuracy"])

    again = export_run(finished, data, out, name="tiny", keep_float=False)
    assert set(again.files) == {"int8"}
    assert not (out / "model.tflite").exists()
    (out / "model_int8.tflite").write_bytes(b"other")
    with pytest.raises(ModelError, match="not the one its spec"):
        load_classifier(out)


def test_a_run_without_an_epoch_cannot_be_exported(prepared: Any, tmp_path: Path) -> None:
    _, data = prepared
    with pytest.raises(InputError, match="no finished epoch"):
        export_run(RunFolder.create(tmp_path, "tiny"), data, tmp_path / "out", name="tiny")


@pytest.mark.parametrize("monitor", ["last", "loss"])
def test_what_decides_the_kept_epoch(prepared: Any, tmp_path: Path, monitor: str) -> None:
    recipe, data = prepared
    recipe = recipe.model_copy(update={"monitor": monitor, "epochs": 2})
    run = train(recipe, data, RunFolder.create(tmp_path, "tiny"), **QUIET)
    rows = run.history()
    kept = int(run.load_arrays("best.npz")["epoch"])
    wanted = 2 if monitor == "last" else 1 + int(np.argmin([row["val_loss"] for row in rows]))
    assert kept == wanted


def test_one_image_is_not_a_set(prepared: Any, tmp_path: Path) -> None:
    recipe, data = prepared
    few = TrainingData(
        data.train_images[:1],
        {"fer": data.targets["fer"][:1]},
        data.weights[:1],
        data.val_images,
        data.val_labels,
        None,
        {},
    )
    with pytest.raises(ConfigError, match="at least 2 images"):
        train(recipe, few, RunFolder.create(tmp_path, "tiny"), **QUIET)


@pytest.mark.parametrize(
    ("a", "b", "top1", "sure", "largest"),
    [
        ([[0.9, 0.1], [0.2, 0.8]], [[0.8, 0.2], [0.3, 0.7]], 1.0, 1.0, 0.1),
        ([[0.51, 0.49], [0.2, 0.8]], [[0.49, 0.51], [0.2, 0.8]], 0.5, 1.0, 0.02),
        ([[0.9, 0.1], [0.2, 0.8]], [[0.1, 0.9], [0.2, 0.8]], 0.5, 0.5, 0.8),
    ],
)
def test_agreement_of_two_predictions(
    a: list[list[float]], b: list[list[float]], top1: float, sure: float, largest: float
) -> None:
    found = agreement(np.array(a, np.float32), np.array(b, np.float32))
    assert found["top1"] == pytest.approx(top1)
    assert found["top1_where_sure"] == pytest.approx(sure)
    assert found["largest_difference"] == pytest.approx(largest, abs=1e-6)


def test_a_subset_is_balanced_and_drawn_by_seed() -> None:
    labels = np.repeat(np.arange(5), [40, 30, 20, 60, 25])
    rows = balanced_subset(labels, 100, seed=3)
    assert np.bincount(labels[rows]).tolist() == [20] * 5
    assert len(set(rows.tolist())) == 100
    np.testing.assert_array_equal(rows, balanced_subset(labels, 100, seed=3))
    assert set(rows.tolist()) != set(balanced_subset(labels, 100, seed=4).tolist())
    with pytest.raises(ConfigError, match="needs 21 images of each class"):
        balanced_subset(labels, 105, seed=3)


def test_faces_keep_their_brightness_when_resized() -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 48, 48), np.uint8)
    small = resize_faces(images, 32)
    assert small.shape == (3, 32, 32)
    np.testing.assert_allclose(small.mean((1, 2)), images.mean((1, 2)), atol=1.5)
    assert resize_faces(images, 48) is images
