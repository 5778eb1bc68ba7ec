"""Distillation: what trained networks say of the training images becomes part of the targets."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core.classification.classifier import softmax
from fer_core.datasets.resize import resize_faces
from fer_core.errors import ConfigError, InputError
from fer_core.training.data import TrainingData
from fer_core.training.model import TrainingModel
from fer_core.training.recipe import Recipe
from fer_core.training.run import RunFolder
from fer_core.training.trained import load_trained

#: Beside the runs: what teachers said, so that none is asked the same twice.
TEACHING_DIR = "teaching"


def probabilities_of(
    teacher: RunFolder, images: NDArray[np.uint8], keep: Path | None = None
) -> tuple[Recipe, dict[str, NDArray[np.float32]]]:
    """A run's recipe and its probabilities, (N, classes) by output, averaged with the mirrored
    images'.

    Args:
        keep: folder where the answers are kept, by the hash of the weights and of the images.
    """
    from fer_core.training.keeper import predict_logits

    weights = teacher.path / "best.npz"
    kept = None
    if keep is not None and weights.is_file():
        digest = hashlib.sha256(weights.read_bytes())
        digest.update(repr(images.shape).encode() + np.ascontiguousarray(images).tobytes())
        kept = RunFolder(keep), f"{teacher.path.name}-{digest.hexdigest()[:16]}.npz"
        if (keep / kept[1]).is_file():
            recipe = Recipe.model_validate(teacher.read_config()["recipe"])
            return recipe, kept[0].load_arrays(kept[1])
    recipe, network = load_trained(teacher)
    model = TrainingModel(network, recipe)
    images = resize_faces(images, recipe.data.size)
    views = [predict_logits(model, view) for view in (images, images[:, :, ::-1])]
    keras.backend.clear_session()
    names = views[0]
    answers = {
        name: np.asarray((softmax(views[0][name]) + softmax(views[1][name])) / 2, np.float32)
        for name in names
    }
    if kept is not None:
        kept[0].path.mkdir(parents=True, exist_ok=True)
        kept[0].save_arrays(kept[1], dict(answers))
    return recipe, answers


def check_teachers(recipe: Recipe, teachers: Sequence[RunFolder]) -> None:
    """A share for teachers and the teachers themselves go together.

    Raises:
        ConfigError: the recipe wants teachers and there are none, or the other way round.
    """
    share = recipe.optimizer.teacher_share
    if bool(teachers) != bool(share):
        raise ConfigError(
            f"The recipe {recipe.name} has optimizer.teacher_share = {share} and "
            f"{len(teachers)} teachers were given. Give runs with --teacher if, and only if, the "
            "share is above 0."
        )


def check_classes(
    teacher: RunFolder, known: Recipe, outputs: set[str], recipe: Recipe, wanted: set[str]
) -> None:
    """A teacher knows what its student learns.

    Raises:
        InputError: it has other classes, or lacks an output.
    """
    if known.data.labels != recipe.data.labels or not wanted <= outputs:
        raise InputError(
            f"The teacher {teacher.path} has other classes or outputs than the recipe "
            f"{recipe.name}. Give a run of the same labels."
        )


def with_teachers(
    data: TrainingData,
    recipe: Recipe,
    teachers: Sequence[RunFolder],
    keep: Path | None = None,
) -> TrainingData:
    """Training data whose targets are, to the share ``optimizer.teacher_share``, the teachers'.

    The mean of the teachers' probabilities at temperature 1 (Hinton et al. 2015, arXiv
    1503.02531; with a teacher of the same architecture: Furlanello et al. 2018, arXiv
    1805.04770). A row without a target for an output stays without one. ``keep``: as in
    ``probabilities_of``.

    Raises:
        ConfigError: the recipe wants teachers and there are none, or the other way round.
        InputError: a teacher is no run, or reads other classes.
    """
    check_teachers(recipe, teachers)
    if not teachers:
        return data
    share = recipe.optimizer.teacher_share
    sums = {name: np.zeros_like(target) for name, target in data.targets.items()}
    for teacher in teachers:
        known, outputs = probabilities_of(teacher, data.train_images, keep)
        check_classes(teacher, known, set(outputs), recipe, set(sums))
        for name in sums:
            sums[name] += outputs[name] / len(teachers)
    targets = {
        name: np.where(
            target.any(axis=1, keepdims=True), (1 - share) * target + share * sums[name], 0
        ).astype(np.float32)
        for name, target in data.targets.items()
    }
    return replace(data, targets=targets)
