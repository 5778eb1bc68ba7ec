"""The patient student: teachers answer about the views that it sees."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from fer_core.datasets import load_dataset
from fer_core.errors import ConfigError, InputError
from fer_core.training import teachers as teachers_module
from fer_core.training.augmentation import normalize
from fer_core.training.data import prepare_data
from fer_core.training.patient import PatientModel, Teaching
from fer_core.training.recipe import AugmentPart, DataPart, NetworkPart, Recipe, load_recipe
from fer_core.training.run import RunFolder
from fer_core.training.teachers import probabilities_of, with_teachers
from fer_core.training.trained import load_trained, network_for
from fer_core.training.trainer import train
from tests.training.conftest import RECIPE


def student_of(recipe: Recipe, **values: Any) -> Recipe:
    part = {"teacher_share": 1.0, "teacher_views": "same"} | values
    return recipe.model_copy(update={"optimizer": recipe.optimizer.model_copy(update=part)})


def softmax(logits: Any) -> Any:
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def taught(tiny_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A recipe, its data, and a run of it at 32 pixels, where the recipe has 48."""
    path = tmp_path_factory.mktemp("recipe") / "tiny.toml"
    path.write_text(RECIPE.format(epochs=10))
    recipe = load_recipe(path, batch_size=12)
    recipe = recipe.model_copy(
        update={
            "network": NetworkPart(architecture="lenet"),
            "optimizer": recipe.optimizer.model_copy(update={"learning_rate": 3e-3}),
        }
    )
    small = recipe.model_copy(update={"data": DataPart(size=32)})
    faces = load_dataset(tiny_csv)
    run = RunFolder.create(tmp_path_factory.mktemp("runs"), "teacher")
    train(small, prepare_data(small, faces), run, report=lambda line: None)
    return recipe, prepare_data(recipe, faces), run


def test_teachers_see_the_very_view_of_the_student(taught: Any) -> None:
    recipe, data, _ = taught
    recipe = student_of(recipe).model_copy(
        update={"augment": AugmentPart(flip=True, shift=0.2, noise=30, erase=1.0)}
    )
    seen: dict[str, Any] = {}

    def network(x: Any, training: Any) -> Any:
        seen["student"] = np.asarray(x)
        return {"fer": keras.ops.zeros((len(x), 7))}

    def answers(views: Any) -> Any:
        seen["teachers"] = np.asarray(views)
        return {"fer": keras.ops.ones((len(views), 7)) / 7}

    model = PatientModel(
        network,
        recipe,
        SimpleNamespace(answers=answers),  # type: ignore[arg-type]
    )
    images = data.train_images[:8, ..., None].astype("float32")
    assert set(model(images, training=True)) == {"fer", "teachers_fer"}
    assert np.abs(seen["teachers"] - images).max() > 50, "the view was not changed"
    np.testing.assert_allclose(
        seen["student"], normalize(seen["teachers"], recipe.data.normalize), atol=1e-4
    )
    assert set(model(images, training=False)) == {"fer"}


@pytest.mark.parametrize(("share", "temperature"), [(1.0, 1.0), (0.6, 3.0)])
def test_the_loss_is_the_formula(taught: Any, share: float, temperature: float) -> None:
    recipe, data, run = taught
    recipe = student_of(recipe, teacher_share=share, temperature=temperature, label_smoothing=0.0)
    model = PatientModel(network_for(recipe, fast=True), recipe, Teaching(recipe, [run, run]))
    images = data.train_images[:8, ..., None].astype("float32")
    weights = np.linspace(0.5, 1.5, 8, dtype=np.float32)
    outputs = {key: np.asarray(value) for key, value in model(images, training=True).items()}
    _, teacher = load_trained(run)
    small = keras.ops.image.resize(images, (32, 32), interpolation="bilinear", antialias=True)
    known = softmax(np.asarray(teacher(normalize(small, "image"))["fer"]) / temperature)
    np.testing.assert_allclose(outputs["teachers_fer"], known, atol=1e-4)

    hard = -(data.targets["fer"][:8] * np.log(softmax(outputs["fer"]))).sum(1)
    soft = -(known * np.log(softmax(outputs["fer"] / temperature))).sum(1)
    expected = ((1 - share) * hard + share * temperature**2 * soft) * weights
    loss = model.compute_loss(
        y={"fer": data.targets["fer"][:8]}, y_pred=outputs, sample_weight=weights
    )
    assert float(loss) == pytest.approx(expected.mean(), rel=1e-3)


def test_a_student_without_labels_learns_what_its_teacher_says(taught: Any, tmp_path: Path) -> None:
    recipe, data, teacher = taught
    recipe = student_of(recipe)
    nonsense = np.tile(np.eye(7, dtype=np.float32)[0], (len(data.train_images), 1))
    data = replace(data, targets={"fer": nonsense})
    run = train(
        recipe,
        data,
        RunFolder.create(tmp_path, "student"),
        teachers=[teacher],
        report=lambda line: None,
    )
    said = [
        probabilities_of(folder, data.train_images)[1]["fer"].argmax(1) for folder in (teacher, run)
    ]
    assert len(np.unique(said[0])) > 3
    assert (said[0] == said[1]).mean() > 0.8
    assert {"w0000", "o0000"} <= set(run.load_arrays("last.npz"))
    weights = [key for key in run.load_arrays("last.npz") if key.startswith("w")]
    assert len(weights) == len(network_for(recipe, fast=True).weights), "the teacher is not kept"


def test_a_teacher_is_asked_once_about_the_same_images(
    taught: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, data, run = taught
    fixed = student_of(recipe, teacher_views="fixed")
    first = with_teachers(data, fixed, [run], keep=tmp_path)
    (kept,) = tmp_path.iterdir()
    assert kept.name.startswith(run.path.name)

    def refuse(*args: Any) -> Any:
        raise AssertionError("asked again")

    monkeypatch.setattr(teachers_module, "load_trained", refuse)
    again = with_teachers(data, fixed, [run], keep=tmp_path)
    np.testing.assert_array_equal(again.targets["fer"], first.targets["fer"])
    with pytest.raises(AssertionError, match="asked again"):
        probabilities_of(run, data.train_images[1:], tmp_path)


def test_a_teacher_of_other_classes_is_refused(taught: Any) -> None:
    recipe, _, run = taught
    other = student_of(recipe).model_copy(
        update={"data": DataPart(labels=recipe.data.labels[::-1])}
    )
    with pytest.raises(InputError, match="other classes"):
        Teaching(other, [run])
    with pytest.raises(InputError, match="outputs"):
        Teaching(student_of(recipe, ferplus_weight=0.5), [run])


def test_a_run_goes_on_without_the_file_of_weights(tmp_path: Path) -> None:
    part = NetworkPart(
        architecture="dlib_face", weights=tmp_path / "gone.h5", weights_sha256="0" * 64
    )
    recipe = load_recipe("dlib_face").model_copy(update={"network": part})
    with pytest.raises(ConfigError, match="existing"):
        network_for(recipe, fast=False)
    assert network_for(recipe, fast=False, start=False).count_params() > 5_000_000
