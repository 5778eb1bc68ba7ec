"""Five posters before one camera are nobody, also where the camera shakes."""

from collections.abc import Callable

import numpy as np
import pytest

from fer_core.classroom.places import LivingFaces

#: Faces of 24 to 100 px all over the picture.
SIZES = np.array([24.0, 32, 40, 56, 80, 100])
CENTERS = np.array([[100.0, 80], [420, 500], [700, 120], [1150, 610], [180, 620], [1000, 90]])
STILL = np.zeros_like(CENTERS)


def boxes(centers: np.ndarray) -> np.ndarray:
    return np.hstack([centers - SIZES[:, None] / 2, centers + SIZES[:, None] / 2])


def people(second: int) -> np.ndarray:
    """Each sways by a tenth of the face in their own rhythm, as people at desks do."""
    phases = second * np.array([1.9, 2.3, 2.9, 2.0, 2.6, 2.2])
    return 0.1 * SIZES[:, None] * np.stack([np.sin(phases), np.cos(phases)], axis=1)


def shaken(centers: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """As a camera in somebody's hand sees it."""
    turn, (dx, dy) = 0.004 * rng.normal(), 5 * rng.normal(size=2)
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return (centers - [640, 360]) @ turned + [640 + dx, 360 + dy]


def counted(
    sway: Callable[[int], np.ndarray], *, shakes: bool, seconds: int = 60, hz: int = 1
) -> np.ndarray:
    """Which faces were counted at the end."""
    rng, living = np.random.default_rng(5), LivingFaces()
    seen = np.zeros(len(SIZES), bool)
    for frame in range(seconds * hz):
        centers = CENTERS + sway(frame // hz) + rng.normal(0, 0.004, CENTERS.shape) * SIZES[:, None]
        seen = living.update(boxes(shaken(centers, rng) if shakes else centers), frame / hz)
    return seen


@pytest.mark.parametrize("shakes", [False, True])
@pytest.mark.parametrize("hz", [1, 5])
def test_posters_are_nobody(shakes: bool, hz: int) -> None:
    assert not counted(lambda _: STILL, shakes=shakes, hz=hz).any()


@pytest.mark.parametrize("shakes", [False, True])
def test_people_count_within_their_first_minute(shakes: bool) -> None:
    assert counted(people, shakes=shakes).all()


@pytest.mark.parametrize("shakes", [False, True])
def test_posters_between_people_are_not_counted_with_them(shakes: bool) -> None:
    is_person = np.isin(np.arange(len(SIZES)), [0, 4] if shakes else [0, 2, 4])
    found = counted(lambda at: np.where(is_person[:, None], people(at), 0), shakes=shakes)
    assert not found[~is_person].any()
    assert found[is_person].all()


def test_who_gives_their_place_to_a_poster_counts_for_a_minute_at_most() -> None:
    assert counted(lambda at: people(min(at, 20)), shakes=False, seconds=60).all()
    assert not counted(lambda at: people(min(at, 20)), shakes=False, seconds=90).any()


def test_what_flickers_between_places_is_nobody() -> None:
    """A texture that is taken for a face now here, now there."""
    rng, living = np.random.default_rng(7), LivingFaces()
    for second in range(60):
        at = rng.uniform([50, 50], [1200, 650], (3, 2))
        seen = living.update(np.hstack([at - 20, at + 20]), float(second))
        assert not seen.any()


def test_nobody_in_view_and_one_alone() -> None:
    living = LivingFaces()
    assert living.update(np.zeros((0, 4)), 0.0).tolist() == []
    for second in range(1, 9):
        seen = living.update(np.array([[0, 0, 50, 50]]) + 8 * (second % 2), float(second))
    assert seen.tolist() == [True]
