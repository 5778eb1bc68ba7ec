"""Altered copies: pictures flipped, turned, shifted, zoomed or inverted.

Two steps. A coarse look: every picture of the second set is altered back in each of many ways,
and its middle is described by a short vector of low frequencies, half whitened, so that what all
faces share counts less; an index of the first set's vectors gives the most alike for each way.
Then the best candidates are laid onto each other exactly (``overlay``).
"""

from typing import Final

import cv2
import numpy as np

from fer_core.datasets.index import VectorIndex
from fer_core.datasets.overlay import is_same_picture
from fer_core.types import FloatArray, ImageArray, IntArray

#: Steps between the ways to alter back, as wide as the vectors bear: parts of a side, factors and
#: degrees. Shifts of up to an eighth lie between the outer ones and a step beyond.
_STEP: Final = 1 / 16
_ZOOMS: Final = (0.8, 0.9, 1.12, 1.25)
_TURNS: Final = (-7.0, 7.0)
_WIDE_TURNS: Final = (-14.0, 14.0, 90.0, 180.0, 270.0)
#: What is compared is the middle: shifted pictures lack a border.
_MIDDLE: Final = 0.72
#: Side of the small picture, and numbers of the vector that is made of it.
_CELLS: Final = 12
_NUMBERS: Final = 32
#: Pictures that the axes of the vectors are learnt on, and grey levels of one that shows nothing.
_LEARNT: Final = 4000
_FLAT: Final = 2.0
#: Ways that are looked up together: many small products take longer than a few large ones.
_AT_ONCE: Final = 14
#: Candidates of a picture that are laid over exactly, from so alike a vector on.
_MIN_ALIKE: Final = 0.75
_CANDIDATES: Final = 3


def altered_pairs(first: ImageArray, second: ImageArray) -> IntArray:
    """(P, 2) int64: rows of ``first`` and ``second`` that show the same picture, altered.

    At most one row of ``first`` for each of ``second``; plain copies are among them.

    Args:
        first, second: (N, h, w) uint8, of one size.
    """
    if not len(first) or not len(second):
        return np.zeros((0, 2), np.int64)
    side = first.shape[1]
    ways = _ways(side)
    known, asked = _flat(first), _flat(second)
    axes = _axes(known)
    index = VectorIndex(_vectors(known, _sampler(side, ways[0]) @ axes))
    alike = np.empty((len(ways), len(second)), np.float32)
    rows = np.empty((len(ways), len(second)), np.int64)
    for start in range(0, len(ways), _AT_ONCE):
        part = ways[start : start + _AT_ONCE]
        queries = np.concatenate([_vectors(asked, _sampler(side, way) @ axes) for way in part])
        values, places = index.most_alike(queries)
        alike[start : start + len(part)] = values.reshape(len(part), -1)
        rows[start : start + len(part)] = places.reshape(len(part), -1)
    order = np.argsort(-np.abs(alike), axis=0)
    found = []
    for row in np.flatnonzero(np.abs(alike).max(axis=0) >= _MIN_ALIKE):
        tried: set[int] = set()
        for look in order[:, row]:
            other = int(rows[look, row])
            if abs(alike[look, row]) < _MIN_ALIKE or len(tried) == _CANDIDATES:
                break
            if other in tried:
                continue
            tried.add(other)
            shown = 255 - second[row] if alike[look, row] < 0 else second[row]
            if is_same_picture(first[other], shown, ways[look]):
                found.append((other, int(row)))
                break
    return np.asarray(found, np.int64).reshape(-1, 2)


def _ways(side: int) -> list[FloatArray]:
    """(2, 3) each: where a pixel of the first picture lies in the altered one; first, in place."""
    middle = (side - 1) / 2
    wide, close = (
        sorted(
            ((x * _STEP * side, y * _STEP * side) for x in steps for y in steps),
            key=np.linalg.norm,
        )
        for steps in ((-2, -1, 0, 1, 2), (-1, 0, 1))
    )
    changes = [(0.0, 1.0, *shift) for shift in wide]
    changes += [(0.0, zoom, *shift) for zoom in _ZOOMS for shift in close]
    changes += [(degrees, 1.0, *shift) for degrees in _TURNS for shift in close]
    changes += [(degrees, 1.0, 0.0, 0.0) for degrees in _WIDE_TURNS]
    mirror = np.array([[-1, 0, side - 1], [0, 1, 0], [0, 0, 1]], np.float32)
    ways = []
    for degrees, zoom, dx, dy in changes:
        way = cv2.getRotationMatrix2D((middle, middle), degrees, zoom).astype(np.float32)
        way[:, 2] += (dx, dy)
        ways += [way, way @ mirror]
    return ways


def _flat(images: ImageArray) -> FloatArray:
    """(N, side * side) float32, blurred, the mean of each taken away; 0 where all is one grey."""
    flat = np.empty((len(images), images[0].size), np.float32)
    for row, image in enumerate(images):
        flat[row] = cv2.GaussianBlur(image, (0, 0), images.shape[1] / 24).ravel()
    flat -= flat.mean(axis=1, keepdims=True)
    flat[flat.std(axis=1) < _FLAT] = 0.0
    return flat


def _sampler(side: int, way: FloatArray) -> FloatArray:
    """(side * side, _CELLS * _CELLS) float32: a flat picture times it is its middle, altered back.

    Each column takes four neighbouring pixels, bilinear; beyond the border the last one counts.
    """
    part = _MIDDLE * side
    at = np.arange(_CELLS) * part / _CELLS + (side - part) / 2
    places = np.stack([*(axis.ravel() for axis in np.meshgrid(at, at)), np.ones(_CELLS**2)])
    x, y = np.clip(way @ places, 0, side - 1)
    left, top = (np.minimum(value.astype(np.int64), side - 2) for value in (x, y))
    right_share, bottom_share = x - left, y - top
    sampler = np.zeros((side * side, _CELLS**2), np.float32)
    cells = np.arange(_CELLS**2)
    for down, across in ((0, 0), (0, 1), (1, 0), (1, 1)):
        share = np.abs(1 - across - right_share) * np.abs(1 - down - bottom_share)
        sampler[(top + down) * side + left + across, cells] = share
    sampler -= sampler.mean(axis=1, keepdims=True)
    return sampler


def _axes(flat: FloatArray) -> FloatArray:
    """(_CELLS * _CELLS, _NUMBERS) float32, learnt on pictures."""
    side = round(flat.shape[1] ** 0.5)
    sample = flat[:: max(1, len(flat) // _LEARNT)]
    cells = sample @ _sampler(side, np.eye(3, dtype=np.float32)[:2])
    cells /= np.maximum(cells.std(axis=1, keepdims=True), 1.0)
    # Nothing is centred, so that an inverted picture's vector is the negative.
    values, axes = np.linalg.eigh(cells.T @ cells / len(cells))
    values, axes = values[::-1][:_NUMBERS], axes[:, ::-1][:, :_NUMBERS]
    # Half whitened: what all faces share counts less, noise is not raised to the same height.
    floor = max(float(values[0]), 1e-9) * 3e-3
    whitened: FloatArray = (axes / np.maximum(values, floor) ** 0.35).astype(np.float32)
    return whitened


def _vectors(flat: FloatArray, operator: FloatArray) -> FloatArray:
    """(N, _NUMBERS) float32 of length 1; 0 of a flat picture."""
    vectors: FloatArray = flat @ operator
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return vectors
