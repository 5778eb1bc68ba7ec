"""Many rooms of one process: a second of them all costs the database as much as one room's."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from fer_core.classroom.membership import say
from fer_core.storage import Store, answers
from tests.classroom.test_rooms_at_work import Class, make_hub, open_room
from tests.clock import Clock


@contextmanager
def counted(statements: list[str]) -> Iterator[None]:
    """Every statement of this thread meanwhile; the writer's thread has its own time."""
    mine = threading.get_ident()

    def note(_: object, __: object, statement: str, *___: object) -> None:
        if threading.get_ident() == mine:
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def group(store: Store, clock: Clock) -> Class:
    return Class(store, clock, make_hub(store, clock))


def test_more_rooms_ask_no_more(store: Store, group: Class, clock: Clock) -> None:
    asked: list[int] = []
    for _ in range(2):
        rooms = [open_room(store, k=3) for _ in range(3)]
        for room in rooms:
            group.add(room, 3)
        group.pass_time(12)  # their groups are chosen and noted
        statements: list[str] = []
        clock.now_s += 1
        with counted(statements):
            group.hub.tick()
        asked.append(len(statements))
    assert asked[0] == asked[1], "three rooms, and six"
    assert store.writer.flush()
    assert all(len(group.shown(room).times_s) for room in rooms)


def test_each_room_counts_its_own_answers(store: Store, group: Class) -> None:
    quiet, loud = open_room(store, k=3), open_room(store, k=3)
    group.add(quiet, 3)
    speakers = group.add(loud, 3)
    group.pass_time(8)
    for place in speakers:
        say(store, place, True, None)
    group.pass_time(1)
    with store.read() as session:
        shown = {
            room.id: len(answers.list_answers(session, room_id=room.id)) for room in (quiet, loud)
        }
    assert shown == {quiet.id: 0, loud.id: 1}
