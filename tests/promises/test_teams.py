"""Teams over days: no combination of all that a manager ever saw is about fewer than k people."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from fer_core.labels import NUM_EMOTIONS
from fer_core.storage import Store, persons
from fer_core.storage.recording import write_rows
from fer_core.storage.table_base import TableBase
from fer_core.storage.tables import Person
from fer_core.storage.teams import PersonDay, publish_days
from fer_core.wellbeing.team import Day, add_up, summarise
from tests.promises.algebra import Weights, few_told
from tests.storage.conftest import property_store, sqlite_template
from tests.storage.fills import add_person, row, sit
from tests.storage.test_teams import PURPOSE, agree

__all__ = ["property_store", "sqlite_template"]  # fixtures

K = 3
DAYS = 3
FIRST_S = 1_799_971_200
DAY_S = 86_400
SPANS = [(FIRST_S + day * DAY_S, FIRST_S + (day + 1) * DAY_S) for day in range(DAYS)]
#: What one person's day shows while all others show nothing; large, so that rounding hides nothing.
_PROBE = 10.0**9


def weights_of(view: list[PersonDay]) -> Weights:
    """How much each person's day counts in a figure of the view, found out by asking it.

    Times the number of days, so that they are whole numbers; the view shows that number as well.
    """
    found = {}
    for one in view:
        sums: dict[int, list[Day]] = {}
        for other in view:
            probs = np.full(NUM_EMOTIONS, _PROBE if other is one else 0.0)
            sums.setdefault(other.day_s, []).append(Day(probs, 60.0, 60.0))
        figures = summarise([add_up(days) for days in sums.values()])
        assert figures is not None
        weight = figures.happiness / _PROBE * figures.days
        assert weight == pytest.approx(round(weight), abs=1e-6)
        found[one.sums.person_id, one.day_s] = round(weight)
    return found


def views_of(shown: list[PersonDay]) -> Iterator[list[PersonDay]]:
    """Every team, and all, with every day, and every period that ends with the last."""
    for team in (None, *{one.team for one in shown}):
        mine = [one for one in shown if team in (None, one.team)]
        for start, _ in SPANS:
            yield [one for one in mine if one.day_s == start]
            yield [one for one in mine if one.day_s >= start]


class Company:
    """People of two teams and of none, on days that are over, and a manager who looks."""

    def __init__(self, store: Store) -> None:
        self.store = store
        with store.write() as session:
            for table in reversed(TableBase.metadata.sorted_tables):
                session.execute(delete(table))
            made = [persons.create_team(session, name=n, now_s=FIRST_S).id for n in ("A", "B")]
        self.teams: list[int | None] = [None, *made]
        self.people: list[int] = []
        self.seen: list[Weights] = []
        self.times = 0

    def join(self, team: int, days: int) -> None:
        """Somebody who was seen on the days whose bits are set."""
        name = f"person {self.times}"
        one, _ = add_person(self.store, name, start_s=FIRST_S, team_id=self.teams[team])
        agree(self.store, one, at_s=FIRST_S - 60)
        self.people.append(one)
        self.sit(len(self.people) - 1, days)

    def still(self, place: int, days: int) -> None:
        """A picture of them was before the camera."""
        self.sit(place, days, moved=False)

    def sit(self, place: int, days: int, *, moved: bool | None = None) -> None:
        """They were seen on more days, or for longer: rows that were written late."""
        if not self.people:
            return
        one = self.people[place % len(self.people)]
        self.times += 1
        with self.store.write() as session:
            for day, (start_s, _) in enumerate(SPANS):
                if days >> day & 1:
                    at_s = start_s + 3600 * (1 + self.times % 20)
                    sitting = sit(session, one, at_s, moved=moved)
                    write_rows(session, [row(sitting, one, at_s + i) for i in range(30)])

    def erase(self, place: int, _: int) -> None:
        """Somebody goes, and all of theirs."""
        if self.people:
            with self.store.write() as session:
                one = self.people.pop(place % len(self.people))
                session.execute(delete(Person).where(Person.id == one))

    def move(self, place: int, team: int) -> None:
        """Somebody changes teams."""
        if self.people:
            with self.store.write() as session:
                one = self.people[place % len(self.people)]
                persons.join_team(session, person_id=one, team_id=self.teams[team % 3])

    def withdraw(self, place: int, _: int) -> None:
        """Somebody withdraws, and agrees again in every second case."""
        if self.people:
            one = self.people[place % len(self.people)]
            with self.store.write() as session:
                persons.withdraw_consents(session, person_id=one, now_s=FIRST_S, purpose=PURPOSE)
            if place % 2:
                agree(self.store, one, at_s=FIRST_S - 60)

    def look(self, k: int = K) -> None:
        """The manager opens the page and looks at everything."""
        with self.store.write() as session:
            shown = publish_days(session, days=SPANS, agreed_to=(PURPOSE, "1.1"), k=k)
        self.seen += [weights_of(view) for view in views_of(shown) if view]

    def told(self) -> set[int] | None:
        """About whom all of it together tells."""
        people = {record: record[0] for figure in self.seen for record in figure}
        return few_told(self.seen, people, K)


EVENTS = ("join", "sit", "still", "erase", "move", "withdraw")
BEGIN = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 7)), min_size=3, max_size=9)
HISTORY = st.lists(
    st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 8), st.integers(0, 2)), max_size=4),
    max_size=4,
)


def live(store: Store, begin: list[tuple[int, int]], history: list) -> Company:  # type: ignore[type-arg]
    """The manager looks after every few events."""
    company = Company(store)
    for team, days in begin:
        company.join(team, days)
    company.look()
    for events in history:
        for event, place, number in events:
            if event == "join":
                company.join(number, place % 7 + 1)
            else:
                getattr(company, event)(place, number)
        company.look()
    return company


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(begin=BEGIN, history=HISTORY)
def test_nothing_that_a_manager_ever_saw_tells_about_few(
    property_store: tuple[Store, int, int], begin: list[tuple[int, int]], history: list
) -> None:
    assert live(property_store[0], begin, history).told() is None


@pytest.mark.soak
@pytest.mark.timeout(3600)
@settings(max_examples=3000, suppress_health_check=list(HealthCheck), derandomize=False)
@given(begin=BEGIN, history=HISTORY)
def test_thousands_of_histories(
    property_store: tuple[Store, int, int], begin: list[tuple[int, int]], history: list
) -> None:
    assert live(property_store[0], begin, history).told() is None


def test_a_newcomer_is_not_what_a_period_has_more_than_its_days(
    property_store: tuple[Store, int, int],
) -> None:
    """A mean over persons, beside means by day, told the newcomer's ratio to 0.035."""
    company = Company(property_store[0])
    for _ in range(K):
        company.join(0, 0b111)
    company.join(0, 0b100)
    company.look()
    assert any(len(figure) == 3 * K + 1 for figure in company.seen), "the newcomer is shown"
    assert company.told() is None


def test_posters_fill_no_group_around_one_person(property_store: tuple[Store, int, int]) -> None:
    company = Company(property_store[0])
    company.join(0, 0b1)
    for place in range(1, K + 1):
        company.join(0, 0)
        company.still(place, 0b1)
    company.look()
    assert company.seen == []


def test_who_changes_teams_is_in_no_second_block(property_store: tuple[Store, int, int]) -> None:
    """Two of a block of three move to an empty team, where somebody else waits on that day."""
    company = Company(property_store[0])
    for _ in range(K):
        company.join(0, 0b1)
    company.join(1, 0b1)
    company.look()
    for place in range(K - 1):
        company.move(place, 1)
    company.look()
    assert company.told() is None


def test_a_day_that_began_at_another_hour_is_no_new_day(
    property_store: tuple[Store, int, int],
) -> None:
    company = Company(property_store[0])
    for _ in range(K + 1):
        company.join(0, 0b1)
    company.look()
    later = [(start_s + 7200, end_s + 7200) for start_s, end_s in SPANS]
    with company.store.write() as session:
        assert publish_days(session, days=SPANS, agreed_to=(PURPOSE, "1.1"), k=K)
        assert not publish_days(session, days=later, agreed_to=(PURPOSE, "1.1"), k=K)
