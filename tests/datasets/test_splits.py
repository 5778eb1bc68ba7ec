"""Splits: shares, seeds, and nobody on both sides."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.datasets import FaceSet
from fer_core.datasets.splits import (
    check_participants,
    folds_by_participant,
    leave_one_out,
    split_by_participant,
    split_for_training,
    split_frames,
    split_stratified,
)
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS

SPLITS = ("train", "public_test", "private_test")


def make(labels: list[int], people: list[int] | None = None) -> FaceSet:
    n = len(labels)
    return FaceSet(
        name="made",
        labels=np.asarray(labels, np.int64),
        label_names=EMOTIONS[: max(labels) + 1],
        splits=np.full(n, "all"),
        ids=np.arange(n),
        images=np.zeros((n, 48, 48), np.uint8),
        participants=None if people is None else np.asarray([f"p{i}" for i in people]),
        source="made.csv",
    )


@given(st.lists(st.integers(3, 60), min_size=1, max_size=7), st.integers(0, 1000))
def test_stratified_shares(counts, seed):
    labels = [i for i, n in enumerate(counts) for _ in range(n)]
    faces = split_stratified(make(labels), seed=seed)
    for label, n in enumerate(counts):
        got = [int(((faces.splits == s) & (faces.labels == label)).sum()) for s in SPLITS]
        tenth = max(1, round(n / 10))
        assert got == [n - 2 * tenth, tenth, tenth]


def test_the_published_sizes():
    faces = split_stratified(make([i for i in range(5) for _ in range(510)]), seed=1)
    assert [faces.split_counts()[s] for s in SPLITS] == [2040, 255, 255]


def test_seed_decides():
    faces = make([0] * 50 + [1] * 50)
    one, same, other = (split_stratified(faces, seed=s).splits for s in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


@given(st.integers(3, 30), st.integers(0, 100))
def test_by_participant(people, seed):
    rows = np.random.default_rng(seed).integers(0, people, 200).tolist() + list(range(people))
    faces = split_by_participant(make([i % 7 for i in range(len(rows))], rows), seed=seed)
    sides = {s: set(faces.participants[faces.splits == s]) for s in SPLITS}
    assert all(sides.values())
    assert sum(map(len, sides.values())) == people


@pytest.mark.parametrize("k", [3, 5, 8])
def test_folds(k):
    people = [i % 8 for i in range(80)]
    folds = list(folds_by_participant(make([0] * 80, people), k, seed=3))
    assert len(folds) == k
    tested = [p for f in folds for p in sorted(set(f.participants[f.splits == "private_test"]))]
    assert sorted(tested) == [f"p{i}" for i in range(8)]
    for fold in folds:
        sides = [set(fold.participants[fold.splits == s]) for s in SPLITS]
        assert all(sides)
        assert sum(map(len, sides)) == 8
        assert not fold.leaky


def test_leave_one_out():
    folds = list(leave_one_out(make([0] * 20, [i % 5 for i in range(20)]), seed=0))
    assert [len(set(f.split("private_test").participants)) for f in folds] == [1] * 5


def test_frame_level_is_labelled_leaky():
    faces = split_frames(make([0, 1] * 50, [i % 4 for i in range(100)]), seed=0)
    assert faces.leaky
    assert "leaky" in faces.split_note
    assert faces.split("train").leaky
    check_participants(faces)  # allowed, because it says so


def test_a_participant_on_both_sides_is_refused():
    faces = make([0, 1] * 50, [i % 4 for i in range(100)])
    with pytest.raises(DataError, match=r"Participant 'p\d' of made.csv would be in"):
        split_stratified(faces, seed=0)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda f: split_stratified(f, seed=0), "at least 3 images of 'disgust'. Received: 2"),
        (lambda f: split_by_participant(f, seed=0), "names no participants"),
        (lambda f: list(leave_one_out(f, seed=0)), "names no participants"),
    ],
)
def test_too_little(call, said):
    with pytest.raises(DataError, match=said):
        call(make([0, 0, 0, 1, 1]))


@pytest.mark.parametrize("k", [2, 5])
def test_impossible_folds(k):
    with pytest.raises(DataError, match=rf"3\.\.4 .* Received: {k}"):
        list(folds_by_participant(make([0] * 8, [i % 4 for i in range(8)]), k, seed=0))


def test_split_for_training_keeps_official_splits():
    faces = make([0] * 30, None)
    assert set(split_for_training(faces, seed=0).splits) == set(SPLITS)
    official = faces.with_splits(np.asarray(["train", "public_test"] * 15), note="official")
    assert split_for_training(official, seed=0) is official
    people = make([0] * 30, [i % 5 for i in range(30)])
    assert "participant" in split_for_training(people, seed=0).split_note


@pytest.mark.parametrize("people", [None, [i % 6 for i in range(36)]])
def test_a_set_that_lacks_only_validation_keeps_its_test_rows(people):
    faces = make([i % 3 for i in range(36)], people)
    own = np.asarray(["private_test" if i % 6 == 5 else "train" for i in range(36)])
    divided = split_for_training(faces.with_splits(own, note="official"), seed=4)
    assert ((divided.splits == "private_test") == (own == "private_test")).all()
    validation = divided.splits == "public_test"
    assert 3 <= validation.sum() <= 6
    if people is not None:
        assert len(set(np.asarray(people)[validation])) == 1
        assert "by participant" in divided.split_note
    else:
        assert set(faces.labels[validation]) == {0, 1, 2}
    again = split_for_training(faces.with_splits(own, note="official"), seed=4)
    assert (again.splits == divided.splits).all()


def test_a_train_split_of_one_row_a_class_cannot_be_validated_on():
    faces = make([0, 0, 1, 1]).with_splits(
        np.asarray(["train", "train", "train", "private_test"]), note="official"
    )
    with pytest.raises(DataError, match="at least 2 images of 'disgust'"):
        split_for_training(faces, seed=0)


def test_split_that_is_not_there():
    with pytest.raises(DataError, match=r"no split 'train'; its splits are all \(3\)"):
        make([0, 0, 0]).split("train")
