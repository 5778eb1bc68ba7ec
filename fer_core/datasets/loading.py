"""``load_dataset``: one door for every form of a labelled set."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from fer_core.datasets.faceset import FaceSet
from fer_core.datasets.fer2013 import read_csv
from fer_core.datasets.fer2013_parquet import read_parquet
from fer_core.datasets.ferplus import read_votes
from fer_core.datasets.folders import has_class_folders, read_folders
from fer_core.datasets.manifest import MANIFEST_NAME, is_manifest, read_manifest
from fer_core.errors import DataError

#: Name of the FER+ file that is joined where it lies beside the data.
VOTES_NAME = "fer2013new.csv"
#: What a folder that holds FER-2013 as csv calls it.
CSV_NAMES = ("fer2013.csv", "icml_face_data.csv")


def load_dataset(
    path: Path | str,
    *,
    votes: Path | str | None = None,
    pictures: bool = False,
    resize: bool = False,
    classes: Mapping[str, str] | None = None,
    ignore: Collection[str] = (),
) -> FaceSet:
    """Load a set, whatever its form, and join FER+ votes where there are any.

    Args:
        path: ``fer2013.csv``, Kaggle's ``icml_face_data.csv``, a parquet file or a folder of
            them, a folder tree with one folder per class, or a manifest of recorded clips (the
            csv, or the folder with ``manifest.csv``).
        votes: ``fer2013new.csv``; by default the file of that name beside the data.
        pictures: for folders and manifests, keep the paths of pictures that need a detector.
        resize: for folders and manifests, bring faces of other sizes to 48x48.
        classes, ignore: what labels mean that name no emotion, and those to leave out; for
            folders and manifests, see ``read_folders``.

    Raises:
        DataError: what is wrong in which file and row.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(
            f"There is no data set at {path}: name a csv, a parquet file or a folder. "
            "README says where FER-2013 is to be had."
        )
    tree = partial(read_folders, classes=classes, ignore=ignore)
    manifest = partial(read_manifest, classes=classes, ignore=ignore)
    faces = _load_form(path, tree, manifest, pictures=pictures, resize=resize)
    faces = replace(faces, name=re.sub(r"[^A-Za-z0-9_.-]+", "_", faces.name).strip(".") or "data")
    return _join_votes(faces, path, None if votes is None else Path(votes))


def _load_form(
    path: Path,
    tree: Callable[..., FaceSet],
    manifest: Callable[..., FaceSet],
    *,
    pictures: bool,
    resize: bool,
) -> FaceSet:
    if path.is_dir():
        if (path / MANIFEST_NAME).is_file():
            return manifest(path / MANIFEST_NAME, pictures=pictures, resize=resize)
        if any(path.glob("*.parquet")):
            return read_parquet(path)
        if has_class_folders(path):
            return tree(path, pictures=pictures, resize=resize)
        found = [path / name for name in CSV_NAMES if (path / name).is_file()]
        return read_csv(found[0]) if found else tree(path, pictures=pictures, resize=resize)
    if path.suffix.lower() == ".parquet":
        return read_parquet(path)
    if path.suffix.lower() in (".csv", ".tsv"):
        if is_manifest(path):
            return manifest(path, pictures=pictures, resize=resize)
        return read_csv(path)
    raise DataError(
        f"{path} is no data set that Mien knows: name fer2013.csv, a parquet file or a folder."
    )


def _join_votes(faces: FaceSet, path: Path, votes: Path | None) -> FaceSet:
    beside = (path if path.is_dir() else path.parent) / VOTES_NAME
    chosen = votes if votes is not None else beside if beside.is_file() else None
    if chosen is None:
        return faces
    if faces.ids.dtype != np.int64:
        if votes is None:
            return faces
        raise DataError(
            f"{chosen} is joined by row, and {path} has no rows: use the csv or parquet form."
        )
    table = read_votes(chosen)
    if votes is None and path.suffix.lower() == ".csv" and len(table.votes) != len(faces):
        note = (
            f"{chosen} has {len(table.votes)} rows and {path} has {len(faces)}, "
            "so the FER+ votes were not joined."
        )
        return replace(faces, warnings=(*faces.warnings, note))
    return replace(faces, votes=table.join(faces.ids, faces.splits, str(path)))
