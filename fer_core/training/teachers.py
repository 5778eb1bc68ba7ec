"""Distillation: what trained networks say of the training images becomes part of the targets."""

from collections.abc import Sequence
from dataclasses import replace

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ConfigError, InputError
from fer_core.training.data import TrainingData
from fer_core.training.model import TrainingModel, set_weights
from fer_core.training.recipe import Recipe
from fer_core.training.run import RunFolder, unpack


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), np.float32)


def probabilities_of(
    teacher: RunFolder, images: NDArray[np.uint8]
) -> tuple[Recipe, dict[str, NDArray[np.float32]]]:
    """A run's recipe and its probabilities, (N, classes) by output, averaged with the mirrored
    images'."""
    from fer_core.training.keeper import predict_logits
    from fer_core.training.trainer import network_for

    recipe = Recipe.model_validate(teacher.read_config()["recipe"])
    network = network_for(recipe, fast=False)
    set_weights(network, unpack("w", teacher.load_arrays("best.npz")))
    model = TrainingModel(network, recipe)
    views = [predict_logits(model, view) for view in (images, images[:, :, ::-1])]
    keras.backend.clear_session()
    names = views[0]
    return recipe, {
        name: np.asarray((_softmax(views[0][name]) + _softmax(views[1][name])) / 2, np.float32)
        for name in names
    }


def with_teachers(
    data: TrainingData, recipe: Recipe, teachers: Sequence[RunFolder]
) -> TrainingData:
    """Training data whose targets are, to the share ``optimizer.teacher_share``, the teachers'.

    The mean of the teachers' probabilities at temperature 1 (Hinton et al. 2015, arXiv
    1503.02531; with a teacher of the same architecture: Furlanello et al. 2018, arXiv
    1805.04770). A row without a target for an output stays without one.

    Raises:
        ConfigError: the recipe wants teachers and there are none, or the other way round.
        InputError: a teacher is no run, or reads other classes or another size of image.
    """
    share = recipe.optimizer.teacher_share
    if bool(teachers) != bool(share):
        raise ConfigError(
            f"The recipe {recipe.name} has optimizer.teacher_share = {share} and "
            f"{len(teachers)} teachers were given. Give runs with --teacher if, and only if, the "
            "share is above 0."
        )
    if not teachers:
        return data
    sums = {name: np.zeros_like(target) for name, target in data.targets.items()}
    for teacher in teachers:
        known, outputs = probabilities_of(teacher, data.train_images)
        if known.data.labels != recipe.data.labels or not sums.keys() <= outputs.keys():
            raise InputError(
                f"The teacher {teacher.path} has other classes or outputs than the recipe "
                f"{recipe.name}. Give a run of the same labels."
            )
        for name in sums:
            sums[name] += outputs[name] / len(teachers)
    targets = {
        name: np.where(
            target.any(axis=1, keepdims=True), (1 - share) * target + share * sums[name], 0
        ).astype(np.float32)
        for name, target in data.targets.items()
    }
    return replace(data, targets=targets)
