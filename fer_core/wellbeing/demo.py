"""A made-up month of 30 made-up people, so that the page can be seen before anyone is filmed.

Drawn from a seed; it lives in memory only and never meets a real person's figures.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import EMOTIONS, NUM_EMOTIONS
from fer_core.text import mark
from fer_core.wellbeing.team import Day
from fer_core.wellbeing.trends import Stretch

TEAMS: Final = (mark("Workshop"), mark("Office"), mark("Front desk"))
DAYS: Final = 30
PEOPLE: Final = 30
_SEED: Final = 20_260
_CHECKIN_S: Final = 60


@dataclass(frozen=True, slots=True, eq=False)
class DemoCheckIn:
    """One made-up check-in.

    Attributes:
        person: 0..29.
        day: when.
        stretch: its sums.
        note: of the person, most often empty.
    """

    person: int
    day: date
    stretch: Stretch
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Demo:
    """The month.

    Attributes:
        names: pseudonyms of the 30.
        teams: (30,) index into ``TEAMS`` of each.
        checkins: in order of time.
    """

    names: tuple[str, ...]
    teams: tuple[int, ...]
    checkins: tuple[DemoCheckIn, ...]

    def of_person(self, person: int) -> list[DemoCheckIn]:
        """One person's check-ins."""
        return [checkin for checkin in self.checkins if checkin.person == person]

    def days_of(self, day: date, team: int) -> list[Day]:
        """Every person's day of a team."""
        found: dict[int, list[Stretch]] = {}
        for checkin in self.checkins:
            if checkin.day == day and self.teams[checkin.person] == team:
                found.setdefault(checkin.person, []).append(checkin.stretch)
        return [_day(stretches) for stretches in found.values()]


def _day(stretches: list[Stretch]) -> Day:
    valid_s = sum(stretch.valid_s for stretch in stretches)
    probs = np.sum([stretch.probs for stretch in stretches], axis=0) / valid_s
    return Day(probs, valid_s, sum(stretch.seconds for stretch in stretches))


@lru_cache(maxsize=8)
def make_demo(last: date, zone: tzinfo | None = None) -> Demo:
    """The month that ends with this day; the same for the same day and zone."""
    rng = np.random.default_rng(_SEED)
    names = tuple(f"demo-{number + 1:02d}" for number in range(PEOPLE))
    teams = tuple(number % len(TEAMS) for number in range(PEOPLE))
    usual = rng.normal(-1.1, 0.55, PEOPLE)  # log odds of the stress ratio
    checkins = []
    for back in range(DAYS - 1, -1, -1):
        day = last - timedelta(days=back)
        if day.weekday() >= 5:
            continue
        for person in range(PEOPLE):
            checkins += _day_of(rng, day, person, teams[person], usual[person], back, zone)
    checkins.sort(key=lambda checkin: checkin.stretch.start_s)
    return Demo(names, teams, tuple(checkins))


def _day_of(
    rng: np.random.Generator,
    day: date,
    person: int,
    team: int,
    usual: float,
    back: int,
    zone: tzinfo | None,
) -> list[DemoCheckIn]:
    """Up to two check-ins; the workshop has a hard week before the last, Mondays are harder."""
    made = []
    for hour in (9, 15):
        if rng.random() > 0.72:
            continue
        hard = 1.3 if team == 0 and 7 <= back < 14 else 0.0
        odds = usual + hard + (0.35 if day.weekday() == 0 else 0.0) + (0.25 if hour == 15 else 0.0)
        stress = 1 / (1 + np.exp(-(odds + rng.normal(0, 0.5))))
        when = datetime(day.year, day.month, day.day, hour, int(rng.integers(0, 60)))
        moment = when.replace(tzinfo=zone) if zone is not None else when.astimezone()
        valid_s = float(_CHECKIN_S * rng.uniform(0.72, 0.99))
        stretch = Stretch(
            moment.timestamp(), _CHECKIN_S, valid_s, valid_s * mix_of(rng, float(stress))
        )
        note = "Delivery day" if hard and rng.random() < 0.1 else ""
        made.append(DemoCheckIn(person, day, stretch, note))
    return made


def mix_of(rng: np.random.Generator, stress: float) -> NDArray[np.float64]:
    """(7,) probabilities whose angry, disgust, fear and sad add up to about ``stress``."""
    mix = np.zeros(NUM_EMOTIONS)
    tense = rng.dirichlet([3.0, 1.0, 1.5, 4.0])
    calm = rng.dirichlet([2.5, 0.6, 5.0])
    for name, share in zip(("angry", "disgust", "fear", "sad"), tense, strict=True):
        mix[EMOTIONS.index(name)] = stress * share
    for name, share in zip(("happy", "surprise", "neutral"), calm, strict=True):
        mix[EMOTIONS.index(name)] = (1 - stress) * share
    return mix


@lru_cache(maxsize=1)
def make_demo_course() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(times (60,), probabilities (60, 7), valid seconds (60,)) of one made-up check-in."""
    rng = np.random.default_rng(_SEED + 1)
    level = 0.33 + 0.14 * np.sin(np.arange(_CHECKIN_S) / 9.0) + rng.normal(0, 0.03, _CHECKIN_S)
    rows = np.stack([mix_of(rng, float(np.clip(one, 0.02, 0.95))) for one in level])
    kernel = np.ones(7) / 7  # faces change slowly
    padded = np.concatenate([rows[:3][::-1], rows, rows[-3:][::-1]])
    smooth = np.stack([np.convolve(padded[:, i], kernel, "valid") for i in range(NUM_EMOTIONS)], 1)
    times = np.arange(_CHECKIN_S, dtype=np.float64)
    return times, smooth / smooth.sum(axis=1, keepdims=True), rng.uniform(0.8, 1.0, _CHECKIN_S)
