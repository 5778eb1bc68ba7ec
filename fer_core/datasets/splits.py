"""Ways to divide a set into ``train``, ``public_test`` (validation) and ``private_test``.

Every function returns the same rows with other split names. All but ``split_frames`` refuse to
put one participant on both sides: frames of one person, and all the more of one clip, resemble
each other so much that a network which merely remembers faces would score well.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.faceset import FaceSet
from fer_core.datasets.names import PRIVATE_TEST, PUBLIC_TEST, TRAIN
from fer_core.errors import DataError

#: Shares of train, validation and test, in tenths.
PARTS = (8, 1, 1)
_NAMES = (TRAIN, PUBLIC_TEST, PRIVATE_TEST)


def check_participants(faces: FaceSet) -> None:
    """Refuse a participant on both sides.

    Raises:
        DataError: rows of one participant are in two splits, and the set is not labelled leaky.
    """
    if faces.participants is None or faces.leaky:
        return
    pairs = np.unique(np.stack([faces.participants, faces.splits]), axis=1)
    names, counts = np.unique(pairs[0], return_counts=True)
    if (counts > 1).any():
        who = str(names[counts > 1][0])
        where = " and ".join(str(s) for s in pairs[1][pairs[0] == who])
        raise DataError(
            f"Participant {who!r} of {faces.source} would be in {where}: split by participant, or "
            "by frame, which is labelled leaky."
        )


def _stratified(faces: FaceSet, seed: int, parts: tuple[int, int, int]) -> NDArray[np.str_]:
    rng = np.random.default_rng(seed)
    splits = np.full(len(faces), TRAIN, dtype="<U12")
    for label, name in enumerate(faces.label_names):
        rows = rng.permutation(np.flatnonzero(faces.labels == label))
        _check_parts(len(rows), f"images of {name!r}", faces.source)
        n_public, n_private = _counts(len(rows), parts)
        splits[rows[:n_public]] = PUBLIC_TEST
        splits[rows[n_public : n_public + n_private]] = PRIVATE_TEST
    return splits


def _check_parts(n: int, what: str, source: str) -> None:
    if n < len(_NAMES):
        raise DataError(
            f"A split into {', '.join(_NAMES)} needs at least {len(_NAMES)} {what}. "
            f"Received: {n} in {source}."
        )


def _counts(n: int, parts: tuple[int, int, int]) -> tuple[int, int]:
    """Sizes of validation and test for ``n`` >= 3: rounded, never empty."""
    whole = sum(parts)
    return max(1, round(n * parts[1] / whole)), max(1, round(n * parts[2] / whole))


def split_stratified(faces: FaceSet, *, seed: int, parts: tuple[int, int, int] = PARTS) -> FaceSet:
    """Rows at random, with the same shares (default 8:1:1) within each class.

    Raises:
        DataError: a class has fewer than three rows, or the set has participants, whose rows this
            would spread over both sides.
    """
    splits = _stratified(faces, seed, parts)
    note = f"stratified {':'.join(map(str, parts))}, seed {seed}"
    divided = faces.with_splits(splits, note=note)
    check_participants(divided)
    return divided


def split_frames(faces: FaceSet, *, seed: int, parts: tuple[int, int, int] = PARTS) -> FaceSet:
    """As ``split_stratified``, whoever is in the frames: leaky, and labelled so.

    It exists to show what such a split hides.

    Raises:
        DataError: a class has fewer than three rows.
    """
    splits = _stratified(faces, seed, parts)
    note = f"frame-level {':'.join(map(str, parts))}, seed {seed} (leaky)"
    return faces.with_splits(splits, note=note, leaky=True)


def split_by_participant(
    faces: FaceSet, *, seed: int, parts: tuple[int, int, int] = PARTS
) -> FaceSet:
    """Whole participants at random, 8:1:1 of their number.

    Raises:
        DataError: the set names no participants, or fewer than three.
    """
    people = np.random.default_rng(seed).permutation(_people(faces))
    _check_parts(len(people), "participants", faces.source)
    n_public, n_private = _counts(len(people), parts)
    note = f"by participant {':'.join(map(str, parts))}, seed {seed}"
    public, private = people[:n_public], people[n_public : n_public + n_private]
    return _divide(faces, public, private, note)


def folds_by_participant(faces: FaceSet, k: int, *, seed: int) -> Iterator[FaceSet]:
    """Group k-fold: fold i is ``private_test``, fold i + 1 ``public_test``, the rest ``train``.

    Every participant is in ``private_test`` exactly once.

    Raises:
        DataError: the set names no participants, or ``k`` is not 3..their number.
    """
    people = np.random.default_rng(seed).permutation(_people(faces))
    if not len(_NAMES) <= k <= len(people):
        raise DataError(
            f"Folds by participant must be {len(_NAMES)}..{len(people)} for the {len(people)} "
            f"participants of {faces.source}. Received: {k}."
        )
    parts = np.array_split(people, k)
    for i in range(k):
        note = f"by participant, fold {i + 1} of {k}, seed {seed}"
        yield _divide(faces, parts[(i + 1) % k], parts[i], note)


def leave_one_out(faces: FaceSet, *, seed: int) -> Iterator[FaceSet]:
    """As ``folds_by_participant`` with one participant in each fold.

    Raises:
        DataError: the set names no participants, or fewer than three.
    """
    yield from folds_by_participant(faces, len(_people(faces)), seed=seed)


def split_for_training(faces: FaceSet, *, seed: int) -> FaceSet:
    """The set's own splits where it has them, else by participant, else stratified 8:1:1.

    Where the set has its own ``train`` and ``private_test`` and lacks only ``public_test``, a
    ninth of ``train`` becomes that: rows held out for the last score never train.

    Raises:
        DataError: as the function that applies.
    """
    counts = faces.split_counts()
    if TRAIN in counts and PUBLIC_TEST in counts:
        check_participants(faces)
        return faces
    if TRAIN in counts and PRIVATE_TEST in counts:
        check_participants(faces)
        return _validation_out_of_train(faces, seed)
    if faces.participants is not None:
        return split_by_participant(faces, seed=seed)
    return split_stratified(faces, seed=seed)


def _validation_out_of_train(faces: FaceSet, seed: int) -> FaceSet:
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(faces.splits == TRAIN)
    people = faces.participants
    if people is not None:
        chosen = _ninth(rng, np.unique(people[rows]), "participants of train", faces.source)
        validation, how = rows[np.isin(people[rows], chosen)], "by participant"
    else:
        labels = faces.labels[rows]
        of_each = (
            _ninth(rng, rows[labels == i], f"images of {faces.label_names[i]!r}", faces.source)
            for i in np.unique(labels)
        )
        validation, how = np.concatenate([*of_each]), "stratified"
    splits = faces.splits.astype("<U12")
    splits[validation] = PUBLIC_TEST
    note = f"own test split; validation is a ninth of train, {how}, seed {seed}"
    return faces.with_splits(splits, note=note)


def _ninth(
    rng: np.random.Generator, items: NDArray[np.generic], what: str, source: str
) -> NDArray[np.generic]:
    """A ninth of the items at random, one at least and never all."""
    if len(items) < 2:
        raise DataError(
            f"A validation split out of {TRAIN} needs at least 2 {what}. "
            f"Received: {len(items)} in {source}."
        )
    return rng.permutation(items)[: max(1, round(len(items) / 9))]


def _people(faces: FaceSet) -> NDArray[np.str_]:
    if faces.participants is None:
        raise DataError(
            f"{faces.source} names no participants: give a manifest with file, participant, "
            "clip, emotion, time_s, or split by class."
        )
    return np.unique(faces.participants)


def _divide(
    faces: FaceSet, public: NDArray[np.str_], private: NDArray[np.str_], note: str
) -> FaceSet:
    splits = np.full(len(faces), TRAIN, dtype="<U12")
    assert faces.participants is not None
    splits[np.isin(faces.participants, public)] = PUBLIC_TEST
    splits[np.isin(faces.participants, private)] = PRIVATE_TEST
    divided = faces.with_splits(splits, note=note)
    check_participants(divided)
    return divided
