"""Days of teams from the database: whose count, and what is withheld, on both databases."""

import pytest

from fer_core.storage import Store, checkins, persons
from fer_core.storage.block_table import TeamBlock
from fer_core.storage.erasing import purge
from fer_core.storage.recording import write_rows
from fer_core.storage.teams import NO_TEAM, PersonDay, publish_days
from tests.clock import Clock
from tests.storage.fills import ANGRY, HAPPY, add_person, row, sit

DAY_S = 86_400
DAY = (1_799_971_200, 1_799_971_200 + DAY_S)
PURPOSE = "wellbeing/research"


def agree(
    store: Store,
    person_id: int,
    *,
    at_s: int = DAY[0] - 60,
    purpose: str = PURPOSE,
    version: str = "1.1",
) -> None:
    with store.write() as session:
        persons.give_consent(
            session, person_id=person_id, purpose=purpose, version=version, text="t", now_s=at_s
        )


def fill(store: Store, people: int, *, team_id: int | None = None, seconds: int = 60) -> list[int]:
    ids = []
    for number in range(people):
        name = f"person {team_id} {number}"
        start_s = DAY[0] + 3600
        one, _ = add_person(store, name, seconds=seconds, start_s=start_s, team_id=team_id)
        agree(store, one)
        ids.append(one)
    return ids


def shown(store: Store, k: int = 3) -> list[PersonDay]:
    with store.write() as session:
        return publish_days(session, days=[DAY], agreed_to=(PURPOSE, "1.1"), k=k)


def ids_of(found: list[PersonDay]) -> list[int]:
    return sorted(one.sums.person_id for one in found)


def test_only_who_agreed_counts_and_only_from_then_on(store: Store) -> None:
    mine = fill(store, 3)
    for name, purpose, at_s in [
        ("self view", "wellbeing/self", DAY[0] - 60),
        ("after", PURPOSE, DAY[0] + 3 * 3600),
    ]:
        one, _ = add_person(store, name, seconds=60, start_s=DAY[0] + 3600)
        agree(store, one, at_s=at_s, purpose=purpose)
    assert ids_of(shown(store)) == mine
    with store.write() as session:
        persons.withdraw_consents(
            session, person_id=mine[0], now_s=DAY[1], purpose="wellbeing/other"
        )
    assert ids_of(shown(store)) == mine
    with store.write() as session:
        persons.withdraw_consents(session, person_id=mine[0], now_s=DAY[1], purpose=PURPOSE)
    assert shown(store) == []


def test_teams_are_cells_of_their_own(store: Store) -> None:
    with store.write() as session:
        team_id = persons.create_team(session, name="A", now_s=DAY[0]).id
    fill(store, 2)
    in_team = fill(store, 4, team_id=team_id)
    found = shown(store)
    assert ids_of(found) == in_team, "two without a team are no group, and in no total"
    assert {one.team for one in found} == {team_id}
    assert ids_of(shown(store, k=2)) == in_team, "a day is cut once"


def sit_still(store: Store, person_id: int, at_s: int, seconds: int = 60) -> int:
    """A check-in whose face never moved."""
    with store.write() as session:
        sitting = sit(session, person_id, at_s, moved=False)
        write_rows(session, [row(sitting, person_id, at_s + i, ANGRY) for i in range(seconds)])
    return sitting


def test_a_still_picture_is_nobody_and_adds_nothing(store: Store) -> None:
    mine = fill(store, 2)
    poster, _ = add_person(store, "poster", start_s=DAY[0])
    agree(store, poster)
    sitting = sit_still(store, poster, DAY[0] + 7200)
    assert shown(store) == [], "two people and a picture are no three"
    with store.write() as session:
        checkins.note_moved(session, checkin_id=sitting, person_id=mine[0])
    assert shown(store) == [], "nobody says so of another's"
    with store.write() as session:
        checkins.note_moved(session, checkin_id=sitting, person_id=poster)
    assert ids_of(shown(store)) == [*mine, poster]


def test_beside_a_still_picture_the_rest_of_the_day_counts(store: Store) -> None:
    mine = fill(store, 3)
    # Within the same minute, in another one, and in the minute before midnight.
    stills = [sit_still(store, mine[0], at) for at in (DAY[0] + 3630, DAY[0] + 9000, DAY[1] - 30)]
    found = {one.sums.person_id: one.sums for one in shown(store)}
    assert sorted(found) == mine
    for one in found.values():
        assert (one.seconds, one.valid_s) == (60, pytest.approx(54.0))
        assert one.mean == pytest.approx(HAPPY, abs=1e-6)
    with store.write() as session:
        checkins.delete_checkin(session, checkin_id=stills[0], person_id=mine[0])
    assert ids_of(shown(store)) == mine, "what was in no figure changes none"


def test_days_of_people_without_a_team_are_a_cell_as_well(store: Store) -> None:
    fill(store, 3)
    assert {one.team for one in shown(store)} == {NO_TEAM}


def test_a_moment_before_the_camera_does_not_count(store: Store) -> None:
    fill(store, 3, seconds=15)
    assert shown(store) == []


def test_a_day_with_a_lesson_does_not_count(store: Store) -> None:
    ids = fill(store, 4)
    with store.write() as session:
        sitting = sit(session, ids[0], DAY[0] + 7 * 3600, kind="room")
        write_rows(session, [row(sitting, ids[0], DAY[0] + 7 * 3600 + i) for i in range(60)])
    assert ids_of(shown(store)) == ids[1:]


def test_an_erased_person_takes_their_block_and_only_it(store: Store) -> None:
    ids = fill(store, 7)
    assert ids_of(shown(store)) == ids
    assert store.erase(person_id=ids[0])
    assert ids_of(shown(store)) == ids[3:]
    assert ids_of(shown(store)) == ids[3:], "and again"
    with store.read() as session:
        assert [
            row.seal == "" for row in session.query(TeamBlock).order_by(TeamBlock.first_id)
        ] == [
            True,
            False,
        ]


def test_figures_that_changed_are_withheld_for_good(store: Store) -> None:
    ids = fill(store, 3)
    assert len(shown(store)) == 3
    with store.write() as session:
        checkin = checkins.list_checkins(session, person_id=ids[1])[0]
        write_rows(session, [row(checkin.id, ids[1], DAY[0] + 3700)])
    assert shown(store) == []
    with store.write() as session:
        checkins.delete_checkin(session, checkin_id=checkin.id, person_id=ids[1])
    assert shown(store) == []


def test_k_that_rises_closes_small_blocks(store: Store) -> None:
    fill(store, 5)
    assert len(shown(store, k=2)) == 5
    assert shown(store, k=4) == []
    assert len(shown(store, k=3)) == 3, "the block of three, not the one of two"


def test_blocks_go_after_the_minutes_of_their_day(store: Store, clock: Clock) -> None:
    fill(store, 3)
    shown(store)
    for days, left in ((31.0, 1), (33.5, 0)):
        clock.now_s = DAY[1] + days * DAY_S
        with store.write() as session:
            purge(session, now_s=store.now_s(), retention_days=30)
            assert session.query(TeamBlock).count() == left
    assert shown(store) == []


@pytest.mark.parametrize("k", [2, 5])
def test_an_empty_database_shows_nothing(store: Store, k: int) -> None:
    assert shown(store, k) == []
