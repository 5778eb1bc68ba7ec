"""Samples, roll-ups and the sums of dashboards, on both databases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from fer_core.storage import SampleRow, Store, checkins, persons, recording
from fer_core.storage.recording import recompute_minutes, write_rows
from fer_core.storage.sums import load_minutes, sum_buckets
from fer_core.storage.tables import Minute, Sample
from fer_core.types import EmotionSample
from tests.storage.fills import ANGRY, HAPPY, add_person, row, sit

START_S = 1_799_999_940  # a whole minute


def test_samples_of_minutes_add_up(store: Store) -> None:
    person_id, checkin_id = add_person(store, "otter", seconds=90, start_s=START_S + 30)
    with store.read() as session:
        minutes = load_minutes(session, person_id=person_id)
        assert [(minute, sums.seconds) for minute, sums in minutes] == [
            (START_S, 30),
            (START_S + 60, 60),
        ]
        total = sum_buckets(session, buckets=[(START_S, START_S + 120)])[0]
        course = checkins.load_course(session, person_id=person_id, checkin_id=checkin_id)
    assert (total.person_id, total.bucket, total.seconds) == (person_id, 0, 90)
    assert total.valid_s == pytest.approx(81)
    assert total.coverage == pytest.approx(0.9)
    np.testing.assert_allclose(total.mean, HAPPY, atol=1e-6)
    assert course.times_s.tolist() == list(range(START_S + 30, START_S + 120))
    np.testing.assert_allclose(course.probs, np.tile(HAPPY, (90, 1)), atol=1e-6)
    assert np.isnan(course.facing).all()


def test_a_second_written_twice_counts_once_and_the_later_holds(store: Store) -> None:
    person_id, checkin_id = add_person(store, "otter", seconds=3, start_s=START_S)
    with store.write() as session:
        assert write_rows(session, [row(checkin_id, person_id, START_S + 1, ANGRY)]) == 1
    with store.read() as session:
        total = sum_buckets(session, buckets=[(START_S, START_S + 60)])[0]
    assert total.seconds == 3
    np.testing.assert_allclose(total.mean, (2 * np.array(HAPPY) + ANGRY) / 3, atol=1e-6)


def test_shares_are_of_the_time_in_which_they_were_measured(store: Store) -> None:
    person_id, checkin_id = add_person(store, "otter", start_s=START_S)
    rows = [
        row(checkin_id, person_id, START_S, facing=1.0),
        row(checkin_id, person_id, START_S + 1, coverage=0.3, facing=0.0, eyes_open=0.5),
        row(checkin_id, person_id, START_S + 2),
    ]
    with store.write() as session:
        write_rows(session, rows)
        total = sum_buckets(session, buckets=[(START_S, START_S + 60)])[0]
    assert (total.facing_s, total.facing_of_s) == (pytest.approx(0.9), pytest.approx(1.2))
    assert (total.eyes_s, total.eyes_of_s) == (pytest.approx(0.15), pytest.approx(0.3))


def test_rows_of_others_and_of_the_erased_are_refused(store: Store) -> None:
    mine, my_checkin = add_person(store, "otter", start_s=START_S)
    other, _ = add_person(store, "badger", start_s=START_S)
    with store.write() as session:
        good = row(my_checkin, mine, START_S)
        assert write_rows(session, [row(my_checkin, other, START_S), good]) == 1
        assert write_rows(session, [row(999, mine, START_S)]) == 0
        assert not checkins.end_checkin(
            session, checkin_id=my_checkin, person_id=other, now_s=START_S, result={"a": 1}
        )
        assert not checkins.set_note(session, checkin_id=my_checkin, person_id=other, note="x")
        assert not checkins.delete_checkin(session, checkin_id=my_checkin, person_id=other)
        assert checkins.set_note(
            session, checkin_id=my_checkin, person_id=mine, note="'; DROP TABLE samples;--\0"
        )
    with store.read() as session:
        assert [s.person_id for s in session.scalars(select(Sample))] == [mine]
        found = checkins.list_checkins(session, person_id=mine)[0]
        assert found.note == "'; DROP TABLE samples;--"
        assert found.result is None
    assert store.erase(person_id=mine)
    with store.write() as session:
        assert write_rows(session, [good]) == 0


def test_deleting_one_checkin_takes_its_part_of_the_sums(store: Store) -> None:
    person_id, checkin_id = add_person(store, "otter", seconds=50, start_s=START_S)
    with store.write() as session:
        second = sit(session, person_id, START_S)
        write_rows(session, [row(second, person_id, START_S + 20 + i, ANGRY) for i in range(100)])
        assert checkins.delete_checkin(session, checkin_id=second, person_id=person_id)
        minutes = load_minutes(session, person_id=person_id)
        assert [sums.seconds for _, sums in minutes] == [50]
        np.testing.assert_allclose(minutes[0][1].mean, HAPPY, atol=1e-6)
        assert checkins.delete_checkin(session, checkin_id=checkin_id, person_id=person_id)
        assert load_minutes(session, person_id=person_id) == []


def test_buckets_choose_team_person_and_real_people(store: Store) -> None:
    with store.write() as session:
        team = persons.create_team(session, name="A", now_s=1).id
        demo = persons.create_person(session, now_s=1, is_demo=True).person.id
        shown = sit(session, demo, START_S)
        write_rows(session, [row(shown, demo, START_S)])
    first, _ = add_person(store, "otter", seconds=2, start_s=START_S, team_id=team)
    second, _ = add_person(store, "badger", seconds=2, start_s=START_S + 60)
    day = [(START_S, START_S + 86_400)]
    halves = [(START_S, START_S + 60), (START_S + 60, START_S + 120)]
    with store.read() as session:

        def who(**how: object) -> list[tuple[int, int]]:
            rows = sum_buckets(session, **{"buckets": day, **how})  # type: ignore[arg-type]
            return [(sums.bucket, sums.person_id) for sums in rows]

        assert who() == [(0, first), (0, second)]
        assert who(team_id=team) == [(0, first)]
        assert who(person_id=second) == [(0, second)]
        assert who(is_demo=True) == [(0, demo)]
        assert who(buckets=halves) == [(0, first), (1, second)]
        assert who(buckets=[]) == []
        with pytest.raises(ValueError, match="whole minutes"):
            who(buckets=[(1, 61)])


@pytest.mark.parametrize(
    "wrong",
    [
        {"probs": (0.5,) * 6},
        {"probs": (2.0, *([0.0] * 6))},
        {"probs": (float("nan"), *([0.0] * 6))},
        {"coverage": 1.5},
        {"facing": -0.1},
    ],
)
def test_a_row_out_of_range_is_refused_where_it_is_made(store: Store, wrong: dict) -> None:
    with pytest.raises(ValueError, match="Received"):
        store.writer.put(SampleRow(**{**_row_fields(), **wrong}))
    assert store.writer.status().queued == 0


def _row_fields() -> dict[str, object]:
    return {
        "checkin_id": 1,
        "person_id": 1,
        "second_s": 1,
        "track_id": 1,
        "probs": HAPPY,
        "coverage": 1.0,
    }


def test_a_row_of_a_sample() -> None:
    sample = EmotionSample(12.0, 1.0, 3, np.array(HAPPY), valid_s=0.5, facing=1.0)
    made = SampleRow.of(sample, checkin_id=7, person_id=8, zero_s=1000.25)
    assert (made.second_s, made.track_id, made.coverage) == (1012, 3, 0.5)
    values = made.values()
    assert (values["facing"], values["eyes_open"]) == (1.0, None)


@settings(deadline=None, max_examples=25)
@given(
    seconds=st.lists(
        st.tuples(st.integers(0, 300), st.floats(0, 1), st.one_of(st.none(), st.floats(0, 1))),
        min_size=1,
        max_size=40,
        unique_by=lambda second: second[0],
    )
)
def test_roll_ups_are_what_the_samples_say(
    property_store: tuple[Store, int, int], seconds: list[tuple[int, float, float | None]]
) -> None:
    """Whatever comes in whatever order, the sums equal those over the samples themselves."""
    store, person_id, checkin_id = property_store
    with store.write() as session:
        session.query(Sample).delete()
        session.query(Minute).delete()
        for offset, coverage, facing in seconds:
            write_rows(
                session,
                [
                    SampleRow(
                        checkin_id, person_id, START_S + offset, 1, HAPPY, coverage, facing=facing
                    )
                ],
            )
        course = checkins.load_course(session, person_id=person_id)
        kept = load_minutes(session, person_id=person_id)
        recompute_minutes(session, [(person_id, START_S + 60 * i) for i in range(6)])
        anew = load_minutes(session, person_id=person_id)
    assert sum(sums.seconds for _, sums in kept) == len(seconds) == len(course.times_s)
    assert sum(sums.valid_s for _, sums in kept) == pytest.approx(course.coverage.sum())
    measured = ~np.isnan(course.facing)
    assert sum(sums.facing_s for _, sums in kept) == pytest.approx(
        (course.coverage * course.facing)[measured].sum()
    )
    assert [(minute, sums.seconds, sums.valid_s) for minute, sums in kept] == [
        (minute, sums.seconds, sums.valid_s) for minute, sums in anew
    ]


def test_sums_by_the_minute_are_everybodys_own(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "_MOST_PERSONS", 2)  # three of the same minute: two statements
    ids = [add_person(store, f"otter {number}") for number in range(5)]
    seconds = [range(0, 30), range(0, 90), range(0, 30), range(0, 30), range(120, 150)]
    for (person_id, checkin_id), mine in zip(ids, seconds, strict=True):
        for second in mine:
            store.writer.put(row(checkin_id, person_id, second))
    assert store.writer.flush(30)
    with store.read() as session:
        found = session.execute(select(Minute.person_id, Minute.minute_s, Minute.seconds)).all()
    expected = set()
    for (person_id, _), mine in zip(ids, seconds, strict=True):
        for minute in {second - second % 60 for second in mine}:
            inside = sum(minute <= second < minute + 60 for second in mine)
            expected.add((person_id, minute, inside))
    assert {tuple(one) for one in found} == expected
    assert len(found) == len(expected)
