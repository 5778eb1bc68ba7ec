"""A process's part in rooms that several processes serve.

A room has one leader, which the database names: it alone chooses groups, over the students of all
processes, so that k people are k people wherever they are connected. A leader that is killed is
followed by another process after ``LEAD_S``; one that only was slow finds out before it shows a new
group, since the group and the lead are looked at in one transaction.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Final

import numpy as np

from fer_core.classroom.answers import count_answers
from fer_core.classroom.measures import Matrix
from fer_core.errors import StorageError
from fer_core.storage import Store, answers, sharing, sittings

#: A leader that says nothing for so long is followed by another process.
LEAD_S: Final = 4
#: It says so again when less than this is left.
RENEW_S: Final = 2


class LeadLostError(StorageError):
    """Another process leads the room now: what this one was about to show is not shown."""


class RoomShare:
    """Which rooms this process leads, and what it leaves for the leaders of the others.

    Not for two threads at once.

    Args:
        store: that all processes share.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.process = uuid.uuid4().hex
        self._until_s: dict[int, int] = {}
        self._left: dict[int, dict[int, int]] = {}

    def lead(
        self, room_ids: Collection[int], now_s: int, *, by_force: Collection[int] = ()
    ) -> tuple[frozenset[int], frozenset[int]]:
        """Lead as many of these rooms as may be, and no others any more.

        Args:
            room_ids: which.
            now_s: UTC seconds.
            by_force: those of them to take from whoever leads them.

        Returns:
            Those that it leads, and those of them that it did not lead all the time until now.

        Raises:
            StorageError: the database cannot be used.
        """
        before = {room for room, until_s in self._until_s.items() if until_s > now_s}
        others = self._until_s.keys() - set(room_ids)
        due = {room for room in room_ids if self._until_s.get(room, 0) - now_s <= RENEW_S}
        due |= set(by_force)
        if others or due:
            with self._store.write() as session:
                if others:
                    sharing.give_lead_back(session, room_ids=others, process=self.process)
                mine = sharing.take_lead(
                    session,
                    room_ids=due,
                    process=self.process,
                    now_s=now_s,
                    until_s=now_s + LEAD_S,
                    by_force=by_force,
                )
            for room in others | due:
                self._until_s.pop(room, None)
            self._until_s |= dict.fromkeys(mine, now_s + LEAD_S)
        led = frozenset(self._until_s)
        return led, led - before

    def close(self) -> None:
        """Let others lead at once, instead of after ``LEAD_S``, without this process's students."""
        self.leave_no_other(())
        self.lead((), 0)

    def save_group(self, room_id: int, number: int, group: Collection[int]) -> None:
        """Note a group before it is shown.

        Raises:
            LeadLostError: another process leads the room.
            StorageError: the database cannot be used.
        """
        with self._store.write() as session:
            if not sharing.has_lead(session, room_id=room_id, process=self.process):
                self._until_s.pop(room_id, None)
                raise LeadLostError("Another process leads this room now.")
            # Clocks may differ: whoever led in between, by their own, numbered their groups too.
            shown, _ = sittings.load_cohorts(session, room_id=room_id)
            if max(shown, default=-1) >= number:
                raise LeadLostError("Another process showed a group meanwhile.")
            sittings.save_cohort(session, room_id=room_id, number=number, person_ids=group)

    def count_answers(self, room_id: int, group: Collection[int], k_min: int, now_s: int) -> None:
        """Count what the group's students said of themselves, as soon as it may be, and delete it.

        Args:
            room_id: of a room that this process leads.
            group: whose measures are shown, noted before by ``save_group``.
            k_min: fewest people that are counted together.
            now_s: UTC seconds.

        Raises:
            StorageError: the database cannot be used.
        """
        with self._store.read() as session:
            waiting = answers.waiting_answers(session, room_id=room_id)
        old = {who for who, (at_s, *_) in waiting.items() if at_s <= now_s - answers.WAIT_S}
        fresh = {who: one for who, one in waiting.items() if who not in old}
        if not old and count_answers(fresh, group, k_min, now_s) is None:
            return
        with self._store.write() as session:
            if not sharing.has_lead(session, room_id=room_id, process=self.process):
                return
            answers.drop_answers(session, room_id=room_id, person_ids=old)
            # As they are in this transaction: who took theirs back meanwhile is not counted.
            waiting = answers.waiting_answers(session, room_id=room_id, hold=True)
            counted = count_answers(waiting, group, k_min, now_s)
            if counted is not None:
                count, people = counted
                answers.save_count(session, room_id=room_id, **asdict(count))
                answers.drop_answers(session, room_id=room_id, person_ids=people)

    def leave(self, room_id: int, newest: Mapping[int, tuple[int, Matrix]]) -> None:
        """Leave the newest seconds of this process's students for the leader, and take those back
        whose streams ended.

        Args:
            room_id: of a room that another process leads.
            newest: id of a person -> UTC second, and its ten numbers.

        Raises:
            StorageError: the database cannot be used.
        """
        left = self._left.setdefault(room_id, {})
        new = {who: one for who, one in newest.items() if left.get(who) != one[0]}
        gone = left.keys() - newest.keys()
        if not new and not gone:
            return
        with self._store.write() as session:
            if gone:
                sharing.take_measures_back(
                    session,
                    room_id=room_id,
                    person_ids=gone,
                    until_s=max(left[one] for one in gone),
                )
            sharing.leave_measures(
                session,
                room_id=room_id,
                measures={who: (at_s, values.tolist()) for who, (at_s, values) in new.items()},
            )
        self._left[room_id] = {who: at_s for who, (at_s, _) in newest.items()}

    def leave_no_other(self, room_ids: Collection[int]) -> None:
        """Take back what was left for rooms other than these: their last stream here ended, or this
        process leads them now.

        Raises:
            StorageError: the database cannot be used.
        """
        for room_id in self._left.keys() - set(room_ids):
            self.leave(room_id, {})
            del self._left[room_id]

    def take(
        self, room_ids: Collection[int], after_s: int
    ) -> tuple[dict[int, dict[int, tuple[int, Matrix]]], set[int]]:
        """What there is of these rooms, at once: a second of all rooms asks once, not once a room.

        Returns:
            What other processes left since: by room, id of a person -> UTC second, and its ten
            numbers; and the rooms in which students' answers wait.

        Raises:
            StorageError: the database cannot be used.
        """
        if not room_ids:
            return {}, set()
        with self._store.read() as session:
            found = sharing.load_measures(session, room_ids=room_ids, after_s=after_s)
            waiting = answers.rooms_that_wait(session, room_ids=room_ids)
        left = {
            room_id: {who: (at_s, np.array(numbers)) for who, (at_s, numbers) in there.items()}
            for room_id, there in found.items()
        }
        return left, waiting
