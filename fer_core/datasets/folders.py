"""Folder trees: one folder per class, below ``train``, ``test`` or at the root."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.decoding import decode_face
from fer_core.datasets.faceset import FACE_SIZE, FaceSet
from fer_core.datasets.names import (
    ALL,
    PRIVATE_TEST,
    PUBLIC_TEST,
    TRAIN,
    parse_emotion,
    parse_split,
    suggest_emotion,
)
from fer_core.errors import DataError
from fer_core.imaging.kinds import kind_of_file
from fer_core.labels import FERPLUS_EMOTIONS
from fer_core.text import mark
from fer_core.types import ImageArray, IntArray

# Kaggle's folder form of FER-2013 merges both tests into `test`, but the names of its files
# (PublicTest_10017274.jpg) keep the official split: they win over the folder. They also tell that
# the labels are FER-2013's own.
_OFFICIAL_PREFIX = re.compile(r"^(Training|PublicTest|PrivateTest)_", re.IGNORECASE)


def holds_classes(path: Path) -> bool:
    """True for a folder with a class or split folder right in it."""
    return path.is_dir() and any(
        parse_emotion(child.name) or parse_split(child.name) for child in _children(path)
    )


def has_class_folders(path: Path) -> bool:
    """True for a folder with a class or split folder in it, or in its only folder."""
    return path.is_dir() and holds_classes(_root(path))


def unnamed_folders(path: Path) -> tuple[str, ...]:
    """Class folders of a tree whose names mean no emotion, each name once."""
    places = [folder for _, folder in _split_folders(_root(path), [])]
    names = (child.name for folder in places for child in _children(folder))
    return tuple(dict.fromkeys(name for name in names if parse_emotion(name) is None))


def _root(path: Path) -> Path:
    """Where classes or splits lie: archives often hold one folder around them."""
    children = _children(path)
    while len(children) == 1 and not (
        parse_emotion(children[0].name) or parse_split(children[0].name)
    ):
        inner = _children(children[0])
        if not inner:
            break
        path, children = children[0], inner
    return path


def read_folders(
    path: Path,
    *,
    pictures: bool = False,
    resize: bool = False,
    classes: Mapping[str, str] | None = None,
    ignore: Collection[str] = (),
) -> FaceSet:
    """Read ``class/*.jpg`` or ``split/class/*.jpg``; subfolders of a class count as the class.

    Without split folders every row is in the split ``all``. A folder ``test`` is
    ``private_test`` unless its files are called PublicTest_...; ``val`` is ``public_test``.

    Args:
        path: the root of the tree.
        pictures: keep the paths, for a detector; else read faces of 48x48.
        resize: bring faces of other sizes to 48x48.
        classes: folder in lower case -> the emotion it means, where its name tells none.
        ignore: folders that are left out.

    Raises:
        DataError: a picture that cannot be read, an empty class, a folder that names no emotion,
            or no class at all.
    """
    place = _Place(dict(classes or {}), {name.lower() for name in ignore})
    warnings: list[str] = []
    files: list[Path] = []
    emotions: list[str] = []
    splits: list[str] = []
    for split, folder in _split_folders(_root(path), warnings):
        for child, emotion in place.class_folders(folder, warnings):
            found = sorted(
                f for f in child.rglob("*") if f.is_file() and not f.name.startswith(".")
            )
            kinds = [kind_of_file(f) for f in found]
            other = [f for f, kind in zip(found, kinds, strict=True) if kind != "picture"]
            if other:
                warnings.append(
                    f"{child} holds {len(other)} file(s) that are no pictures, such as "
                    f"{other[0].name!r}; they were left out."
                )
            found = [f for f, kind in zip(found, kinds, strict=True) if kind == "picture"]
            if not found:
                raise DataError(f"The class folder {child} holds no picture: fill it or remove it.")
            files += found
            emotions += [emotion] * len(found)
            splits += [_official_split(f) or split for f in found]
    if not files:
        raise DataError(f"{path} has no folder named after an emotion. {_received(path)}")
    labels, names = index_labels(emotions)
    return FaceSet(
        name=path.resolve().name,
        labels=labels,
        label_names=names,
        splits=np.asarray(splits),
        ids=np.asarray([f.relative_to(path).as_posix() for f in files]),
        images=None if pictures else read_faces(files, resize=resize),
        paths=as_paths(files) if pictures else None,
        has_fer_labels=all(_official_split(f) for f in files),
        source=str(path),
        warnings=tuple(warnings),
        split_note=mark("official") if set(splits) != {ALL} else mark("not divided"),
    )


def read_faces(files: list[Path], *, resize: bool) -> ImageArray:
    """(N, 48, 48) uint8 luma of picture files.

    Raises:
        DataError: a file that cannot be read or has another size.
    """
    images = np.empty((len(files), FACE_SIZE, FACE_SIZE), np.uint8)
    for i, file in enumerate(files):
        try:
            data = file.read_bytes()
        except OSError as error:
            raise DataError(f"{file} cannot be read: {error.strerror or error}.") from error
        images[i] = decode_face(data, str(file), resize=resize)
    return images


def as_paths(files: list[Path]) -> NDArray[np.object_]:
    """(N,) object array of paths."""
    paths = np.empty(len(files), object)
    paths[:] = files
    return paths


def index_labels(emotions: list[str]) -> tuple[IntArray, tuple[str, ...]]:
    """Labels (N,) int64 and the names they index, in the order of ``FERPLUS_EMOTIONS``."""
    names = tuple(name for name in FERPLUS_EMOTIONS if name in set(emotions))
    return np.asarray([names.index(e) for e in emotions], np.int64), names


def _received(path: Path) -> str:
    """What stands where class folders should."""
    folders = _split_folders(_root(path), [])
    found = sorted({c.name for _, folder in folders for c in folder.iterdir()})
    return f"Received: {', '.join(found[:8]) or 'nothing'}."


def _official_split(file: Path) -> str | None:
    match = _OFFICIAL_PREFIX.match(file.name)
    return parse_split(match.group(1)) if match else None


def _children(folder: Path) -> list[Path]:
    return sorted(c for c in folder.iterdir() if c.is_dir() and not c.name.startswith("."))


def _split_folders(path: Path, warnings: list[str]) -> list[tuple[str, Path]]:
    children = _children(path)
    known = [(split, c) for c in children if (split := parse_split(c.name))]
    if not known:
        return [(ALL, path)]
    for child in children:
        if not parse_split(child.name):
            warnings.append(
                f"The folder {child.name!r} in {path} is no split "
                f"({TRAIN}, {PUBLIC_TEST}, {PRIVATE_TEST}); it was left out."
            )
    return known


@dataclass(frozen=True, slots=True)
class _Place:
    """What folders mean whose names tell nothing."""

    classes: dict[str, str]
    ignore: set[str]

    def class_folders(self, folder: Path, warnings: list[str]) -> list[tuple[Path, str]]:
        """Each class folder with its emotion.

        Raises:
            DataError: a folder that names no emotion; nothing is trained on the rest unasked.
        """
        found, unknown = [], []
        for child in _children(folder):
            name = child.name.lower()
            if name in self.ignore:
                warnings.append(f"The folder {child.name!r} in {folder} was left out, as asked.")
                continue
            emotion = self.classes.get(name) or parse_emotion(child.name)
            if emotion is None:
                unknown.append(child.name)
            else:
                found.append((child, emotion))
        if unknown:
            raise DataError(_unknown_text(folder, unknown, bool(found)))
        return found


def _unknown_text(folder: Path, names: list[str], has_others: bool) -> str:
    """A sentence that asks what folders mean."""
    near = {name: found for name in names if (found := suggest_emotion(name)) is not None}
    if near:
        asked = ", ".join(f"{emotion} for {name}" for name, emotion in near.items())
        given = ",".join(f"{name}={emotion}" for name, emotion in near.items())
        hint = f"did you mean {asked}? Rename them, or give --classes {given}"
    elif any(name.strip().isdecimal() for name in names):
        hint = (
            "numbers mean another order in every set: say which with --classes "
            '"1=surprise,2=fear,...", or name the emotions'
        )
    else:
        hint = f"rename them, or give --classes {names[0]}=happy with what it means"
    ignored = f", or --ignore {','.join(names)} to leave them out" if has_others else ""
    kind = "no emotion" if has_others else "an emotion"
    says = "name" if has_others else "has no folder named after"
    if has_others:
        return f"In {folder}, {', '.join(names)} {says} {kind}: {hint}{ignored}."
    return f"{folder} {says} {kind}. Received: {', '.join(names[:8])}; {hint}."
