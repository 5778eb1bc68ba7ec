"""The thread that writes: batches, drops, and a database that is locked, full or gone."""

import os
import shutil
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from fer_core.config import Settings
from fer_core.storage import Database, RecordWriter, RoomSecondRow, Store, rooms
from fer_core.storage import writer as writing
from fer_core.storage.database import database_url
from fer_core.storage.room_tables import RoomSecond
from fer_core.storage.tables import Sample
from tests.clock import wait_until
from tests.storage.conftest import empty_template
from tests.storage.fills import HAPPY, add_person, row
from tests.storage.postgres import Server


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "RETRY_FIRST_S", 0.05)
    monkeypatch.setattr(writing, "RETRY_MOST_S", 0.1)


def count(store: Store) -> int:
    with store.read() as session:
        return int(session.scalar(select(func.count()).select_from(Sample)) or 0)


def test_rows_arrive_without_flush_within_a_second(store: Store) -> None:
    person_id, checkin_id = add_person(store, "otter")
    begun = time.monotonic()
    assert store.writer.put(row(checkin_id, person_id, 60))
    assert time.monotonic() - begun < 0.1, "who puts never waits"
    wait_until(lambda: count(store) == 1, 5.0)
    status = store.writer.status()
    assert (status.problem, status.queued, status.dropped, status.refused) == (None, 0, 0, 0)


