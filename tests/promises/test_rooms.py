"""Lessons with students' own devices: no combination of all groups ever shown is about few."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.classroom.cohorts import CohortKeeper, tells_of_few
from tests.promises.algebra import few_told

EVENTS = st.lists(st.sets(st.integers(0, 11), min_size=1, max_size=3), min_size=1, max_size=14)


def lesson(k: int, seed: int, begin: int, events: list[set[int]]) -> CohortKeeper:
    """People come and go; now and then the app is started anew."""
    rng = random.Random(seed)
    keeper = CohortKeeper(k, rng=rng)
    present = set(range(begin))
    keeper.choose(present)
    for number, moved in enumerate(events):
        present ^= moved
        assert keeper.choose(present) <= present
        if number % 5 == 4:
            keeper = CohortKeeper(k, shown=keeper.shown, rng=rng)
    return keeper


def told(groups: list[frozenset[int]], k: int) -> set[int] | None:
    """About whom the groups tell, if everybody shows the same all the time: the worst case."""
    figures = [dict.fromkeys(group, 1) for group in groups]
    return few_told(figures, {one: one for group in groups for one in group}, k)


def test_three_groups_of_which_no_two_differ_by_few_may_tell() -> None:
    groups = [frozenset(group) for group in ({1, 2, 3, 4}, {1, 2, 5, 6}, {3, 4, 5, 6})]
    assert told(groups, 3) == {1, 2}
    assert tells_of_few(groups, 3)
    assert not tells_of_few(groups[:2], 3)


@pytest.mark.parametrize("k", [2, 3, 4])
@settings(max_examples=60)
@given(seed=st.integers(0, 2**16), begin=st.integers(0, 12), events=EVENTS)
def test_no_lesson_tells_about_few(k: int, seed: int, begin: int, events: list[set[int]]) -> None:
    assert told(list(lesson(k, seed, begin, events).shown), k) is None


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("k", [2, 3, 4, 5])
@settings(max_examples=3000, derandomize=False)
@given(seed=st.integers(0, 2**16), begin=st.integers(0, 12), events=EVENTS)
def test_thousands_of_lessons(k: int, seed: int, begin: int, events: list[set[int]]) -> None:
    assert told(list(lesson(k, seed, begin, events).shown), k) is None


@settings(max_examples=200)
@given(
    st.integers(2, 4),
    st.lists(st.frozensets(st.integers(0, 7), min_size=2), min_size=1, max_size=6),
)
def test_the_quick_search_finds_what_the_exact_one_does(
    k: int, groups: list[frozenset[int]]
) -> None:
    assert tells_of_few(groups, k) == (told(groups, k) is not None)


def test_what_is_left_of_a_group_is_not_shown_after_a_restart() -> None:
    """One of a group of four was erased: the other three, shown anew, told that one's figures."""
    whole = frozenset({1, 2, 3, 4})
    left = whole - {4}
    keeper = CohortKeeper(3, shown=[left], broken=[left], rng=random.Random(1))
    assert keeper.choose(left) == frozenset()
    for present in (left | {5}, left | {5, 6}, left | {5, 6, 7, 8, 9}):
        shown = keeper.choose(present)
        assert told([whole, *([shown] if shown else [])], 3) is None
    assert keeper.choose(left | {5, 6, 7, 8, 9}), "with enough others something is shown again"
