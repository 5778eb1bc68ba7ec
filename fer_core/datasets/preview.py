"""A look at a set before training on it: counts, plan of the splits, twins, sample faces."""

from dataclasses import asdict
from itertools import combinations, islice
from typing import Any

import cv2
import numpy as np

from fer_core.datasets.duplicates import count_duplicates, is_duplicate_of
from fer_core.datasets.faceset import FACE_SIZE, FaceSet
from fer_core.datasets.names import PUBLIC_TEST, TRAIN, sort_splits
from fer_core.datasets.splits import split_for_training
from fer_core.errors import DataError
from fer_core.types import ImageArray

#: Sample faces of each class on the sheet.
SAMPLES = 10


def describe_set(faces: FaceSet, *, near: bool = True) -> dict[str, Any]:
    """What ``dataset check`` says of a set, ready for JSON.

    Args:
        near: look for nearly equal and altered pictures too, which takes long for tens of
            thousands.

    Returns:
        Among others ``splits``: images of each class in each; ``plan``: how training would divide
        the set, or why it can't; ``duplicates``: for each pair of splits, None where the set holds
        pictures instead of faces, with ``near`` None where that was not looked for.
    """
    names = sort_splits(faces.split_counts())
    return {
        "data": faces.name,
        "data_sha256": faces.data_hash(),
        "split_note": faces.split_note,
        "n": len(faces),
        "labels": list(faces.label_names),
        "splits": {name: dict(faces.split(name).class_counts()) for name in names},
        "plan": _plan(faces),
        "participants": None if faces.participants is None else len(set(faces.participants)),
        "has_votes": faces.votes is not None,
        "duplicates": _duplicates(faces, near),
        "warnings": [*faces.warnings],
    }


def _plan(faces: FaceSet) -> dict[str, Any]:
    """How a recipe of the split ``official`` would divide the set."""
    try:
        divided = split_for_training(faces, seed=0)
        shares_twins = False
        if divided.images is not None:
            validation, train = divided.split(PUBLIC_TEST), divided.split(TRAIN)
            shares_twins = bool(is_duplicate_of(validation.faces(), train.faces()).any())
    except DataError as error:
        return {"problem": str(error), "note": None, "counts": {}, "shares_twins": False}
    return {
        "problem": None,
        "note": divided.split_note,
        "counts": dict(divided.split_counts()),
        "shares_twins": shares_twins,
    }


def _duplicates(faces: FaceSet, near: bool) -> list[dict[str, Any]] | None:
    if faces.images is None:
        return None
    if near:
        return [asdict(count) for count in count_duplicates(faces)]
    parts = {name: faces.split(name) for name in sort_splits(faces.split_counts())}
    return [
        {
            "first": first,
            "second": second,
            "exact": int(is_duplicate_of(parts[second].faces(), parts[first].faces()).sum()),
            "exact_same_label": None,
            "near": None,
            "altered": None,
        }
        for first, second in combinations(parts, 2)
    ]


def draw_samples(faces: FaceSet, *, each: int = SAMPLES, seed: int = 0) -> ImageArray:
    """(rows * 48, each * 48) uint8: a row of random faces for each class, in the set's order.

    Raises:
        DataError: the set holds pictures, which a detector has to cut first.
    """
    faces.faces()
    pool = faces.take(faces.splits == TRAIN) if (faces.splits == TRAIN).any() else faces
    rng = np.random.default_rng(seed)
    size = FACE_SIZE
    sheet = np.full((len(faces.label_names) * size, each * size), 255, np.uint8)
    for row in range(len(faces.label_names)):
        chosen = rng.permutation(np.flatnonzero(pool.labels == row))
        for column, image in enumerate(islice(pool.take(chosen[:each]).faces(), each)):
            sheet[row * size : (row + 1) * size, column * size : (column + 1) * size] = image
    return sheet


def encode_png(image: ImageArray) -> bytes:
    """PNG of an (h, w) uint8 picture."""
    done, data = cv2.imencode(".png", image)
    if not done:
        raise DataError("The sample faces cannot be written as PNG.")
    return data.tobytes()
