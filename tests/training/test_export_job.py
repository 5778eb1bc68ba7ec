"""What an export compares, and what its figures are called."""

import numpy as np
import pytest

from fer_core.datasets import PRIVATE_TEST, PUBLIC_TEST, TRAIN, FaceSet
from fer_core.datasets.names import undivided_name
from fer_core.datasets.splits import split_frames
from fer_core.training.export_job import named_by_division, unseen_rows


def made_set() -> FaceSet:
    rng = np.random.default_rng(3)
    n = 100
    splits = np.array([TRAIN] * 80 + [PUBLIC_TEST] * 10 + [PRIVATE_TEST] * 10)
    return FaceSet(
        name="fer2013",
        source="made",
        label_names=("happy", "sad"),
        images=rng.integers(0, 255, (n, 48, 48), np.uint8),
        labels=np.arange(n) % 2,
        splits=splits,
        ids=np.arange(n),
    )


def test_faces_that_the_live_model_trained_on_are_no_test_of_it() -> None:
    own = made_set()
    divided = split_frames(own, seed=1)
    part = divided.split(PUBLIC_TEST)
    unseen = unseen_rows(part, own, own.data_hash())
    assert set(part.ids[~unseen]) == set(part.ids) & set(range(80))
    assert 0 < unseen.sum() < len(part)
    assert unseen_rows(own.split(PUBLIC_TEST), own, own.data_hash()).all()
    assert unseen_rows(part, own, "of another set").all()


@pytest.mark.parametrize(
    ("split", "name"), [("frames", "fer2013-frames"), ("official", "fer2013-divided")]
)
def test_figures_of_another_division_are_called_so(split: str, name: str) -> None:
    own = made_set()
    named = named_by_division(split_frames(own, seed=1), own, split)
    assert named.name == name
    assert undivided_name(named.name) == "fer2013"
    assert named_by_division(own, own, "official").name == "fer2013"


@pytest.mark.parametrize("name", ["fer2013", "my-set", "-frames", "my-set-0f116438"])
def test_other_names_stay(name: str) -> None:
    assert undivided_name(name) == name
