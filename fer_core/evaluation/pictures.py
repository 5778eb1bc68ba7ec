"""The pictures behind predictions, read from the operator's own copy of a set, a few at a time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from fer_core.config import settings
from fer_core.datasets.decoding import decode_face
from fer_core.datasets.faceset import FACE_SIZE
from fer_core.datasets.loading import CSV_NAMES
from fer_core.datasets.locate import find_under
from fer_core.datasets.names import parse_fer_emotion
from fer_core.errors import DataError
from fer_core.imaging.decode import read_image
from fer_core.types import ImageArray

#: Longest side of a picture that is shown, in pixels.
SHOWN_SIDE: Final = 256


def find_set(name: str) -> Path | None:
    """Folder or file of the set of that name under ``FER_DATA_ROOTS`` or ``FER_DATA_DIR``.

    The name is that of the file of predictions: FER-2013 in any form is called ``fer2013`` or as
    its file.
    """
    own = settings().data_dir
    return find_under(name, (*settings().data_roots, own, own / "sets"))


def read_pictures(place: Path, ids: Sequence[Any], labels: Sequence[str]) -> list[ImageArray]:
    """Pictures (h, w) or (h, w, 3) RGB, uint8, of the given rows (int) or paths (str), in order.

    Args:
        place: as ``find_set`` gave it.
        ids: rows of the original csv, or paths within the folder.
        labels: what the predictions call each; a set that says otherwise is another set.

    Raises:
        DataError: a row or file is missing, damaged or labelled otherwise.
    """
    if not len(ids):
        return []
    if all(isinstance(i, str) for i in ids):
        return [_read_file(place, str(i)) for i in ids]
    rows = [int(i) for i in ids]
    if place.is_dir() and not any(place.glob("*.parquet")):
        csvs = [place / name for name in CSV_NAMES if (place / name).is_file()]
        place = csvs[0] if csvs else place
    found = _read_csv(place, rows) if place.suffix.lower() == ".csv" else _read_parquet(place, rows)
    pictures = []
    for row, label in zip(rows, labels, strict=True):
        if row not in found:
            raise DataError(f"{place.name} has no row {row}: the set here is not the one scored.")
        emotion, picture = found[row]
        if parse_fer_emotion(str(emotion)) != label:
            raise DataError(
                f"{place.name}, row {row} is labelled otherwise than when it was scored: the set "
                "here is not the one scored."
            )
        pictures.append(picture)
    return pictures


def _read_file(place: Path, name: str) -> ImageArray:
    root = place.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise DataError(f"{name!r} lies outside the set {place.name}: run `evaluate` again.")
    if not path.is_file():
        raise DataError(f"{place.name} has no file {name}: the set here is not the one scored.")
    bgr = read_image(path)
    scale = SHOWN_SIDE / max(bgr.shape[:2])
    if scale < 1:
        bgr = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(np.asarray(bgr, np.uint8)[..., ::-1])


def _read_parquet(place: Path, rows: list[int]) -> dict[int, tuple[Any, ImageArray]]:
    files = sorted(place.glob("*.parquet")) if place.is_dir() else [place]
    found: dict[int, tuple[Any, ImageArray]] = {}
    try:
        for file in files:
            columns = ["row", "emotion", "image"]
            # Only row groups that may hold the rows are read, and of these only the rows.
            table = pq.read_table(file, columns=columns, filters=[("row", "in", rows)])
            cells = (table.column(name).to_pylist() for name in columns)
            for row, emotion, data in zip(*cells, strict=True):
                found[row] = (emotion, decode_face(data, f"{file.name}, row {row}"))
    except (OSError, pa.ArrowException, KeyError) as error:
        raise DataError(f"{place.name} cannot be read as parquet ({error}).") from error
    return found


def _read_csv(place: Path, rows: list[int]) -> dict[int, tuple[Any, ImageArray]]:
    wanted, found, start = set(rows), {}, 0
    options = pa_csv.ReadOptions(block_size=1 << 24)
    try:
        for batch in pa_csv.open_csv(place, read_options=options):
            names = [name.strip().lower() for name in batch.schema.names]
            emotions, pixels = (batch.column(names.index(n)) for n in ("emotion", "pixels"))
            for row in sorted(r for r in wanted if start <= r < start + len(batch)):
                values = np.fromstring(pixels[row - start].as_py(), dtype=np.uint8, sep=" ")
                picture = values.reshape(FACE_SIZE, FACE_SIZE)
                found[row] = (emotions[row - start].as_py(), picture)
            start += len(batch)
            if len(found) == len(wanted):
                break
    except (OSError, pa.ArrowException, ValueError) as error:
        raise DataError(f"{place.name} cannot be read as FER-2013's csv ({error}).") from error
    return found
