"""A class on a database: its students before their devices, second by second."""

import random
from dataclasses import dataclass, field
from functools import partial

from fer_core.classroom.cohorts import CohortKeeper
from fer_core.classroom.hub import RoomHub
from fer_core.classroom.lesson import Lesson
from fer_core.classroom.membership import Place, join
from fer_core.classroom.seats import Seat
from fer_core.storage import Store, rooms
from fer_core.storage.room_tables import Room
from tests.classroom.frames import frame
from tests.clock import Clock

HERE = ("neutral", 0.0, 0.0, 1.0)
AWAY = ("neutral", 60.0, 0.0, 1.0)


def make_hub(store: Store, clock: Clock) -> RoomHub:
    return RoomHub(store, clock=clock, make_keeper=partial(CohortKeeper, rng=random.Random(3)))


def open_room(store: Store, *, k: int = 3, mode: str = "devices", minutes: int = 60) -> Room:
    with store.write() as session:
        return rooms.open_room(
            session,
            title="Maths",
            mode=mode,
            holder=9,
            k_min=k,
            now_s=store.now_s(),
            closes_s=store.now_s() + 60 * minutes,
        )


def enter(store: Store, room: Room, key: str | None = None) -> tuple[Place, str | None]:
    return join(store, code=room.code, key=key, consent_text="I agree.")


@dataclass
class Class:
    """Students before their devices."""

    store: Store
    clock: Clock
    hub: RoomHub
    seats: dict[int, Seat] = field(default_factory=dict)

    def add(self, room: Room, count: int) -> list[Place]:
        places = [enter(self.store, room)[0] for _ in range(count)]
        for place in places:
            self.seats[place.person_id] = self.hub.sit(place)
        return places

    def pass_time(self, seconds: int, away: frozenset[int] = frozenset()) -> None:
        """Everybody who sits is seen at 4 fps; these look away."""
        for _ in range(seconds * 4):
            self.clock.now_s += 0.25
            for person_id, seat in self.seats.items():
                shown = frame(AWAY if person_id in away else HERE, at_s=self.clock.now_s)
                seat.meter.add(shown, self.clock.now_s)
            if self.clock.now_s % 1 == 0:
                self.hub.tick()
        assert self.store.writer.flush()

    def shown(self, room: Room) -> Lesson:
        with self.store.read() as session:
            return Lesson.of(rooms.load_seconds(session, room_id=room.id))
