"""A simulated lesson, to see the page alive before anybody joins. Seeded: always the same."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from fer_core.classroom.answers import AnswerCount, count_answers
from fer_core.classroom.lesson import Lesson
from fer_core.classroom.measures import EMOTION_WEIGHTS, figures_of, weigh_gaze
from fer_core.labels import EMOTIONS, NUM_EMOTIONS
from fer_core.text import mark

PEOPLE: Final = 24
LENGTH_S: Final = 20 * 60
#: Seconds since the beginning, and what was noted there.
MARKERS: Final = (
    (60, mark("explained fractions")),
    (420, mark("exercise in pairs")),
    (840, mark("talked about the results")),
)
#: How often they say of themselves how it goes, and how often their cameras would say the same.
ANSWERS_EVERY_S: Final = 120
SAME: Final = 0.75
#: How far the simulated class attends, and how glad it is, from each moment on.
_COURSE: Final = ((0, 0.75, 0.1), (60, 0.9, 0.1), (420, 0.55, 0.5), (840, 0.8, 0.25))


@dataclass(frozen=True, slots=True, eq=False)
class Demonstration:
    """A simulated lesson with its markers as (UTC second, label)."""

    lesson: Lesson
    markers: tuple[tuple[int, str], ...]
    start_s: int
    end_s: int


@lru_cache(maxsize=4)
def make_demonstration(start_s: int = 0, k: int = 5, seed: int = 6) -> Demonstration:
    """The lesson of simulated people, through the same sums as a real one.

    Args:
        start_s: UTC second at which it begins.
        k: smallest group that is shown.
        seed: the same seed gives the same lesson.
    """
    rng = np.random.default_rng(seed)
    own = rng.normal(0, 0.08, (PEOPLE, 2))
    swing = np.zeros((PEOPLE, 2))
    weights = np.array([EMOTION_WEIGHTS[name] for name in EMOTIONS])
    times, people, values = [], [], []
    for second in range(20, LENGTH_S):
        attend, glad = next(c[1:] for c in reversed(_COURSE) if second >= c[0])
        swing = 0.97 * swing + rng.normal(0, 0.03, swing.shape)
        attention, gladness = np.clip(np.array([attend, glad]) + own + swing, 0, 1).T
        facing = (rng.random(PEOPLE) < attention).astype(np.float64)
        openness = np.clip(rng.normal(0.85, 0.2, PEOPLE), 0, 1)
        probs = rng.dirichlet(np.full(NUM_EMOTIONS, 0.6), PEOPLE) * 0.3
        probs[:, EMOTIONS.index("happy")] += 0.7 * gladness
        probs[:, EMOTIONS.index("neutral")] += 0.7 * (1 - gladness)
        shown = weights[probs.argmax(axis=1)] * weigh_gaze(facing, openness) / 4.5
        rows = np.column_stack([probs, facing, openness >= 0.5, shown])
        figures = figures_of(rows, k)
        if figures is not None:
            times.append(start_s + second)
            people.append(figures.people)
            values.append(figures.values)
    lesson = Lesson(
        np.array(times, np.int64),
        np.array(people, np.int64),
        np.array(values).reshape(-1, 10),
        _said(start_s, k, seed),
    )
    markers = tuple((start_s + at_s, label) for at_s, label in MARKERS)
    return Demonstration(lesson, markers, start_s, start_s + LENGTH_S)


def _said(start_s: int, k: int, seed: int) -> tuple[AnswerCount, ...]:
    """What the simulated students say of themselves, through the same counts as in earnest."""
    rng = np.random.default_rng([seed, 1])
    counts = []
    for second in range(ANSWERS_EVERY_S, LENGTH_S, ANSWERS_EVERY_S):
        attend = next(c[1] for c in reversed(_COURSE) if second >= c[0])
        at_s, spoke = start_s + second, rng.permutation(PEOPLE)[: PEOPLE // 2]
        follows = rng.random(PEOPLE) < attend
        seen = np.where(rng.random(PEOPLE) < SAME, follows, ~follows)
        answers = {int(p): (at_s - 30, bool(follows[p]), bool(seen[p])) for p in spoke}
        counted = count_answers(answers, range(PEOPLE), k, at_s)
        if counted is not None:
            counts.append(counted[0])
    return tuple(counts)
