"""Exact and near duplicates across splits."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_core.config import settings
from fer_core.datasets import FaceSet, load_dataset
from fer_core.datasets.altered import altered_pairs
from fer_core.datasets.duplicates import (
    count_duplicates,
    describe_duplicates,
    dhash,
    is_duplicate_of,
    near_pairs,
)
from fer_core.labels import EMOTIONS


@pytest.fixture
def smooth() -> np.ndarray:
    """Twelve different pictures with large shapes, as faces have."""
    rng = np.random.default_rng(1)
    small = rng.integers(0, 256, (12, 8, 8)).astype(np.uint8)
    return np.stack([cv2.resize(p, (48, 48), interpolation=cv2.INTER_CUBIC) for p in small])


def make(images: np.ndarray, splits: list[str], labels: list[int]) -> FaceSet:
    n = len(images)
    return FaceSet("made", np.asarray(labels), EMOTIONS, np.asarray(splits), np.arange(n), images)


def test_counts_per_pair_of_splits(smooth):
    images = smooth.copy()
    images[8] = images[0]  # train -> public, same label
    images[9] = np.clip(images[1].astype(int) + 3, 0, 255)  # train -> public, brighter
    images[10] = images[0]  # train and public -> private, other label
    faces = make(
        images, ["train"] * 8 + ["public_test"] * 2 + ["private_test"] * 2, [0] * 10 + [1, 1]
    )
    counts = {(c.first, c.second): c for c in count_duplicates(faces)}
    public = counts["train", "public_test"]
    assert (public.exact, public.exact_same_label, public.near) == (1, 1, 1)
    private = counts["train", "private_test"]
    assert (private.exact, private.exact_same_label, private.near) == (1, 0, 0)
    assert counts["public_test", "private_test"].exact == 1
    assert (
        "1 images of public_test"
        in describe_duplicates(tuple(counts.values()))["train/public_test"]
    )


@pytest.mark.parametrize(
    ("change", "is_near"),
    [
        (lambda p: p, True),
        (lambda p: cv2.GaussianBlur(p, (0, 0), 0.6), True),
        (lambda p: (p * 0.8).astype(np.uint8), True),
        (lambda p: cv2.imdecode(cv2.imencode(".jpg", p)[1], 0), True),
        (lambda p: p[:, ::-1], False),
        (lambda p: 255 - p, False),
        (lambda p: np.roll(p, 12, axis=1), False),
    ],
)
def test_near(smooth, change, is_near):
    changed = np.stack([change(p) for p in smooth])
    pairs = {tuple(pair) for pair in near_pairs(smooth, changed).tolist()}
    assert pairs == ({(i, i) for i in range(12)} if is_near else set())


def turned(picture: np.ndarray, degrees: float, zoom: float, shift: float) -> np.ndarray:
    way = cv2.getRotationMatrix2D((23.5, 23.5), degrees, zoom)
    way[:, 2] += shift
    return cv2.warpAffine(picture, way, (48, 48), borderMode=cv2.BORDER_REPLICATE)


ALTERATIONS = {
    "mirrored": lambda p: p[:, ::-1],
    "upside down": lambda p: p[::-1],
    "on its side": np.rot90,
    "inverted": lambda p: 255 - p,
    "inverted and mirrored": lambda p: 255 - p[:, ::-1],
    "turned": lambda p: turned(p, 11, 1, 0),
    "shifted": lambda p: turned(p, 0, 1, -4),
    "zoomed": lambda p: turned(p, 0, 1.2, 0),
    "turned and mirrored": lambda p: turned(p, -6, 1, 0)[:, ::-1],
    "mirrored and packed": lambda p: cv2.imdecode(cv2.imencode(".jpg", p[:, ::-1])[1], 0),
}


def test_altered_copies_are_found(smooth):
    made = [(name, row) for name in ALTERATIONS for row in range(4)]
    changed = np.stack([np.ascontiguousarray(ALTERATIONS[name](smooth[row])) for name, row in made])
    found = {made[b] for a, b in altered_pairs(smooth, changed).tolist() if a == made[b][1]}
    assert sorted(set(made) - found) == []


def test_different_pictures_are_no_altered_copies(smooth):
    flat = np.full((1, 48, 48), 90, np.uint8)
    assert altered_pairs(smooth[:6], np.concatenate([smooth[6:], flat])).tolist() == []
    assert (
        altered_pairs(smooth[:0], smooth).shape == altered_pairs(smooth, flat[:0]).shape == (0, 2)
    )


def test_an_altered_copy_is_counted_once(smooth):
    images = smooth.copy()
    images[9], images[10], images[11] = images[0], images[1][:, ::-1], 255 - images[2]
    faces = make(images, ["train"] * 8 + ["public_test"] * 4, [0] * 12)
    (count,) = count_duplicates(faces)
    assert (count.exact, count.near, count.altered) == (1, 0, 2)
    assert "2 more altered copies" in describe_duplicates((count,))["train/public_test"]


def test_flat_pictures_are_near_only_where_equal():
    flat = np.stack([np.full((48, 48), v, np.uint8) for v in (0, 0, 90)])
    assert near_pairs(flat, flat).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1], [2, 2]]


def test_blocks_do_not_change_the_result(smooth, monkeypatch):
    whole = near_pairs(smooth, smooth[::-1])
    monkeypatch.setattr("fer_core.datasets.duplicates._ROWS", 5)
    monkeypatch.setattr("fer_core.datasets.duplicates._COLUMNS", 7)
    blocks = near_pairs(smooth, smooth[::-1])
    assert sorted(map(tuple, blocks)) == sorted(map(tuple, whole))


def test_hash_shape_and_exact(smooth):
    assert dhash(smooth).shape == (12, 2)
    assert len(np.unique(dhash(smooth), axis=0)) == 12
    assert is_duplicate_of(smooth, smooth[:3]).tolist() == [True] * 3 + [False] * 9
    assert not is_duplicate_of(smooth, smooth[:0]).any()


@pytest.mark.data
def test_what_is_known_of_fer2013():
    roots = [root / "fer2013" for root in settings().data_roots]
    found = [root for root in roots if (root / "train.parquet").is_file()]
    if not found:
        pytest.skip("FER-2013 as parquet is in no folder of FER_DATA_ROOTS")
    faces = load_dataset(Path(found[0]))
    counts = {(c.first, c.second): c for c in count_duplicates(faces)}
    assert counts["train", "public_test"].exact == 280
    assert counts["train", "private_test"].exact == 288
    assert faces.class_counts()["disgust"] == 547
