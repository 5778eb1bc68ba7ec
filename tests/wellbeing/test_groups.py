"""Trends of one person, figures of a team, and the demonstration."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.labels import EMOTIONS
from fer_core.wellbeing.days import bounds_of, day_of, past_days
from fer_core.wellbeing.demo import DAYS, PEOPLE, TEAMS, make_demo, make_demo_course
from fer_core.wellbeing.sitting import Rule
from fer_core.wellbeing.team import RANGES, Day, TeamSums, add_up, range_of, summarise
from fer_core.wellbeing.trends import Stretch, by_day, by_hour, by_weekday, find_baseline

BERLIN = ZoneInfo("Europe/Berlin")


def mean_of(stress: float, happy: float = 0.0) -> np.ndarray:
    probs = np.zeros(7)
    probs[EMOTIONS.index("sad")] = stress
    probs[EMOTIONS.index("happy")] = happy
    probs[EMOTIONS.index("neutral")] = 1 - stress - happy
    return probs


def stretch(when: datetime, stress: float, valid_s: float = 60.0) -> Stretch:
    return Stretch(when.timestamp(), 60.0, valid_s, valid_s * mean_of(stress))


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 11, 21), 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25)],
)
def test_days_are_as_long_as_the_place_has_them(day: date, hours: int) -> None:
    start, end = bounds_of(day, BERLIN)
    assert (end - start) / 3600 == hours
    assert day_of(start, BERLIN) == day_of(end - 1, BERLIN) == day


def test_only_days_that_are_over_are_past() -> None:
    midnight, _ = bounds_of(date(2026, 11, 21), UTC)
    assert past_days(midnight + 3599, 2, UTC) == [date(2026, 11, 18), date(2026, 11, 19)]
    assert past_days(midnight + 3600, 2, UTC) == [date(2026, 11, 19), date(2026, 11, 20)]


def test_trends_by_day_weekday_and_hour() -> None:
    friday = datetime(2026, 11, 20, 9, 0, tzinfo=BERLIN)
    found = [
        stretch(friday, 0.2),
        stretch(friday.replace(hour=15), 0.6, valid_s=20.0),
        stretch(friday.replace(day=21), 0.9),
        Stretch(0.0, 60.0, 0.0, np.zeros(7)),
    ]
    days = by_day(found, Rule(), BERLIN)
    assert [point.key for point in days] == [date(2026, 11, 20), date(2026, 11, 21)]
    assert days[0].stress.value == pytest.approx((60 * 0.2 + 20 * 0.6) / 80)
    assert days[0].stress.coverage == pytest.approx(80 / 120)
    assert [point.key for point in by_weekday(found, Rule(), BERLIN)] == [4, 5]
    assert [point.key for point in by_hour(found, Rule(), BERLIN)] == [9, 15]
    late = [stretch(datetime(2026, 11, 20, 23, 30, tzinfo=UTC), 0.5)]
    assert by_day(late, Rule(), BERLIN)[0].key == date(2026, 11, 21)


def test_usual_needs_five_days() -> None:
    days = [stretch(datetime(2026, 11, day, 9, tzinfo=UTC), day / 100) for day in range(1, 6)]
    assert find_baseline(by_day(days[:4], Rule(), UTC)) is None
    found = find_baseline(by_day(days, Rule(), UTC))
    assert found is not None
    assert found.median == pytest.approx(0.03)
    assert found.days == 5


def test_everybody_counts_the_same_however_long_they_sat() -> None:
    days = [Day(mean_of(0.9), 3000.0, 3000.0), Day(mean_of(0.1, 0.4), 30.0, 60.0)]
    found = summarise([add_up(days)])
    assert found is not None
    assert (found.days, found.stress, found.happiness) == (2, 0.5, 0.2)
    assert found.above == "40 to 60 %"
    assert found.bands.tolist() == [0.5, 0, 0, 0, 0.5]
    assert found.coverage == 0.99
    assert summarise([]) is None


def by_date(rows: list[tuple[int, Day]]) -> list[TeamSums]:
    return [add_up([day for when, day in rows if when == one]) for one in {w for w, _ in rows}]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 8), st.floats(0, 1)), min_size=2, max_size=30),
    st.randoms(use_true_random=False),
)
def test_figures_are_in_range_and_keep_no_order(days: list[tuple[int, float]], rng: object) -> None:
    rows = [(date, Day(mean_of(stress), 50.0, 60.0)) for date, stress in days]
    found = summarise(by_date(rows))
    rng.shuffle(rows)  # type: ignore[attr-defined]
    again = summarise(by_date(rows))
    assert found is not None
    assert again is not None
    for name in ("stress", "happiness", "low", "high", "coverage"):
        assert 0 <= getattr(found, name) <= 1
        assert getattr(found, name) == pytest.approx(getattr(again, name), abs=0.0101)
    assert found.low <= found.stress + 0.01
    assert found.stress <= found.high + 0.01
    np.testing.assert_allclose(np.round(found.bands * 10) / 10, found.bands)
    assert found.above in RANGES


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "under 20 %"), (0.19, "under 20 %"), (0.2, "20 to 40 %"), (0.6, "60 to 80 %")]
    + [(0.8, "over 80 %"), (1, "over 80 %")],
)
def test_a_range_never_says_nobody_or_everybody(share: float, said: str) -> None:
    assert range_of(share) == said


def test_the_demonstration_is_a_seeded_month_of_thirty() -> None:
    last = date(2026, 11, 20)
    demo = make_demo(last, UTC)
    make_demo.cache_clear()
    again = make_demo(last, UTC)
    assert demo.checkins[17].stretch.probs.tolist() == again.checkins[17].stretch.probs.tolist()
    assert len(set(demo.names)) == PEOPLE
    assert all(name.startswith("demo-") for name in demo.names)
    days = {checkin.day for checkin in demo.checkins}
    assert max(days) == last
    assert (max(days) - min(days)).days < DAYS
    assert not any(day.weekday() >= 5 for day in days)
    for checkin in demo.checkins:
        assert day_of(checkin.stretch.start_s, UTC) == checkin.day
        assert checkin.stretch.mean.sum() == pytest.approx(1)
        assert 0 < checkin.stretch.valid_s <= checkin.stretch.seconds
    figures = summarise([add_up(demo.days_of(last, t)) for t in range(len(TEAMS))])
    assert figures is not None
    assert figures.days >= 20
    assert 0.1 < figures.stress < 0.6


def test_the_demonstrations_check_in_is_a_minute() -> None:
    times, probs, valid = make_demo_course()
    assert (times.shape, probs.shape, valid.shape) == ((60,), (60, 7), (60,))
    np.testing.assert_allclose(probs.sum(axis=1), 1)