def test_many_threads_and_the_same_second_twice(store: Store) -> None:
    ids = [add_person(store, f"otter {n}") for n in range(4)]

    def put(person_id: int, checkin_id: int) -> None:
        for second in range(60):
            store.writer.put(row(checkin_id, person_id, second))
            store.writer.put(row(checkin_id, person_id, second))

    threads = [threading.Thread(target=put, args=pair) for pair in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.writer.flush(30)
    assert count(store) == 240
    assert store.writer.status().written == 480


def test_what_does_not_fit_is_dropped_and_counted(sqlite_store: Store) -> None:
    person_id, checkin_id = add_person(sqlite_store, "otter")
    writer = RecordWriter(sqlite_store, most=10, every_s=60)
    done = [writer.put(row(checkin_id, person_id, second)) for second in range(13)]
    assert done == [True] * 10 + [False] * 3
    assert writer.status().dropped == 3
    assert writer.close()
    assert count(sqlite_store) == 10
    assert not writer.put(row(checkin_id, person_id, 99)), "closed"


def test_a_closed_store_has_written_everything(sqlite_store: Store) -> None:
    person_id, checkin_id = add_person(sqlite_store, "otter")
    sqlite_store.writer.put(*(row(checkin_id, person_id, second) for second in range(50)))
    sqlite_store.close()
    assert count(sqlite_store) == 50


def test_rows_of_an_erased_person_are_refused_and_the_others_written(store: Store) -> None:
    gone, gone_checkin = add_person(store, "gone")
    stays, checkin_id = add_person(store, "stays")
    store.erase(person_id=gone)
    store.writer.put(*(row(gone_checkin, gone, s) for s in range(5)))
    store.writer.put(*(row(checkin_id, stays, s) for s in range(5)))
    assert store.writer.flush()
    status = store.writer.status()
    assert (status.written, status.refused) == (5, 5)


def test_no_second_of_a_room_is_kept_below_k(store: Store) -> None:
    with store.write() as session:
        room = rooms.open_room(
            session, title="A", mode="camera", holder=1, k_min=5, now_s=0, closes_s=99
        ).id
    few = RoomSecondRow(room, 1, 4, HAPPY)
    enough = RoomSecondRow(room, 2, 5, HAPPY, facing=0.8)
    store.writer.put(few, enough, RoomSecondRow(999, 3, 9, HAPPY))
    assert store.writer.flush()
    with store.read() as session:
        kept = session.scalars(select(RoomSecond)).all()
        assert [(one.second_s, one.people) for one in kept] == [(2, 5)]
    assert store.writer.status().refused == 2


def _put_and_see_problem(store: Store, ids: tuple[int, int], words: str) -> None:
    person_id, checkin_id = ids
    store.writer.put(*(row(checkin_id, person_id, second) for second in range(20)))
    wait_until(lambda: store.problem is not None)
    assert store.problem is not None
    assert store.problem.startswith("Nothing is being recorded: ")
    assert words in store.problem
    assert store.writer.put(row(checkin_id, person_id, 20)), "and live analysis goes on"


def _see_it_resume(store: Store) -> None:
    assert store.writer.flush(20)
    assert count(store) == 21
    status = store.writer.status()
    assert (status.problem, status.dropped) == (None, 0)


def test_a_locked_file(sqlite_store: Store) -> None:
    ids = add_person(sqlite_store, "otter")
    with closing(sqlite_store.database._connect_sqlite()) as other:
        other.execute("BEGIN IMMEDIATE")
        _put_and_see_problem(sqlite_store, ids, "another program holds the database")
        other.execute("ROLLBACK")
    _see_it_resume(sqlite_store)


def test_a_full_disk(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's own limit of pages gives the very error of a full disk."""
    ids = add_person(sqlite_store, "otter")
    connect = sqlite_store.database._connect_sqlite

    def small() -> object:
        link = connect()
        link.execute("PRAGMA max_page_count=1")  # means: as many as there are
        return link

    full = Database(sqlite_store.database.url)
    full._connect_sqlite = small  # type: ignore[method-assign, assignment]
    full.engine = full._make_engine()
    full._writing = full.engine.execution_options(mien_write=True)
    good, sqlite_store.database = sqlite_store.database, full
    ids = (ids[0], ids[1])
    sqlite_store.writer.put(*(row(ids[1], ids[0], s, facing=0.5) for s in range(100, 3000)))
    wait_until(lambda: sqlite_store.problem is not None)
    assert "the disk is full" in str(sqlite_store.problem)
    sqlite_store.database = good
    assert sqlite_store.writer.flush(20)
    assert count(sqlite_store) == 2900
    assert sqlite_store.problem is None
    full.close()


def test_a_file_that_is_taken_away_and_comes_back(sqlite_store: Store, tmp_path: Path) -> None:
    ids = add_person(sqlite_store, "otter")
    sqlite_store.database.forget_deleted()
    path = tmp_path / "mien.sqlite3"
    path.rename(tmp_path / "elsewhere")
    _put_and_see_problem(sqlite_store, ids, "the database file is gone")
    assert not path.exists(), "no new one is made in its place by accident"
    sqlite_store.database.close()
    for end in ("-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "elsewhere", path)  # as from a backup: another file, the same content
    _see_it_resume(sqlite_store)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps open files from being replaced")
def test_a_damaged_file(sqlite_store: Store, tmp_path: Path) -> None:
    ids = add_person(sqlite_store, "otter")
    sqlite_store.database.forget_deleted()
    sqlite_store.database.close()
    path = tmp_path / "mien.sqlite3"
    good = path.read_bytes()
    path.write_bytes(b"This is no database. " * 500)
    _put_and_see_problem(sqlite_store, ids, "is damaged")
    sqlite_store.database.close()
    path.write_bytes(good)
    _see_it_resume(sqlite_store)


def test_a_server_that_goes_and_comes_back(
    tmp_path_factory: pytest.TempPathFactory, postgres: Server
) -> None:
    empty_template(postgres)
    postgres.run_sql("CREATE DATABASE away TEMPLATE template")
    store = Store(Database(database_url(Settings(database_url=postgres.url("away")))))
    ids = add_person(store, "otter")
    postgres.stop()
    _put_and_see_problem(store, ids, "the database does not answer")
    postgres.start()
    _see_it_resume(store)
    store.close()


def test_a_store_whose_database_is_not_there_at_first(postgres: Server) -> None:
    store = Store(Database(database_url(Settings(database_url=postgres.url("later")))))
    store.writer.put(row(1, 1, 1))
    wait_until(lambda: store.problem is not None)
    assert "PostgreSQL knows no such database" in str(store.problem)
    postgres.run_sql("CREATE DATABASE later")
    assert store.writer.flush(20)
    assert store.writer.status().refused == 1, "nobody is there whose row it could be"
    store.close()


def test_an_error_of_our_own_is_said_and_does_not_end_the_thread(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_id, checkin_id = add_person(sqlite_store, "otter")

    def fail(*_: object) -> int:
        raise RuntimeError("unforeseen")

    with monkeypatch.context() as patch:
        patch.setattr(writing, "write_rows", fail)
        sqlite_store.writer.put(row(checkin_id, person_id, 1))
        wait_until(lambda: sqlite_store.problem is not None)
        assert "RuntimeError" in str(sqlite_store.problem)
    assert sqlite_store.writer.flush(20)
    assert count(sqlite_store) == 1


def test_a_row_that_the_database_refuses_does_not_hold_the_others(
    postgres_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_id, checkin_id = add_person(postgres_store, "otter")
    with postgres_store.write() as session:
        session.execute(text("ALTER TABLE samples ADD CONSTRAINT odd CHECK (second_s <> 3)"))
    postgres_store.writer.put(*(row(checkin_id, person_id, second) for second in range(6)))
    assert postgres_store.writer.flush(20)
    with postgres_store.write() as session:
        session.execute(text("ALTER TABLE samples DROP CONSTRAINT odd"))
    assert count(postgres_store) == 5
    assert postgres_store.writer.status().refused == 1
