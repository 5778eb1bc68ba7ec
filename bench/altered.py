"""Altered copies: how many of each kind are found, and how long a whole set takes.

    python -m fer_core bench altered --data PATH

Copies are made of the training faces with random amounts and fills, and looked for among all of
them. Another row that shows the same shot counts as found: sets hold such twins.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from fer_core.datasets import load_dataset
from fer_core.datasets.altered import altered_pairs
from fer_core.datasets.duplicates import count_duplicates
from fer_core.datasets.locate import locate_dataset
from fer_core.errors import DataError
from fer_core.types import ImageArray

FILLS = (cv2.BORDER_REPLICATE, cv2.BORDER_CONSTANT, cv2.BORDER_REFLECT_101, cv2.BORDER_WRAP)
Alter = Callable[[ImageArray, np.random.Generator], ImageArray]


def _moved(
    picture: ImageArray,
    rng: np.random.Generator,
    degrees: float = 0.0,
    zoom: float = 1.0,
    shift: tuple[float, float] = (0.0, 0.0),
) -> ImageArray:
    side = picture.shape[0]
    way = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), degrees, zoom)
    way[:, 2] += shift
    fill = FILLS[rng.integers(len(FILLS))]
    moved: ImageArray = cv2.warpAffine(picture, way, (side, side), borderMode=fill)
    return moved


def _shifted(picture: ImageArray, rng: np.random.Generator) -> ImageArray:
    reach = picture.shape[0] // 8
    shift = rng.integers(-reach, reach + 1, 2)
    while not shift.any():
        shift = rng.integers(-reach, reach + 1, 2)
    return _moved(picture, rng, shift=(float(shift[0]), float(shift[1])))


def _either(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high) * rng.choice([-1, 1]))


KINDS: dict[str, Alter] = {
    "flipped": lambda p, _: p[:, ::-1],
    "upended": lambda p, _: p[::-1],
    "a quarter turned": lambda p, rng: np.rot90(p, int(rng.integers(1, 4))),
    "inverted": lambda p, _: 255 - p,
    "turned by 3 to 15 degrees": lambda p, rng: _moved(p, rng, degrees=_either(rng, 3, 15)),
    "shifted by up to an eighth": _shifted,
    "zoomed in by 5 to 25 %": lambda p, rng: _moved(p, rng, zoom=rng.uniform(1.05, 1.25)),
    "zoomed out by 5 to 20 %": lambda p, rng: _moved(p, rng, zoom=rng.uniform(0.8, 0.95)),
    "flipped and shifted": lambda p, rng: _shifted(p[:, ::-1], rng),
    "inverted and shifted": lambda p, rng: 255 - _shifted(p, rng),
}


def main(data: Path | None, count: int, *, as_json: bool) -> None:
    """Measure and print.

    Raises:
        DataError: the set has no training split.
    """
    faces = load_dataset(locate_dataset(data))
    train = faces.split("train").faces()
    rows = np.flatnonzero(train.reshape(len(train), -1).std(axis=1) > 5)
    if not len(rows):
        raise DataError("The set has no training pictures to make copies of.")
    rng = np.random.default_rng(17)
    chosen = [(kind, row) for kind in KINDS for row in rng.choice(rows, count)]
    asked = np.stack([np.ascontiguousarray(KINDS[kind](train[row], rng)) for kind, row in chosen])
    found = dict.fromkeys(KINDS, 0)
    for _, b in altered_pairs(train, asked):
        found[chosen[b][0]] += 1
    begin_s, begin_cpu_s = time.perf_counter(), time.process_time()
    counts = count_duplicates(faces)
    took_s, cpu_s = time.perf_counter() - begin_s, time.process_time() - begin_cpu_s
    shares = {kind: n / count for kind, n in found.items()}
    altered = {f"{c.first}/{c.second}": c.altered for c in counts}
    if as_json:
        result = {"found": shares, "seconds": took_s, "processor_seconds": cpu_s}
        print(json.dumps(result | {"altered": altered}))
        return
    for kind, share in shares.items():
        print(f"{kind:28} {100 * share:5.1f} % of {count} found")
    print(f"whole set: {took_s:.1f} s, {cpu_s:.1f} s of processor; altered: {altered}")
