"""Ids stay with their people: 30 px apart, at 5, 15 and 30 fps, with jitter and dropouts."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fer_core.tracking import Tracker
from tests.tracking.paths import (
    APART,
    Detector,
    Path,
    circling,
    crossing,
    overtaking,
    standing,
    swinging,
)

FPS = (5, 15, 30)
SIZES = ((40, 40), (90, 90), (200, 200), (60, 140))
PATHS: dict[str, Path] = {
    "cross level": crossing(0, 100, 100),
    "cross upright": crossing(np.pi / 2, 60, 60),
    "cross fast": crossing(0.3, 220, 220),
    "cross slow and fast": crossing(0, 20, 150),
    "pass one who stands": crossing(0, 0, 150),
    "overtake": overtaking(0, 40, 120),
    "swing": swinging(0, 40, 1.5),
    "swing aslant": swinging(0.8, 80, 1.0),
    "swing hard": swinging(0.2, 60, 2.5),
    "circle": circling(15, 30),
    "circle fast": circling(30, 90),
    "circle wide": circling(60, 100),
    "stand": standing(0),
    "stand one above the other": standing(np.pi / 2),
}


def ids_of(frames: Iterable, tracker: Tracker | None = None) -> list[list[int]]:
    """The ids that each of the two people got, in order and without repetition."""
    tracker = tracker or Tracker()
    seen: list[list[int]] = [[], []]
    for time_s, faces, people in frames:
        found = tracker.update(faces, time_s).track_ids
        assert len(set(found.tolist())) == len(people)
        for person, track_id in zip(people, found, strict=True):
            if track_id not in seen[person]:
                seen[person].append(int(track_id))
    return seen


@pytest.mark.parametrize("fps", FPS)
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("name", PATHS)
def test_ids_never_swap(name: str, sizes: tuple[float, float], fps: int) -> None:
    for seed, missing in ((1, 0.0), (2, 0.1)):
        frames = Detector(sizes, missing=missing).watch(PATHS[name], fps=fps, seed=seed)
        ids = ids_of(frames)
        assert [len(i) for i in ids] == [1, 1]
        assert sorted(i[0] for i in ids) == [1, 2]


angles = st.floats(0, 2 * np.pi)
faces = st.tuples(st.floats(40, 200), st.floats(40, 200))
any_path = st.one_of(
    st.builds(crossing, angles, st.floats(0, 200), st.floats(0, 200), st.floats(-0.2, 0.2)),
    st.builds(overtaking, angles, st.floats(0, 80), st.floats(80, 200)),
    st.builds(swinging, angles, st.floats(5, 60), st.floats(0.3, 1.5)),
    st.builds(circling, st.floats(15, 80), st.floats(0, 30)),
    st.builds(standing, angles),
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(any_path, faces, st.sampled_from(FPS), st.integers(0, 2**16))
def test_ids_never_swap_on_any_path(
    path: Path, sizes: tuple[float, float], fps: int, seed: int
) -> None:
    centers = np.array([path(t) for t in np.arange(0, 4, 0.02)])
    assume(np.linalg.norm(centers[:, 0] - centers[:, 1], axis=1).min() > APART - 0.1)
    ids = ids_of(Detector(sizes, missing=0.1).watch(path, fps=fps, seed=seed))
    assert [len(i) for i in ids] == [1, 1]
    assert ids[0] != ids[1]


@pytest.mark.parametrize("fps", FPS)
@pytest.mark.parametrize("at", [0.7, 1.8, 2.1])
@pytest.mark.parametrize("name", ["cross level", "stand", "swing", "overtake"])
def test_half_a_second_out_of_sight(name: str, at: float, fps: int) -> None:
    def hidden(who: int) -> Iterable:
        for time_s, seen, people in Detector((100, 100)).watch(PATHS[name], fps=fps, seed=5):
            keep = [r for r, p in enumerate(people) if p != who or not at < time_s < at + 0.5]
            yield time_s, seen[keep], [people[r] for r in keep]

    for who in (0, 1):
        ids = ids_of(hidden(who))
        assert [len(i) for i in ids] == [1, 1]
        assert ids[0] != ids[1]
