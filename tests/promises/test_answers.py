"""What students say of themselves: no combination of all counts ever shown is about few of them."""

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from fer_core.classroom.answers import GATHER_S
from fer_core.classroom.cohorts import CohortKeeper
from fer_core.classroom.measures import round_tenths
from fer_core.classroom.membership import Place, join, leave_and_erase, say
from fer_core.classroom.sharing import RoomShare
from fer_core.config import Settings
from fer_core.errors import AccessError
from fer_core.storage import Database, Store, answers, choices, rooms, sittings
from fer_core.storage.database import database_url
from fer_core.storage.table_base import TableBase
from tests.clock import NOW_S, Clock
from tests.promises.algebra import Weights, few_told
from tests.stores import sqlite_template

__all__ = ["sqlite_template"]  # a fixture

K = 3
#: What one student said, and whether the camera agreed: two things about the same person.
Record = tuple[str, int]


@pytest.fixture(scope="module")
def timed_store(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[tuple[Store, Clock]]:
    """One store for all examples, and its time."""
    folder, clock = tmp_path_factory.mktemp("answers"), Clock()
    shutil.copy(sqlite_template, folder / "mien.sqlite3")
    made = Store(Database(database_url(Settings(data_dir=folder))), clock=clock)
    yield made, clock
    made.close()


class Lesson:
    """A room, the students in it, and an educator who sees every count."""

    def __init__(self, store: Store, clock: Clock, seed: int) -> None:
        self.store, self.clock = store, clock
        clock.now_s = NOW_S
        with store.write() as session:
            for table in reversed(TableBase.metadata.sorted_tables):
                session.execute(delete(table))
            details = {"reference": "R 1", "ethics_approved": True}
            choices.choose_purpose(
                session, purpose="research", number=1, now_s=store.now_s(), **details
            )
            self.room = rooms.open_room(
                session,
                title="Maths",
                mode="devices",
                holder=9,
                k_min=K,
                now_s=store.now_s(),
                closes_s=store.now_s() + 86_400,
            )
        self.rng = random.Random(seed)
        self.keeper = CohortKeeper(K, rng=self.rng)
        self.share = RoomShare(store)
        self.places: list[Place] = []
        self.here: set[int] = set()
        #: Person -> number of the answer that waits, and whether the camera could tell.
        self.open: dict[int, tuple[int, bool]] = {}
        self.said = self.groups = 0
        self.who: dict[Record, int] = {}
        self.seen: list[Weights] = []
        self.known = 0

    def arrive(self, count: int) -> None:
        """Some join."""
        for _ in range(1 + count % 4):
            place, _ = join(self.store, code=self.room.code, key=None, consent_text="I agree.")
            self.places.append(place)
            self.here.add(place.person_id)

    def answer(self, value: int) -> None:
        """Somebody says something, or something else than before."""
        if self.places:
            self._say(self.places[value % len(self.places)], value)

    def all_answer(self, value: int) -> None:
        """Most say something at once."""
        for number, place in enumerate(self.places):
            if (number + value) % 4:
                self._say(place, value + number)

    def _say(self, place: Place, value: int) -> None:
        seen = (None, True, False)[value % 3]
        say(self.store, place, value % 2 == 0, seen)
        self.said += 1
        self.open[place.person_id] = self.said, seen is not None
        self.who |= {(kind, self.said): place.person_id for kind in ("said", "agreed")}

    def take_back(self, value: int) -> None:
        """Somebody taps a second time."""
        if self.places:
            place = self.places[value % len(self.places)]
            say(self.store, place, None, None)
            self.open.pop(place.person_id, None)

    def leave(self, value: int) -> None:
        """Somebody leaves, and is erased."""
        if self.places:
            place = self.places.pop(value % len(self.places))
            leave_and_erase(self.store, place)
            self.here.discard(place.person_id)
            self.open.pop(place.person_id, None)
            with pytest.raises(AccessError):
                say(self.store, place, True, True)

    def turn(self, value: int) -> None:
        """Somebody's camera goes off or comes back."""
        if self.places:
            self.here ^= {self.places[value % len(self.places)].person_id}

    def wait(self, value: int) -> None:
        """Time goes by: a second, or until the others are not waited for, or for too long."""
        self.clock.now_s += (1, GATHER_S, answers.WAIT_S)[value % 3]

    def restart(self, _: int) -> None:
        """The process ends, and another one leads the room."""
        self.share.close()
        self.share = RoomShare(self.store)
        with self.store.read() as session:
            before, broken = sittings.load_cohorts(session, room_id=self.room.id)
        self.keeper = CohortKeeper(
            K, shown=before.values(), broken=[before[one] for one in broken], rng=self.rng
        )
        self.groups = max(before, default=-1) + 1

    def look(self) -> None:
        """A second of the room; the educator looks."""
        now_s = int(self.clock.now_s)
        self.share.lead([self.room.id], now_s)
        known = len(self.keeper.shown)
        group = self.keeper.choose(self.here)
        if len(self.keeper.shown) > known:
            self.share.save_group(self.room.id, self.groups, group)
            self.groups += 1
        with self.store.read() as session:
            before = answers.waiting_answers(session, room_id=self.room.id)
        self.share.count_answers(self.room.id, group, K, now_s)
        with self.store.read() as session:
            after = answers.waiting_answers(session, room_id=self.room.id)
            rows = answers.list_answers(session, room_id=self.room.id)
            shown = [(one.people, one.follows, one.measured, one.agrees) for one in rows]
        assert before.keys() == self.open.keys()
        gone = before.keys() - after.keys()
        old = {who for who in gone if before[who][0] <= now_s - answers.WAIT_S}
        self._see(shown[self.known :], {who: before[who] for who in gone - old}, group)
        self.known = len(shown)
        for who in gone:
            del self.open[who]

    def _see(
        self,
        new: list[tuple[int, float, int, float | None]],
        counted: dict[int, tuple[int, bool, bool | None]],
        group: frozenset[int],
    ) -> None:
        """What is new is of exactly those whose answers are gone, and of nobody else."""
        assert len(new) == bool(counted)
        if not new:
            return
        (people, follows, measured, agrees) = new[0]
        assert counted.keys() <= group
        assert people == len(counted) >= K
        assert follows == _tenths([said for _, said, _ in counted.values()])
        same = [said == seen for _, said, seen in counted.values() if seen is not None]
        assert (measured, agrees) == ((len(same), _tenths(same)) if len(same) >= K else (0, None))
        self.seen.append({("said", self.open[who][0]): 1 for who in counted})
        if measured:
            told = [who for who in counted if self.open[who][1]]
            self.seen.append({("agreed", self.open[who][0]): 1 for who in told})

    def told(self) -> set[int] | None:
        """About whom all counts together tell."""
        return few_told(self.seen, self.who, K)


def _tenths(values: list[bool]) -> float:
    return float(round_tenths(np.array([round(float(np.mean(values)), 9)]))[0])


EVENTS = ("arrive", "answer", "all_answer", "take_back", "leave", "turn", "wait", "restart")
HISTORY = st.lists(
    st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 11)), max_size=5), max_size=7
)
#: Six say something, three leave, and the rest say something else: both counts are shown.
PLAIN = [
    [("arrive", 3), ("arrive", 3), ("all_answer", 0), ("wait", 1)],
    [("leave", 1), ("leave", 2), ("all_answer", 1)],
    [("wait", 1)],
    [("restart", 0), ("all_answer", 2), ("wait", 1)],
]
Events = list[list[tuple[str, int]]]


def attend(store: Store, clock: Clock, seed: int, history: Events) -> Lesson:
    """A lesson in which all of it happens, with a look after each part."""
    lesson = Lesson(store, clock, seed)
    for events in history:
        for name, value in events:
            happen: Callable[[int], None] = getattr(lesson, name)
            happen(value)
        lesson.look()
        lesson.wait(1)
        lesson.look()
    return lesson


def test_a_plain_lesson_shows_counts(timed_store: tuple[Store, Clock]) -> None:
    """Else the property below would hold since nothing is ever shown."""
    lesson = attend(*timed_store, seed=1, history=PLAIN)
    assert len(lesson.seen) >= 3
    assert lesson.told() is None


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**16), history=HISTORY)
@example(seed=1, history=PLAIN)
def test_no_lesson_tells_what_few_said(
    timed_store: tuple[Store, Clock], seed: int, history: Events
) -> None:
    assert attend(*timed_store, seed, history).told() is None


@pytest.mark.soak
@pytest.mark.timeout(3600)
@settings(max_examples=1000, derandomize=False, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**16), history=HISTORY)
def test_a_thousand_lessons(timed_store: tuple[Store, Clock], seed: int, history: Events) -> None:
    assert attend(*timed_store, seed, history).told() is None
