"""The rooms of one process at work: once a second, what students' streams show becomes a class.

Students' samples go to the database under their pseudonym; of the class only each second's figures
do, of a group that the room's ``CohortKeeper`` chose. Where several processes serve a room, one of
them leads it and counts the students of all: see ``sharing``.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from fer_core.classroom.cohorts import CohortKeeper
from fer_core.classroom.measures import (
    CONCENTRATION,
    EYES_OPEN,
    FACING,
    Figures,
    Matrix,
    figures_of,
)
from fer_core.classroom.membership import Place
from fer_core.classroom.seats import CameraSeat, Seat
from fer_core.classroom.seconds import CrowdMeter, DeviceMeter, Second
from fer_core.classroom.sharing import RoomShare
from fer_core.errors import StorageError
from fer_core.labels import NUM_EMOTIONS
from fer_core.storage import RoomSecondRow, SampleRow, Store, sittings
from fer_core.storage.choices import may_others_join

_log = logging.getLogger(__name__)

#: A person's last second stands for them this long: who looks down for a moment is still there.
HOLD_S: Final = 10
#: The second that is worked on lies this far back, so that every stream has finished it.
LAG_S: Final = 2
TOUCH_EVERY_S: Final = 10
#: A seat whose stream is silent for longer is given up; who comes back takes a new one.
GIVE_UP_S: Final = 60


class RoomHub:
    """All rooms that this process serves. Thread-safe.

    Args:
        store: where rows go.
        clock: UTC seconds since 1970.
        make_keeper: chooses groups, given k and those shown before; the tests seed it.
    """

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], float] = time.time,
        make_keeper: Callable[..., CohortKeeper] = CohortKeeper,
    ) -> None:
        self._store, self._clock, self._make_keeper = store, clock, make_keeper
        self._lock = threading.Lock()
        self._seats: dict[tuple[int, int], Seat] = {}
        self._cameras: dict[int, CameraSeat] = {}
        self._keepers: dict[int, tuple[CohortKeeper, int]] = {}
        self._saved: dict[int, frozenset[int]] = {}
        self._share, self._watch = RoomShare(store), RoomShare(store)
        self._touched_s = 0
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()

    def sit(self, place: Place, meter: DeviceMeter | None = None) -> Seat:
        """A student's stream begins; an earlier one of the same person in the room ends."""
        seat = Seat(place, meter or DeviceMeter(), heard_s=int(self._clock()))
        with self._lock:
            self._seats[place.room_id, place.person_id] = seat
        return seat

    def set_up(self, room_id: int, k_min: int) -> CameraSeat:
        """A camera begins to watch the class; an earlier one of the room ends, wherever it is."""
        seat = CameraSeat(room_id, CrowdMeter(k_min))
        with self._lock:
            self._cameras[room_id] = seat
        return seat

    def stand_up(self, place: Place) -> None:
        """The student's stream counts no more, from this moment on."""
        with self._lock:
            self._seats.pop((place.room_id, place.person_id), None)

    def take_down(self, seat: CameraSeat) -> None:
        """The camera counts no more."""
        with self._lock:
            if self._cameras.get(seat.room_id) is seat:
                del self._cameras[seat.room_id]

    def watching(self, room_id: int) -> CameraSeat | None:
        """The camera that watches the class of this room now."""
        return self._cameras.get(room_id)

    def count_streams(self, room_id: int) -> int:
        """How many students' streams of this process are in the room."""
        with self._lock:
            return sum(room == room_id for room, _ in self._seats)

    def start(self) -> None:
        """Work once a second, in a thread; a second call changes nothing."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="rooms", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End the thread, after the second it is at; other processes may lead its rooms then."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        with contextlib.suppress(StorageError):  # they follow by themselves, later
            self._share.close()
            self._watch.close()

    def _run(self) -> None:
        while not self._ended.wait(1.0 - self._clock() % 1.0):
            try:
                self.tick()
            except Exception:  # a thread that ends would show no class any more
                _log.exception("The rooms' second failed")

    def tick(self) -> None:
        """Work on the second that lies ``LAG_S`` back."""
        now_s = int(self._clock())
        with self._lock:
            seats, cameras = dict(self._seats), dict(self._cameras)
        try:
            if seats or cameras:
                seats, cameras = self._still_there(seats, cameras, now_s)
            cameras = self._leading_cameras(cameras, now_s)
            led, fresh = self._share.lead({room_id for room_id, _ in seats}, now_s)
        except StorageError as error:
            _log.warning("The rooms wait: %s", error)
            return
        for room_id in fresh:  # somebody else may have shown groups meanwhile
            self._keepers.pop(room_id, None)
        for camera in cameras.values():
            for second_s, figures in camera.meter.take():
                self._put_second(camera.room_id, second_s, figures)
        for seat in seats.values():
            self._take_seconds(seat)
        rooms: dict[int, dict[int, Seat]] = {}
        for (room_id, person), seat in seats.items():
            rooms.setdefault(room_id, {})[person] = seat
        try:
            self._share.leave_no_other(rooms.keys() - led)
        except StorageError as error:  # again in a second
            _log.warning("The rooms wait: %s", error)
        try:
            others, waiting = self._share.take(led & rooms.keys(), now_s - LAG_S - HOLD_S)
        except StorageError as error:
            _log.warning("The classes are not shown: %s", error)
            return
        for room_id, mine in rooms.items():
            try:
                if room_id in led:
                    group, k_min = self._show_room(
                        room_id, mine, others.get(room_id, {}), now_s - LAG_S
                    )
                    if room_id in waiting:
                        self._share.count_answers(room_id, group, k_min, now_s)
                else:
                    self._share.leave(room_id, _newest_of(mine))
            except StorageError as error:  # a group that is not noted is not shown
                _log.warning("The class is not shown: %s", error)
                self._keepers.pop(room_id, None)

    def _leading_cameras(self, cameras: dict[int, CameraSeat], now_s: int) -> dict[int, CameraSeat]:
        """The cameras that came last to their rooms; where another process has a later one, its
        own counts no more."""
        new = {room_id for room_id, seat in cameras.items() if not seat.is_counted}
        watched, _ = self._watch.lead(cameras, now_s, by_force=new)
        for room_id, seat in cameras.items():
            seat.is_counted = True
            if room_id not in watched:
                self.take_down(seat)
        return {room_id: cameras[room_id] for room_id in watched}

    def _still_there(
        self, seats: dict[tuple[int, int], Seat], cameras: dict[int, CameraSeat], now_s: int
    ) -> tuple[dict[tuple[int, int], Seat], dict[int, CameraSeat]]:
        """What may go on; the rest is let go: rooms closed, persons gone, consents or the purpose
        withdrawn."""
        room_ids = {room_id for room_id, _ in seats} | set(cameras)
        with self._store.read() as session:
            is_allowed = may_others_join(session)
            is_open = sittings.open_room_ids(session, room_ids=room_ids, now_s=now_s)
            members = sittings.members_of(session, room_ids=room_ids)
        kept = {
            key: seat
            for key, seat in seats.items()
            if is_allowed
            and key[0] in is_open
            and key in members
            and seat.heard_s > now_s - GIVE_UP_S
        }
        watched = {key: one for key, one in cameras.items() if is_allowed and key in is_open}
        with self._lock:
            for key in seats.keys() - kept.keys():
                if self._seats.get(key) is seats[key]:
                    del self._seats[key]
            for room_id in cameras.keys() - watched.keys():
                if self._cameras.get(room_id) is cameras[room_id]:
                    del self._cameras[room_id]
        for room_id in self._keepers.keys() - is_open:
            if room_id in room_ids:
                del self._keepers[room_id]
        if kept and now_s - self._touched_s >= TOUCH_EVERY_S:
            self._touch(kept, now_s)
        return kept, watched

    def _touch(self, seats: dict[tuple[int, int], Seat], now_s: int) -> None:
        self._touched_s = now_s
        with self._store.write() as session:
            for room_id in {room_id for room_id, _ in seats}:
                people = [
                    person
                    for (room, person), seat in seats.items()
                    if room == room_id and seat.heard_s > now_s - HOLD_S
                ]
                sittings.touch_members(session, room_id=room_id, person_ids=people, now_s=now_s)

    def _take_seconds(self, seat: Seat) -> None:
        for second in seat.meter.take():
            if np.isfinite(second.values[:NUM_EMOTIONS]).all():
                self._store.writer.put(_sample_of(second, seat.place))
            if second.is_complete:
                seat.heard_s = max(seat.heard_s, second.second_s)
                if second.is_living:
                    seat.values, seat.values_s = second.values, second.second_s

    def _show_room(
        self,
        room_id: int,
        seats: dict[int, Seat],
        others: dict[int, tuple[int, Matrix]],
        second_s: int,
    ) -> tuple[frozenset[int], int]:
        """Show the group that may be shown, of these seats and those of other processes; the group,
        and the fewest people that one has."""
        present = dict(others)
        for person, (at_s, values) in _newest_of(seats).items():
            if at_s > second_s - HOLD_S and at_s >= present.get(person, (0,))[0]:
                present[person] = at_s, values
        k_min = next(iter(seats.values())).place.k_min
        keeper = self._keeper_of(room_id, k_min)
        group = keeper.choose(present)
        self._save(room_id, keeper)
        figures = figures_of(np.array([present[person][1] for person in sorted(group)]), k_min)
        if figures is not None:
            self._put_second(room_id, second_s, figures)
        return group, k_min

    def _keeper_of(self, room_id: int, k_min: int) -> CohortKeeper:
        """The room's keeper; after a restart it knows the groups that were shown before."""
        if room_id not in self._keepers:
            with self._store.read() as session:
                before, broken = sittings.load_cohorts(session, room_id=room_id)
            keeper = self._make_keeper(
                k_min, shown=before.values(), broken=[before[number] for number in broken]
            )
            first = max(before, default=-1) + 1 - len(keeper.shown)
            self._keepers[room_id] = (keeper, first)
            self._saved[room_id] = keeper.shown[-1] if keeper.shown else frozenset()
        return self._keepers[room_id][0]

    def _save(self, room_id: int, keeper: CohortKeeper) -> None:
        if not keeper.shown or keeper.shown[-1] == self._saved[room_id]:
            return
        first = self._keepers[room_id][1]
        self._share.save_group(room_id, first + len(keeper.shown) - 1, keeper.shown[-1])
        self._saved[room_id] = keeper.shown[-1]

    def _put_second(self, room_id: int, second_s: int, figures: Figures) -> None:
        if not np.isfinite(figures.values[:NUM_EMOTIONS]).all():
            return
        self._store.writer.put(
            RoomSecondRow(
                room_id=room_id,
                second_s=second_s,
                people=figures.people,
                probs=figures.probs,
                facing=figures.share(FACING),
                eyes_open=figures.share(EYES_OPEN),
                concentration=figures.share(CONCENTRATION),
            )
        )


def _newest_of(seats: dict[int, Seat]) -> dict[int, tuple[int, Matrix]]:
    return {
        person: (seat.values_s, seat.values)
        for person, seat in seats.items()
        if seat.values is not None
    }


def _sample_of(second: Second, place: Place) -> SampleRow:
    return SampleRow(
        checkin_id=place.checkin_id,
        person_id=place.person_id,
        second_s=second.second_s,
        track_id=0,  # one person per browser
        probs=tuple(float(p) for p in second.values[:NUM_EMOTIONS]),
        coverage=second.covered_s,
        facing=float(second.values[FACING]),
        eyes_open=float(second.values[EYES_OPEN]),
    )
