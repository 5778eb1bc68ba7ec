"""What a recipe takes of a set: classes, subset, split."""

import numpy as np
import pytest

from fer_core.datasets import PRIVATE_TEST, PUBLIC_TEST, TRAIN, FaceSet
from fer_core.errors import ConfigError
from fer_core.labels import EMOTIONS
from fer_core.training.data import chosen_faces, prepare_data, training_arrays
from fer_core.training.recipe import DataPart, NetworkPart, Recipe

FIVE = ("angry", "happy", "neutral", "sad", "surprise")


def make_set(each: int = 30, participants: int = 0) -> FaceSet:
    """``each`` training and 4 + 4 test rows of each emotion; every image is one of its kind."""
    one = [TRAIN] * each + [PUBLIC_TEST] * 4 + [PRIVATE_TEST] * 4
    n = len(one) * len(EMOTIONS)
    images = np.zeros((n, 48, 48), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.arange(n) % 256, np.arange(n) // 256
    who = np.array([f"p{i % max(1, participants)}" for i in range(n)])
    return FaceSet(
        name="made",
        labels=np.repeat(np.arange(7), len(one)),
        label_names=EMOTIONS,
        splits=np.array([TRAIN] * n if participants else one * len(EMOTIONS)),
        ids=np.arange(n),
        images=images,
        participants=who if participants else None,
    )


def recipe(**data: object) -> Recipe:
    return Recipe(
        name="r",
        about="",
        epochs=1,
        network=NetworkPart(architecture="lenet"),
        data=DataPart(**data),
    )


def numbers(images: np.ndarray) -> set[int]:
    return set((images[:, 0, 0].astype(int) + 256 * images[:, 0, 1].astype(int)).tolist())


def test_official_splits_pass_through() -> None:
    data = prepare_data(recipe(), make_set())
    assert (len(data.train_images), len(data.val_images)) == (210, 28)
    np.testing.assert_array_equal(data.targets["fer"].argmax(1), np.repeat(np.arange(7), 30))
    assert data.description["counts"] == {TRAIN: 210, PUBLIC_TEST: 28, PRIVATE_TEST: 28}
    assert data.description["leaky"] is False


def test_five_classes_balanced_from_train_only_at_another_size() -> None:
    faces = make_set()
    wanted = recipe(labels=FIVE, size=32, split="stratified", subset=100)
    chosen = chosen_faces(faces, wanted)
    assert chosen.split_counts() == {TRAIN: 80, PUBLIC_TEST: 10, PRIVATE_TEST: 10}
    assert numbers(chosen.faces()) <= numbers(faces.split(TRAIN).faces())
    for name, each in ((TRAIN, 16), (PUBLIC_TEST, 2), (PRIVATE_TEST, 2)):
        labels = chosen.split(name).labels_in(FIVE)
        assert np.bincount(labels, minlength=5).tolist() == [each] * 5
    data = prepare_data(wanted, faces)
    assert data.train_images.shape == (80, 32, 32)
    assert data.targets["fer"].shape == (80, 5)
    np.testing.assert_array_equal(data.val_labels, chosen.split(PUBLIC_TEST).labels_in(FIVE))


def test_the_seed_draws_subset_and_split() -> None:
    wanted = recipe(labels=FIVE, split="stratified", subset=100)
    one = chosen_faces(make_set(), wanted)
    same = chosen_faces(make_set(), wanted)
    other = chosen_faces(make_set(), wanted.model_copy(update={"seed": 9}))
    assert one.data_hash() == same.data_hash()
    assert numbers(one.faces()) != numbers(other.faces())


def test_by_participant_and_by_frame() -> None:
    faces = make_set(participants=10)
    honest = chosen_faces(faces, recipe(split="participant"))
    sides = [set(honest.split(s).participants.tolist()) for s in (TRAIN, PUBLIC_TEST, PRIVATE_TEST)]
    assert len(set.union(*sides)) == sum(len(side) for side in sides)
    leaky = prepare_data(recipe(split="frames"), faces)
    assert leaky.description["leaky"] is True


def test_without_a_validation_split_one_is_made() -> None:
    people = chosen_faces(make_set(participants=10), recipe())
    assert people.split_note == "by participant 8:1:1, seed 0"
    faces = make_set()
    own = faces.take(faces.splits != PUBLIC_TEST)
    data = prepare_data(recipe(), own)
    assert data.description["counts"] == {TRAIN: 189, PUBLIC_TEST: 21, PRIVATE_TEST: 28}
    assert "validation is a ninth of train" in data.description["split"]
    test_only = faces.take(faces.splits == PUBLIC_TEST)
    with pytest.raises(ConfigError, match="Training needs the splits"):
        training_arrays(recipe(), test_only)
