"""Sequences of one face over time: generated from still faces, or recorded.

A generated sequence goes from one expression to another through neutral, as faces do. Each
stretch shows one still face that moves a little; between two, they are blended into each other.
The faces of a sequence are of different people, since sets of still faces have no more: what is
measured on them compares ways of filtering, and says nothing about persons.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.duplicates import dhash
from fer_core.datasets.faceset import FaceSet
from fer_core.datasets.names import PUBLIC_TEST, TRAIN
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.types import ImageArray, IntArray

#: Frames a second at which cameras, files and busy servers deliver.
RATES_HZ: Final = (5.0, 8.0, 12.0, 15.0, 25.0, 30.0)
HOLD_S: Final = (0.8, 4.0)
NEUTRAL_S: Final = (0.4, 2.5)
CHANGE_S: Final = (0.15, 0.7)
#: Share of the frames that are smeared, as when a head turns quickly.
SMEARED: Final = 0.04
_NEUTRAL: Final = EMOTIONS.index("neutral")


@dataclass(frozen=True, slots=True, eq=False)
class FaceSequence:
    """One face over time.

    Attributes:
        crops: (T, size, size) uint8 luma.
        times_s: (T,) float64, increasing.
        labels: (T,) int64, the expression shown, in the order of ``EMOTIONS``.
        sources: rows of the still faces it was made of; empty for recorded ones.
    """

    crops: ImageArray
    times_s: NDArray[np.float64]
    labels: IntArray
    sources: tuple[int, ...] = ()


def source_parts(faces: FaceSet) -> dict[str, FaceSet]:
    """Faces to make sequences of, so that no picture is in two parts.

    ``train``: the training split but for a sixth of it, ``held_out``, that nothing is ever
    trained or chosen on; ``validation`` and ``held_out_public``: a half each of the public test
    split, less what the training split holds too. Pictures that look the same (equal ``dhash``)
    are in one part. Only faces whose label the majority of the FER+ votes shares, where there are
    votes.

    Raises:
        DataError: the set has no such splits.
    """
    train, public = faces.split(TRAIN), faces.split(PUBLIC_TEST)
    keys, public_keys = _keys(train), _keys(public)
    is_held = keys % np.uint64(6) == 0
    is_new = ~np.isin(public_keys, keys)
    is_odd = public_keys % np.uint64(2) == 1
    return {
        "train": _agreed(train.take(~is_held)),
        "validation": _agreed(public.take(is_new & ~is_odd)),
        "held_out": _agreed(train.take(is_held)),
        "held_out_public": _agreed(public.take(is_new & is_odd)),
    }


def _keys(faces: FaceSet) -> NDArray[np.uint64]:
    """(N,) a number per look of a picture, as good as drawn and always the same."""
    words = dhash(faces.faces()).reshape(len(faces), -1)
    keys = np.zeros(len(faces), np.uint64)
    for column in words.T:  # multiplicative hashing (Knuth, The Art of Computer Programming, 6.4)
        keys = (keys ^ column) * np.uint64(0x9E3779B97F4A7C15)
        keys ^= keys >> np.uint64(29)
    return keys


def _agreed(faces: FaceSet) -> FaceSet:
    if faces.votes is None:
        return faces
    # Of test rows too: they are scored with here, never trained on.
    votes = np.nan_to_num(faces.scoring_votes8())
    names = [*EMOTIONS, ""]
    majority = [names[n] if n < len(EMOTIONS) else "" for n in votes.argmax(axis=1)]
    labels = [faces.label_names[n] for n in faces.labels]
    return faces.take(np.asarray(majority) == np.asarray(labels))


def source_pools(faces: FaceSet) -> list[IntArray]:
    """Rows per emotion, in the order of ``EMOTIONS``.

    Raises:
        DataError: an emotion has none.
    """
    labels = faces.labels_in(EMOTIONS)
    pools = [np.flatnonzero(labels == number) for number in range(len(EMOTIONS))]
    for name, pool in zip(EMOTIONS, pools, strict=True):
        if not len(pool):
            raise DataError(f"{faces.source} has too few faces of {name!r} to make sequences of.")
    return pools


def generate_sequences(
    images: ImageArray, pools: list[IntArray], count: int, frames: int, seed: int
) -> Iterator[FaceSequence]:
    """Sequences of ``frames`` frames each, the same ones for the same seed.

    Args:
        images: (N, h, w) uint8, the still faces.
        pools: per emotion the rows that may be used.
    """
    for number in range(count):
        yield _generate(images, pools, frames, np.random.default_rng((seed, number)))


def _generate(
    images: ImageArray, pools: list[IntArray], frames: int, rng: np.random.Generator
) -> FaceSequence:
    rate_hz = float(rng.choice(RATES_HZ))
    gaps = rng.uniform(0.8, 1.2, frames) / rate_hz
    gaps[rng.random(frames) < 0.02] *= 3  # a frame or two that were lost
    times = np.cumsum(gaps) - gaps[0]
    stretches = _plan(pools, float(times[-1]), rng)
    move = _Motion(rng)
    crops, labels = [], []
    index = 0
    for time_s in times:
        while index + 1 < len(stretches) and time_s >= stretches[index + 1].begins_s:
            index += 1
        now = stretches[index]
        before = stretches[max(0, index - 1)]
        # The blend is half done at the border between two stretches, where the label changes.
        share = 1.0
        if index and time_s < now.begins_s + now.change_s / 2:
            share = 0.5 + (time_s - now.begins_s) / now.change_s
        face = _blend(images[before.row], images[now.row], share)
        if index + 1 < len(stretches):
            after = stretches[index + 1]
            ahead = after.begins_s - time_s
            if ahead < after.change_s / 2:
                face = _blend(images[now.row], images[after.row], 0.5 - ahead / after.change_s)
        crops.append(move.apply(face, float(time_s), rng))
        labels.append(now.emotion)
    sources = tuple(s.row for s in stretches)
    return FaceSequence(np.stack(crops), times, np.asarray(labels, np.int64), sources)


@dataclass(frozen=True, slots=True)
class _Stretch:
    begins_s: float
    change_s: float
    emotion: int
    row: int


def _plan(pools: list[IntArray], length_s: float, rng: np.random.Generator) -> list[_Stretch]:
    """Expressions and neutral in turn, to the end; either may be the first."""
    stretches: list[_Stretch] = []
    is_neutral, at_s = bool(rng.random() < 0.5), -float(rng.uniform(0.0, 1.0))
    shown = -1
    while at_s < length_s or not stretches:
        emotion = _NEUTRAL
        if not is_neutral:
            others = [e for e in range(len(EMOTIONS)) if e not in (_NEUTRAL, shown)]
            emotion = shown = int(rng.choice(others))
        row = int(rng.choice(pools[emotion]))
        stretches.append(_Stretch(at_s, float(rng.uniform(*CHANGE_S)), emotion, row))
        at_s += float(rng.uniform(*(NEUTRAL_S if is_neutral else HOLD_S)))
        is_neutral = not is_neutral
    return stretches


def _blend(first: ImageArray, second: ImageArray, share: float) -> ImageArray:
    share = min(max(share, 0.0), 1.0)
    return np.asarray(cv2.addWeighted(second, share, first, 1 - share, 0.0), np.uint8)


class _Motion:
    """How a head moves, and what detector, light and camera add."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._speed = rng.uniform(0.1, 0.7, 5)  # cycles per second
        self._phase = rng.uniform(0, 2 * np.pi, 5)
        self._reach = rng.uniform(0, [0.05, 0.07, 8.0, 0.05, 0.25])
        self._noise = float(rng.uniform(0, 8))
        self._blur = float(rng.uniform(0, 0.9))

    def apply(self, face: ImageArray, time_s: float, rng: np.random.Generator) -> ImageArray:
        size = face.shape[0]
        wave = np.sin(2 * np.pi * self._speed * time_s + self._phase) * self._reach
        jitter = rng.normal(0, [0.3, 0.3, 0.01])
        center = ((size - 1) / 2, (size - 1) / 2)
        matrix = cv2.getRotationMatrix2D(center, float(wave[2]), float(1 + wave[1] + jitter[2]))
        matrix[:, 2] += [wave[0] * size + jitter[0], wave[3] * size + jitter[1]]
        moved = cv2.warpAffine(face, matrix, (size, size), borderMode=cv2.BORDER_REFLECT_101)
        if self._blur > 0.3:
            moved = cv2.GaussianBlur(moved, (0, 0), self._blur)
        if rng.random() < SMEARED:
            moved = cv2.blur(moved, (9, 3))
        lit = moved.astype(np.float32) * (1 + wave[4]) + rng.normal(0, self._noise, moved.shape)
        return np.asarray(np.clip(np.rint(lit), 0, 255), np.uint8)


def recorded_sequences(faces: FaceSet, frames: int) -> Iterator[tuple[str, FaceSequence]]:
    """Participant and sequence of every recorded clip, cut into parts of ``frames`` at most.

    Raises:
        DataError: the set has no clips with times.
    """
    if faces.clips is None or faces.times_s is None or faces.participants is None:
        raise DataError(
            f"{faces.source} holds no recorded sequences: name a set with the columns "
            "participant, clip and time_s."
        )
    labels, images = faces.labels_in(EMOTIONS), faces.faces()
    for clip in np.unique(faces.clips):
        rows = np.flatnonzero((faces.clips == clip) & (labels >= 0))
        rows = rows[np.argsort(faces.times_s[rows], kind="stable")]
        for start in range(0, len(rows), frames):
            part = rows[start : start + frames]
            if len(part) > 1:
                yield (
                    str(faces.participants[part[0]]),
                    FaceSequence(images[part], faces.times_s[part], labels[part]),
                )
