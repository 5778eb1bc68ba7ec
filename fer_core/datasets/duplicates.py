"""Equal and nearly equal pictures on both sides of a split.

Exact: the same pixels. Near: difference hashes (dHash: Krawetz 2013, "Kind of like that", of
rows and columns, 128 bits) at most ``max_bits`` apart, confirmed by the correlation of the pixels,
because a hash alone calls many different faces alike. Altered: flipped, turned and so on, see
``altered``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.altered import altered_pairs
from fer_core.datasets.faceset import FaceSet
from fer_core.datasets.names import sort_splits
from fer_core.types import ImageArray, IntArray

#: Hashes this far apart are looked at; found pairs of FER-2013 hardly change from 8 to 12.
MAX_BITS = 10
#: Pearson correlation of the pixels from which two pictures are the same shot.
MIN_CORRELATION = 0.98
# Pairs compared at once: 2048 x 4096 x 8 bytes = 64 MiB.
_ROWS, _COLUMNS = 2048, 4096


@dataclass(frozen=True, slots=True)
class DuplicateCount:
    """How many rows of one split have a twin in another.

    Attributes:
        first, second: names of the splits.
        exact: rows of ``second`` whose pixels equal those of a row of ``first``.
        exact_same_label: of those, rows with the label of one of their twins.
        near: rows of ``second`` without an equal, but with a nearly equal row in ``first``.
        altered: rows of ``second`` with neither, but with one that is flipped, turned, shifted,
            zoomed or inverted; None where that was not looked for.
    """

    first: str
    second: str
    exact: int
    exact_same_label: int
    near: int
    altered: int | None = None


def pixel_keys(images: ImageArray) -> list[bytes]:
    """One value per picture (N, h, w) uint8; equal exactly where the pixels are."""
    return [image.tobytes() for image in images]


def is_duplicate_of(images: ImageArray, others: ImageArray) -> NDArray[np.bool_]:
    """(N,) bool: the picture is pixel-identical to one of ``others``."""
    known = set(pixel_keys(others))
    return np.asarray([key in known for key in pixel_keys(images)], bool)


def dhash(images: ImageArray) -> NDArray[np.uint64]:
    """(N, 2) uint64: brighter-than-the-next of 8x8 cells, along rows and along columns."""
    bits = np.empty((len(images), 128), bool)
    for i, image in enumerate(images):
        wide = cv2.resize(image, (9, 8), interpolation=cv2.INTER_AREA)
        tall = cv2.resize(image, (8, 9), interpolation=cv2.INTER_AREA)
        bits[i, :64] = (wide[:, 1:] > wide[:, :-1]).ravel()
        bits[i, 64:] = (tall[1:] > tall[:-1]).ravel()
    return np.packbits(bits, axis=1).view(np.uint64)


def near_pairs(
    first: ImageArray,
    second: ImageArray,
    *,
    max_bits: int = MAX_BITS,
    min_correlation: float = MIN_CORRELATION,
) -> IntArray:
    """(P, 2) int64: rows of ``first`` and ``second`` that show nearly the same picture.

    Equal pictures are among them, flat ones (all one grey) only where they are equal.
    """
    hashes_a, hashes_b = dhash(first), dhash(second)
    found = [np.zeros((0, 2), np.int64)]
    for a in range(0, len(first), _ROWS):
        for b in range(0, len(second), _COLUMNS):
            block_a, block_b = hashes_a[a : a + _ROWS], hashes_b[b : b + _COLUMNS]
            distance = np.bitwise_count(block_a[:, None, 0] ^ block_b[None, :, 0])
            distance += np.bitwise_count(block_a[:, None, 1] ^ block_b[None, :, 1])
            pairs = np.argwhere(distance <= max_bits) + (a, b)
            found.append(pairs[_alike(first, second, pairs, min_correlation)])
    return np.concatenate(found)


def _alike(
    first: ImageArray, second: ImageArray, pairs: IntArray, min_correlation: float
) -> NDArray[np.bool_]:
    """(P,) bool: the pixels of each pair correlate; in blocks, since flat pictures pair a lot."""
    alike = np.zeros(len(pairs), bool)
    for start in range(0, len(pairs), _ROWS):
        part = slice(start, start + _ROWS)
        a = first[pairs[part, 0]].reshape(len(pairs[part]), -1).astype(np.float32)
        b = second[pairs[part, 1]].reshape(len(pairs[part]), -1).astype(np.float32)
        equal = (a == b).all(axis=1)
        a -= a.mean(axis=1, keepdims=True)
        b -= b.mean(axis=1, keepdims=True)
        norm = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
        correlation = (a * b).sum(axis=1) / np.maximum(norm, 1e-6)
        alike[part] = equal | (correlation >= min_correlation)
    return alike


def count_duplicates(faces: FaceSet) -> tuple[DuplicateCount, ...]:
    """Exact, near and altered duplicates for each pair of splits, ``train`` first.

    Raises:
        DataError: the set holds pictures that are not cut to faces yet.
    """
    faces.faces()
    names = sort_splits(faces.split_counts())
    parts = {name: faces.split(name) for name in names}
    return tuple(
        _count(first, second, parts[first], parts[second])
        for first, second in combinations(names, 2)
    )


def _count(first: str, second: str, a: FaceSet, b: FaceSet) -> DuplicateCount:
    twins: dict[bytes, set[int]] = {}
    for key, label in zip(pixel_keys(a.faces()), a.labels, strict=True):
        twins.setdefault(key, set()).add(int(label))
    labels_of = [twins.get(key, set()) for key in pixel_keys(b.faces())]
    exact = np.asarray([bool(found) for found in labels_of], bool)
    same = sum(int(label) in found for label, found in zip(b.labels, labels_of, strict=True))
    near = np.zeros(len(b), bool)
    near[near_pairs(a.faces(), b.faces())[:, 1]] = True
    altered = np.zeros(len(b), bool)
    rest = np.flatnonzero(~exact & ~near)
    altered[rest[altered_pairs(a.faces(), b.faces()[rest])[:, 1]]] = True
    return DuplicateCount(
        first, second, int(exact.sum()), same, int((near & ~exact).sum()), int(altered.sum())
    )


def describe_duplicates(counts: tuple[DuplicateCount, ...]) -> Mapping[str, str]:
    """A sentence for each pair of splits that share pictures."""
    return {
        f"{c.first}/{c.second}": (
            f"{c.exact} images of {c.second} are pixel-identical to one of {c.first} "
            f"({c.exact_same_label} with the same label), {c.near} more nearly so"
            + (f", {c.altered} more altered copies." if c.altered else ".")
        )
        for c in counts
        if c.exact or c.near or c.altered
    }
