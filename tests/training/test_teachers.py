"""Distillation: targets become, to a share, what trained networks say."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fer_core.datasets import load_dataset
from fer_core.errors import ConfigError, InputError
from fer_core.training.data import prepare_data
from fer_core.training.recipe import Recipe, load_recipe
from fer_core.training.run import RunFolder
from fer_core.training.teachers import probabilities_of, with_teachers
from fer_core.training.trainer import train
from tests.training.conftest import RECIPE


def with_share(recipe: Recipe, share: float) -> Recipe:
    part = recipe.optimizer.model_copy(update={"teacher_share": share})
    return recipe.model_copy(update={"optimizer": part})


@pytest.fixture(scope="module")
def taught(tiny_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("recipe") / "tiny.toml"
    path.write_text(RECIPE.format(epochs=1))
    recipe = load_recipe(path)
    data = prepare_data(recipe, load_dataset(tiny_csv))
    run = RunFolder.create(tmp_path_factory.mktemp("runs"), recipe.name)
    return recipe, data, train(recipe, data, run, report=lambda line: None)


def test_targets_are_blended(taught: Any) -> None:
    recipe, data, teacher = taught
    blended = with_teachers(data, with_share(recipe, 0.25), [teacher]).targets["fer"]
    known = probabilities_of(teacher, data.train_images)[1]["fer"]
    np.testing.assert_allclose(blended, 0.75 * data.targets["fer"] + 0.25 * known, atol=1e-6)
    np.testing.assert_allclose(blended.sum(axis=1), 1, atol=1e-5)


def test_two_teachers_count_alike_and_mirrored_images_too(taught: Any) -> None:
    recipe, data, teacher = taught
    one, two = (
        with_teachers(data, with_share(recipe, 1.0), runs).targets["fer"]
        for runs in ([teacher], [teacher, teacher])
    )
    np.testing.assert_allclose(one, two, atol=1e-6)
    mirrored = probabilities_of(teacher, data.train_images[:, :, ::-1])[1]["fer"]
    np.testing.assert_allclose(one, mirrored, atol=1e-5)


def test_a_row_without_target_stays_without(taught: Any) -> None:
    recipe, data, teacher = taught
    data.targets["fer"][3] = 0
    blended = with_teachers(data, with_share(recipe, 0.5), [teacher]).targets["fer"]
    assert not blended[3].any()
    assert blended[4].sum() == pytest.approx(1)


@pytest.mark.parametrize(("share", "count"), [(0.0, 1), (0.5, 0)])
def test_share_and_teachers_go_together(taught: Any, share: float, count: int) -> None:
    recipe, data, teacher = taught
    with pytest.raises(ConfigError, match="--teacher"):
        with_teachers(data, with_share(recipe, share), [teacher] * count)


def test_a_teacher_of_other_classes_is_refused(taught: Any) -> None:
    recipe, data, teacher = taught
    part = recipe.data.model_copy(update={"labels": recipe.data.labels[::-1]})
    other = with_share(recipe, 0.5).model_copy(update={"data": part})
    with pytest.raises(InputError, match="other classes"):
        with_teachers(data, other, [teacher])


def test_what_a_student_owes_to_a_network_with_weights_is_kept(taught: Any) -> None:
    """Through every run of the line, and into what an export says of itself."""
    recipe, data, teacher = taught
    assert "knows_faces" not in teacher.read_config()["data"]
    config = teacher.read_config()
    knowing = RunFolder.create(teacher.path.parent, "knowing")
    (knowing.path / "best.npz").write_bytes((teacher.path / "best.npz").read_bytes())
    network = {"architecture": "dlib_face", "weights": "faces.h5", "weights_sha256": "0" * 64}
    knowing.write_json("config.json", config | {"recipe": config["recipe"] | {"network": network}})
    first = RunFolder.create(teacher.path.parent, "first")
    train(recipe, data, first, start=knowing, report=lambda line: None)
    assert first.read_config()["data"]["knows_faces"] == ["dlib_face"]
    second = RunFolder.create(teacher.path.parent, "second")
    train(recipe, data, second, start=first, report=lambda line: None)
    assert second.read_config()["data"]["knows_faces"] == ["dlib_face"]
