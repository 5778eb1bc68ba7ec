"""From a data set and a recipe to arrays to train on."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets import PRIVATE_TEST, PUBLIC_TEST, TRAIN, FaceSet
from fer_core.datasets.ferplus import majority
from fer_core.datasets.resize import resize_faces
from fer_core.datasets.splits import (
    split_by_participant,
    split_for_training,
    split_frames,
    split_stratified,
)
from fer_core.errors import ConfigError
from fer_core.training.batches import class_weights, one_hot
from fer_core.training.recipe import Recipe
from fer_core.types import ImageArray, IntArray

#: What is known of the rights of FER-2013's pictures.
FER2013_LICENCE = "FER-2013: rights of the pictures unclear; not kept"


@dataclass(frozen=True, eq=False)
class TrainingData:
    """What training reads.

    Attributes:
        train_images: (N, size, size) uint8.
        targets: ``fer`` (N, classes) and, by recipe, ``ferplus`` (N, 8), float32; a row of zeros
            has no target for that output.
        weights: (N,) float32, mean 1.
        val_images, val_labels: (M, size, size) uint8, (M,) int64.
        val_majority: (M,) int64 FER+ majority of the validation images, -1 where there is none;
            looked at, never trained on.
        description: source, hash, split and counts, for ``config.json``.
    """

    train_images: ImageArray
    targets: dict[str, NDArray[np.float32]]
    weights: NDArray[np.float32]
    val_images: ImageArray
    val_labels: IntArray
    val_majority: IntArray | None
    description: dict[str, Any]


def balanced_subset(labels: IntArray, total: int, seed: int) -> IntArray:
    """Rows of a subset with equally many of each class, ``total`` in all, in random order.

    Raises:
        ConfigError: a class has too few rows.
    """
    classes = np.unique(labels)
    each = total // len(classes)
    rng = np.random.default_rng(seed)
    rows = []
    for label in classes:
        have = np.flatnonzero(labels == label)
        if len(have) < each:
            raise ConfigError(
                f"A subset of {total} needs {each} images of each class. "
                f"Received: {len(have)} of class {label}."
            )
        rows.append(rng.choice(have, each, replace=False))
    return np.asarray(rng.permutation(np.concatenate(rows)), np.int64)


def chosen_faces(faces: FaceSet, recipe: Recipe) -> FaceSet:
    """The rows a recipe wants, divided as it says: classes, subset, split."""
    part = recipe.data
    faces = faces.take(faces.labels_in(part.labels) >= 0)
    # A class that is not wanted must not count as one that lacks images.
    kept = tuple(name for name in faces.label_names if name in part.labels)
    faces = replace(faces, labels=faces.labels_in(kept), label_names=kept)
    if part.subset is not None:
        # Drawn from the training split where there is one: test rows stay unseen.
        in_train = faces.splits == TRAIN
        pool = faces.take(in_train) if in_train.any() else faces
        faces = pool.take(balanced_subset(pool.labels, part.subset, recipe.seed))
    if part.split == "stratified":
        return split_stratified(faces, seed=recipe.seed)
    if part.split == "participant":
        return split_by_participant(faces, seed=recipe.seed)
    if part.split == "frames":
        return split_frames(faces, seed=recipe.seed)
    return split_for_training(faces, seed=recipe.seed)


def validation_split(faces: FaceSet) -> str:
    """The split that choices are made on.

    Raises:
        ConfigError: the set has none.
    """
    names = faces.split_counts()
    if TRAIN in names and PUBLIC_TEST in names:
        return PUBLIC_TEST
    raise ConfigError(
        f"Training needs the splits {TRAIN!r} and {PUBLIC_TEST!r}. "
        f"Received: {', '.join(names) or 'an empty set'}. "
        "Choose data.split = 'stratified' or 'participant' in the recipe."
    )


def prepare_data(recipe: Recipe, faces: FaceSet) -> TrainingData:
    """Arrays for training a recipe on a data set, divided as the recipe says.

    Raises:
        ConfigError: a split or the images of a class are missing.
        DataError: the recipe wants FER+ votes and the set has none.
    """
    return training_arrays(recipe, chosen_faces(faces, recipe))


def training_arrays(recipe: Recipe, faces: FaceSet) -> TrainingData:
    """As ``prepare_data``, for rows that are chosen and divided already."""
    val = faces.split(validation_split(faces))
    train = faces.split(TRAIN)
    classes = len(recipe.data.labels)
    labels = train.labels_in(recipe.data.labels)
    targets = {"fer": one_hot(labels, classes)}
    if recipe.optimizer.ferplus_weight:
        targets["ferplus"] = np.nan_to_num(train.votes8, nan=0.0)
    size = recipe.data.size
    return TrainingData(
        train_images=resize_faces(train.faces(), size),
        targets=targets,
        weights=class_weights(labels, classes, recipe.optimizer.class_weight),
        val_images=resize_faces(val.faces(), size),
        val_labels=val.labels_in(recipe.data.labels),
        val_majority=majority(val.votes) if val.votes is not None else None,
        description={
            "name": faces.name,
            "source": faces.source,
            "sha256": faces.data_hash(),
            "split": faces.split_note,
            "leaky": faces.leaky,
            "licence": FER2013_LICENCE
            if faces.has_fer_labels
            else faces.rights or f"that of the pictures of {faces.name}, none of which is kept",
            "counts": dict(faces.split_counts()),
            "has_private_test": PRIVATE_TEST in faces.split_counts(),
        },
    )
