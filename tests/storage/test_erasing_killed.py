"""Erasing in the database, killed before any statement: the next process finishes it, or it has
not begun. Notes leave the log, too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import SQLAlchemyError

from fer_core.classroom.membership import join, leave_and_erase
from fer_core.errors import StorageError
from fer_core.storage import Database, Store, checkins, rooms
from fer_core.storage.choices import choose_purpose
from fer_core.storage.erasing import erase_person
from fer_core.storage.recording import write_rows
from fer_core.storage.sums import load_minutes
from fer_core.storage.table_base import TableBase
from fer_core.storage.tables import Cleaning, Person
from tests.storage.fills import add_person, row

NEEDLE = "needle-quetzal-7351"
NOTE = "slept badly because of the xylophone"


class Killed(BaseException):
    """What a kill is to a transaction: it is never kept."""


@contextmanager
def killed_before(store: Store, number: int) -> Iterator[list[str]]:
    """The process ends before its n-th statement; yields those it came to."""
    seen: list[str] = []

    def count(connection: object, cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)
        if len(seen) == number:
            raise Killed

    event.listen(store.database.engine, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        event.remove(store.database.engine, "before_cursor_execute", count)


def next_process(store: Store) -> Store:
    """Another store on the same database, which knows nothing of what this one had in mind."""
    return Store(Database(store.database.url, busy_timeout_s=1.0), clock=store.now_s)


def every_kill(store: Store, make: Callable[[], int], erase: Callable[[Store, int], None]) -> int:
    """Make somebody, erase them, kill before the n-th statement, start anew; for every n.

    Returns:
        How many kills there were.
    """
    number = 0
    while True:
        number += 1
        person_id = make()
        dying = next_process(store)
        dying.open()
        try:
            with killed_before(dying, number) as seen:
                erase(dying, person_id)
            is_killed = False
        except (Killed, SQLAlchemyError, StorageError):  # what a `finally` meets after it
            is_killed = True
        dying.writer.close()
        dying.database.close()
        born = next_process(store)
        born.purge(30)
        with born.read() as session:
            if session.get(Person, person_id) is not None:
                assert is_killed
                assert load_minutes(session, person_id=person_id), "nothing is half gone"
            assert session.scalar(select(func.count()).select_from(Cleaning)) == 0
        with born.read() as session:
            is_there = session.get(Person, person_id) is not None
        if is_there:
            born.erase(person_id=person_id)
        assert count_rows(born) == {}, seen[-3:]
        assert found_in(store) == [], f"killed before statement {number}: {seen[-1:]}"
        born.close()
        if not is_killed:
            return number - 1


def each_kill(
    store: Store,
    make: Callable[[], int],
    act: Callable[[Store, int], object],
    check: Callable[[Store, int], object],
) -> int:
    """The same for what is no erasure of a person: ``check`` what the next process made of it.

    Returns:
        How many kills there were.
    """
    number, is_killed = 0, True
    while is_killed:
        number += 1
        made = make()
        dying = next_process(store)
        dying.open()
        try:
            with killed_before(dying, number):
                act(dying, made)
            is_killed = False
        except (Killed, SQLAlchemyError, StorageError):
            pass
        dying.writer.close()
        dying.database.close()
        born = next_process(store)
        born.purge(30)
        check(born, made)
        born.close()
    return number - 1


def count_rows(store: Store) -> dict[str, int]:
    """Of every table that may hold something of a person."""
    with store.read() as session:
        counts = {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in TableBase.metadata.tables.items()
            if name not in ("audit_log", "rooms", "choices")
        }
    return {name: count for name, count in counts.items() if count}


def found_in(store: Store) -> list[str]:
    """Files of an SQLite database that hold the needle or the note."""
    folder = store.database.path.parent if store.database.path else Path("/nonexistent")
    return [
        f"{path.name}: {needle}"
        for path in folder.rglob("*")
        if path.is_file()
        for needle in (NEEDLE, NOTE)
        if needle.encode() in path.read_bytes()
    ]


def test_erasing_a_person(store: Store) -> None:
    def make() -> int:
        person_id, checkin_id = add_person(store, NEEDLE, seconds=5)
        with store.write() as session:
            checkins.set_note(session, checkin_id=checkin_id, person_id=person_id, note=NOTE)
        return person_id

    kills = every_kill(store, make, lambda dying, one: dying.erase(person_id=one) and None)
    assert kills > 10


def test_leaving_a_room(store: Store) -> None:
    with store.write() as session:
        details = {"reference": "T", "ethics_approved": True}
        choose_purpose(session, purpose="research", number=1, now_s=1, **details)
        room = rooms.open_room(
            session, title="A", mode="devices", holder=1, k_min=2, now_s=1, closes_s=2**40
        )
    places = {}

    def make() -> int:
        place, _ = join(store, code=room.code, key=None, consent_text="t")
        with store.write() as session:
            person = session.get(Person, place.person_id)
            assert person is not None
            person.pseudonym = NEEDLE
        with store.write() as session:
            write_rows(session, [row(place.checkin_id, place.person_id, store.now_s())])
        places[place.person_id] = place
        return place.person_id

    def leave(dying: Store, person_id: int) -> None:
        leave_and_erase(dying, places[person_id])

    assert every_kill(store, make, leave) > 10


@pytest.mark.parametrize("how", ["changed", "deleted"])
def test_a_note_that_is_gone_leaves_the_files(sqlite_store: Store, how: str) -> None:
    person_id, checkin_id = add_person(sqlite_store, "otter", seconds=5)
    with sqlite_store.write() as session:
        checkins.set_note(session, checkin_id=checkin_id, person_id=person_id, note=NOTE)
    assert found_in(sqlite_store) != [], "the search itself finds it"
    sqlite_store.unfinished.clear()
    with sqlite_store.write() as session:
        if how == "changed":
            checkins.set_note(session, checkin_id=checkin_id, person_id=person_id, note="well")
        else:
            checkins.delete_checkin(session, checkin_id=checkin_id, person_id=person_id)
    assert sqlite_store.unfinished.is_set(), "the keeper is told"
    sqlite_store.purge(30)
    assert found_in(sqlite_store) == []


def test_what_a_killed_process_owes_writes_the_file_anew(sqlite_store: Store) -> None:
    """Nobody knows any more what to look for: so no unused part of a page may stay."""
    person_id, _ = add_person(sqlite_store, NEEDLE, seconds=2000)
    sqlite_store.database.forget_deleted()
    file = sqlite_store.database.path
    assert file is not None
    before = file.stat().st_size
    dying = next_process(sqlite_store)
    with dying.write() as session:
        erase_person(session, person_id=person_id, now_s=1)
    dying.database.close()  # killed before it cleaned anything
    sqlite_store.purge(30)
    assert file.stat().st_size < before / 2


@pytest.mark.parametrize("how", ["changed", "deleted"])
def test_a_note_or_a_checkin_that_goes(sqlite_store: Store, how: str) -> None:
    def make() -> int:
        person_id, checkin_id = add_person(sqlite_store, "otter", seconds=5)
        with sqlite_store.write() as session:
            checkins.set_note(session, checkin_id=checkin_id, person_id=person_id, note=NOTE)
        return person_id

    def act(dying: Store, person_id: int) -> None:
        with dying.write() as session:
            (checkin,) = checkins.list_checkins(session, person_id=person_id)
            ids = {"checkin_id": checkin.id, "person_id": person_id}
            if how == "changed":
                checkins.set_note(session, **ids, note="well")
            else:
                checkins.delete_checkin(session, **ids)
        dying.clean_files()

    def check(born: Store, person_id: int) -> None:
        with born.read() as session:
            left = checkins.list_checkins(session, person_id=person_id)
            minutes = load_minutes(session, person_id=person_id)
            notes = [one.note for one in left]
        assert bool(minutes) == bool(left), "the sums go with the check-in"
        if notes == [NOTE]:  # killed before it was done: all of it is there, and can be asked again
            act(born, person_id)
        assert found_in(sqlite_store) == []
        born.erase(person_id=person_id)

    assert each_kill(sqlite_store, make, act, check) > 5


def test_what_is_too_old(sqlite_store: Store) -> None:
    """The clock's own deletion: samples, sums, check-ins and the pseudonym."""
    long_ago_s = sqlite_store.now_s() - 40 * 86_400

    def make() -> int:
        person_id, checkin_id = add_person(sqlite_store, NEEDLE, seconds=5, start_s=long_ago_s)
        with sqlite_store.write() as session:
            checkins.set_note(session, checkin_id=checkin_id, person_id=person_id, note=NOTE)
        return person_id

    def check(born: Store, _: int) -> None:
        assert count_rows(born) == {}
        assert found_in(sqlite_store) == []

    assert each_kill(sqlite_store, make, lambda dying, _: dying.purge(30), check) > 10
