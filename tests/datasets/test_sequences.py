"""Generated and recorded sequences: what they show, and that no picture is in two parts."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from fer_core.datasets.faceset import FaceSet
from fer_core.datasets.names import PUBLIC_TEST, TRAIN
from fer_core.datasets.sequences import (
    generate_sequences,
    recorded_sequences,
    source_parts,
    source_pools,
)
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS

NEUTRAL = EMOTIONS.index("neutral")


def face_set(each: int = 40) -> FaceSet:
    """Blurred noise that tells pictures apart, and some that are in both splits."""
    rng = np.random.default_rng(4)
    labels = np.tile(np.arange(7), 2 * each)
    coarse = rng.integers(0, 255, (len(labels), 12, 12), np.uint8)
    images = coarse.repeat(4, axis=1).repeat(4, axis=2)
    half = len(labels) // 2
    images[half : half + 7] = images[:7]  # the same photographs in the public test split
    splits = np.array([TRAIN] * half + [PUBLIC_TEST] * half)
    ids = np.arange(len(labels))
    return FaceSet("made", labels, EMOTIONS, splits, ids, images=images, source="made")


def test_no_picture_is_in_two_parts() -> None:
    faces = face_set()
    parts = source_parts(faces)
    assert list(parts) == ["train", "validation", "held_out", "held_out_public"]
    assert all(len(part) > 10 for part in parts.values())
    looks = [{image.tobytes() for image in part.faces()} for part in parts.values()]
    for number, one in enumerate(looks):
        for other in looks[number + 1 :]:
            assert not one & other
    assert set(parts["train"].splits) | set(parts["held_out"].splits) == {TRAIN}
    again = source_parts(faces.take(np.arange(len(faces))[::-1]))
    assert {k: set(v.ids) for k, v in again.items()} == {k: set(v.ids) for k, v in parts.items()}


def test_only_faces_that_the_votes_agree_on() -> None:
    faces = face_set()
    votes = np.zeros((len(faces), 8), np.float32)
    votes[np.arange(len(faces)), faces.labels] = 1
    votes[::3] = np.eye(8, dtype=np.float32)[7]  # contempt, which is none of the seven
    parts = source_parts(replace(faces, votes=votes))
    assert all((np.asarray(part.ids) % 3 != 0).all() for part in parts.values())


def test_an_emotion_without_a_face_is_a_sentence() -> None:
    faces = face_set()
    with pytest.raises(DataError, match="too few faces of 'disgust'"):
        source_pools(faces.take(faces.labels != EMOTIONS.index("disgust")))


def test_sequences_go_through_neutral_and_are_the_same_for_the_same_seed() -> None:
    faces = face_set()
    pools = source_pools(faces)
    made = list(generate_sequences(faces.faces(), pools, 6, 90, seed=3))
    again = list(generate_sequences(faces.faces(), pools, 6, 90, seed=3))
    for one, same in zip(made, again, strict=True):
        assert one.crops.shape == (90, 48, 48)
        assert one.crops.dtype == np.uint8
        assert np.array_equal(one.crops, same.crops)
        assert one.times_s[0] == 0
        assert (np.diff(one.times_s) > 0).all()
        changes = one.labels[np.flatnonzero(np.diff(one.labels, prepend=-1))]
        assert all((a == NEUTRAL) != (b == NEUTRAL) for a, b in pairwise(changes))
        assert {faces.labels[row] for row in one.sources} >= set(changes.tolist())
    assert len({one.labels.tobytes() for one in made}) == 6
    shown = np.concatenate([one.labels for one in made])
    assert len(set(shown.tolist())) >= 4


def test_recorded_clips_in_order_of_time_and_in_parts() -> None:
    faces = face_set(each=2)
    n = len(faces)
    clips = np.array(["a", "b"] * (n // 2))
    times = np.arange(n)[::-1] / 10
    faces = replace(faces, clips=clips, times_s=times, participants=np.char.add("p", clips))
    found = list(recorded_sequences(faces, frames=8))
    assert [person for person, _ in found] == ["pa", "pa", "pb", "pb"]
    assert [len(s.labels) for _, s in found] == [8, 6, 8, 6]
    assert all((np.diff(s.times_s) > 0).all() for _, s in found)
    with pytest.raises(DataError, match="no recorded sequences"):
        list(recorded_sequences(face_set(1), 8))
