"""One labelled set of faces in memory, whatever file it came from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.ferplus import emotion_shares
from fer_core.datasets.names import PRIVATE_TEST, PUBLIC_TEST, TRAIN
from fer_core.errors import DataError
from fer_core.types import FloatArray, ImageArray, IntArray

#: Side of the faces that networks are trained on, in pixels.
FACE_SIZE = 48

_COLUMNS = (
    "images",
    "paths",
    "labels",
    "splits",
    "ids",
    "votes",
    "participants",
    "clips",
    "times_s",
    "held_out",
)


@dataclass(frozen=True, slots=True, eq=False)
class FaceSet:
    """N labelled faces (``images``) or pictures that still need a detector (``paths``).

    Attributes:
        name: short, safe in a file's name, such as ``fer2013``.
        labels: (N,) int64, index into ``label_names``.
        label_names: the emotions of the set, in the order of ``FERPLUS_EMOTIONS``.
        splits: (N,) str, ``train``, ``public_test``, ``private_test`` or another name.
        ids: (N,) the row in the original file (int64), or the path within the set (str).
        images: (N, 48, 48) uint8 luma, or None where ``paths`` is given.
        paths: (N,) object, a ``Path`` each, or None where ``images`` is given.
        votes: (N, 10) float32, raw FER+ counts in the order of ``ferplus.VOTE_COLUMNS``, or
            (N, 8) shares in the order of ``FERPLUS_EMOTIONS``. For training take ``votes8``.
        participants: (N,) str, who is seen; clips: (N,) str; times_s: (N,) float64, in the clip.
        held_out: (N,) bool, official test rows; stays with a row whatever split it is given.
        has_fer_labels: the labels are FER-2013's own, which a model's output ``fer`` answers;
            the labels of any other set are compared with what is served.
        source: one sentence about where the set came from.
        rights: one sentence about the rights of the pictures; empty where the set says nothing.
        warnings: what a person should know about the file, one sentence each.
        leaky: True for a split that puts frames of one clip on both sides.
        split_note: how the splits were made, shown with every figure.
    """

    name: str
    labels: IntArray
    label_names: tuple[str, ...]
    splits: NDArray[np.str_]
    ids: NDArray[Any]
    images: ImageArray | None = None
    paths: NDArray[np.object_] | None = None
    votes: FloatArray | None = None
    participants: NDArray[np.str_] | None = None
    clips: NDArray[np.str_] | None = None
    times_s: NDArray[np.float64] | None = None
    held_out: NDArray[np.bool_] = None  # type: ignore[assignment]
    has_fer_labels: bool = False
    source: str = ""
    rights: str = ""
    warnings: tuple[str, ...] = ()
    leaky: bool = False
    split_note: str = "official"

    def __post_init__(self) -> None:
        n = len(self.labels)
        given: Any = self.held_out
        if given is None:
            held_out = np.isin(self.splits, (PUBLIC_TEST, PRIVATE_TEST))
            object.__setattr__(self, "held_out", held_out)
        if (self.images is None) == (self.paths is None):
            raise ValueError("A FaceSet takes either images or paths. Received: both or neither.")
        for column in _COLUMNS:
            value = getattr(self, column)
            if value is None:
                continue
            if len(value) != n:
                raise ValueError(f"{column} must have {n} rows. Received: {len(value)}.")
            value = value.view()
            value.setflags(write=False)
            object.__setattr__(self, column, value)
        if self.images is not None and self.images.dtype != np.uint8:
            raise ValueError(f"images must be uint8. Received: {self.images.dtype}.")
        if n and not 0 <= int(self.labels.min()) <= int(self.labels.max()) < len(self.label_names):
            raise ValueError(f"labels must index {self.label_names}. Received: other numbers.")

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, index: Any) -> Self:
        """The chosen rows (index array, slice or boolean mask)."""
        columns: dict[str, Any] = {
            column: value[index]
            for column in _COLUMNS
            if (value := getattr(self, column)) is not None
        }
        return replace(self, **columns)

    def split(self, name: str) -> Self:
        """The rows of one split.

        Raises:
            DataError: the set has no row of that split.
        """
        mask = self.splits == name
        if not mask.any():
            has = ", ".join(f"{k} ({v})" for k, v in self.split_counts().items()) or "none"
            raise DataError(f"{self.source} has no split {name!r}; its splits are {has}.")
        return self.take(mask)

    def split_counts(self) -> Mapping[str, int]:
        """Rows of each split, in the order of their first row."""
        names, first, counts = np.unique(self.splits, return_index=True, return_counts=True)
        return {str(names[i]): int(counts[i]) for i in np.argsort(first)}

    def class_counts(self) -> Mapping[str, int]:
        """Rows of each emotion of the set, empty ones included."""
        counts = np.bincount(self.labels, minlength=len(self.label_names))
        return dict(zip(self.label_names, (int(c) for c in counts), strict=True))

    def labels_in(self, names: tuple[str, ...]) -> IntArray:
        """(N,) int64: the labels as indices into ``names``; -1 where ``names`` lacks the label."""
        lookup = [names.index(name) if name in names else -1 for name in self.label_names]
        return np.asarray(lookup, np.int64)[self.labels]

    def with_splits(self, splits: NDArray[np.str_], *, note: str, leaky: bool = False) -> Self:
        """The same rows, divided otherwise; ``held_out`` stays as it was."""
        return replace(self, splits=splits, split_note=note, leaky=leaky)

    def faces(self) -> ImageArray:
        """(N, 48, 48) uint8.

        Raises:
            DataError: the set holds pictures, which a detector has to cut first.
        """
        if self.images is None:
            raise DataError(
                f"{self.source} holds pictures, not faces of {FACE_SIZE}x{FACE_SIZE}: "
                "cut the faces first (`evaluate --detect` does)."
            )
        return self.images

    @property
    def votes8(self) -> FloatArray:
        """(N, 8) float32: FER+ shares for **training or cleaning**, over ``FERPLUS_EMOTIONS``.

        Rows whose votes are all 'unknown' or 'no face' are NaN.

        Raises:
            DataError: a row belongs to an official test split, or the set has no votes.
        """
        self._need_votes()
        if self.held_out.any():
            raise DataError(
                f"FER+ votes of test rows may score a model but never train it or clean its data: "
                f"{int(self.held_out.sum())} of {len(self)} rows of {self.source} are test rows; "
                f"take .split({TRAIN!r}) first, or scoring_votes8() to score."
            )
        return self.scoring_votes8()

    def scoring_votes8(self) -> FloatArray:
        """(N, 8) float32: FER+ shares of any row, to **score** a model with; NaN as in ``votes8``.

        Raises:
            DataError: the set has no votes.
        """
        return emotion_shares(self._need_votes())

    def _need_votes(self) -> FloatArray:
        if self.votes is None:
            raise DataError(
                f"{self.source} has no FER+ votes: lay fer2013new.csv of Barsoum et al. (2016) "
                "beside it, or name the file."
            )
        return self.votes

    def data_hash(self) -> str:
        """SHA-256 (hex) of faces, labels and splits in their order.

        The same for every form of the same set: file names and ids do not count. A picture that
        is not yet cut counts with the bytes of its file.
        """
        digest = hashlib.sha256()
        digest.update("\0".join(self.label_names).encode() + b"\1")
        digest.update("\0".join(self.splits.tolist()).encode() + b"\1")
        digest.update(np.ascontiguousarray(self.labels, "<i8").tobytes())
        if self.images is not None:
            digest.update(str(self.images.shape[1:]).encode())
            digest.update(np.ascontiguousarray(self.images).data)
        else:
            assert self.paths is not None
            for path in self.paths:
                digest.update(hashlib.sha256(Path(path).read_bytes()).digest())
        return digest.hexdigest()
