"""Erase leaves nothing, the purge what is young, the export everything, no formula."""

import csv
import io
import json
import logging
from pathlib import Path

import pytest
from sqlalchemy import select, text

from fer_core.access import Role
from fer_core.access.links import find_access, make_owner_link, redeem
from fer_core.errors import StorageError
from fer_core.storage import Store, audit, checkins, export, persons, rooms
from fer_core.storage.access_tables import AuditEntry, Holder
from fer_core.storage.recording import write_rows
from fer_core.storage.room_tables import Room
from fer_core.storage.sums import load_minutes
from fer_core.storage.table_base import TableBase
from fer_core.storage.tables import CheckIn, Consent, Person, Sample
from fer_core.text import csv_cell
from tests.clock import Clock
from tests.storage.fills import ANGRY, add_person, row, sit

DAY_S = 86_400
NEEDLE = "needle-quetzal-7351"


def _rows(store: Store) -> dict[str, int]:
    with store.read() as session:
        return {
            name: len(session.execute(select(table)).all())
            for name, table in TableBase.metadata.tables.items()
        }


def test_erase_takes_the_person_out_of_every_table(store: Store) -> None:
    other, _ = add_person(store, "badger", seconds=70)
    before = _rows(store)
    person_id, _ = add_person(store, NEEDLE, seconds=130)
    with store.write() as session:
        persons.give_consent(
            session, person_id=person_id, purpose="research", version="1", text="x", now_s=1
        )
        room = rooms.open_room(
            session, title="A", mode="devices", holder=1, k_min=2, now_s=1, closes_s=2**40
        )
        rooms.join_room(session, room_id=room.id, person_id=person_id, now_s=1)
    assert store.erase(person_id=person_id)
    after = _rows(store)
    assert after.pop("rooms") == before.pop("rooms") + 1
    assert after.pop("audit_log") == before.pop("audit_log") + 1
    assert after == before
    assert not store.erase(person_id=person_id), "there is nothing left to erase"
    with store.read() as session:
        assert len(load_minutes(session, person_id=other)) > 0
        entry = session.scalars(select(AuditEntry)).one()
        assert entry.action == "erased"
        assert entry.number > 0
        assert NEEDLE not in repr(vars(entry))


def _found(folder: Path) -> list[str]:
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and NEEDLE.encode() in path.read_bytes()
    ]


@pytest.mark.parametrize("people", [1, 400])
def test_the_pseudonym_is_in_no_byte_of_the_files_nor_in_the_log(
    sqlite_store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture, people: int
) -> None:
    """With many rows, pages split and rows move, which leaves copies behind."""
    caplog.set_level(logging.DEBUG)
    with sqlite_store.write() as session:
        for number in range(people):
            persons.create_person(session, now_s=5, pseudonym=f"before-{number:04d}-{'x' * 20}")
    person_id, checkin_id = add_person(sqlite_store, NEEDLE, seconds=90)
    with sqlite_store.write() as session:
        checkins.set_note(session, checkin_id=checkin_id, person_id=person_id, note=NEEDLE * 90)
        for number in range(people):
            persons.create_person(session, now_s=5, pseudonym=f"n{number:04d}-{'y' * 20}")
    assert _found(tmp_path), "the search itself finds it"
    assert sqlite_store.erase(person_id=person_id)
    assert _found(tmp_path) == []
    assert NEEDLE not in caplog.text


def test_a_reader_in_the_way_is_said_and_the_purge_finishes_it(
    sqlite_store: Store, tmp_path: Path
) -> None:
    person_id, _ = add_person(sqlite_store, NEEDLE, seconds=5)
    with sqlite_store.read() as reader:
        reader.scalars(select(Person)).all()
        with pytest.raises(StorageError, match="another program reads the database"):
            sqlite_store.erase(person_id=person_id)
        assert reader.scalars(select(Person)).all(), "the reader sees its own state still"
    with sqlite_store.read() as session:
        assert session.scalars(select(Person)).all() == []
    sqlite_store.purge(30)
    assert _found(tmp_path) == []


def test_where_a_copy_is_left_the_file_is_written_anew(sqlite_store: Store, tmp_path: Path) -> None:
    """Somebody else's note holds the same bytes: they are found, and the file shrinks."""
    add_person(sqlite_store, "other", seconds=2000)
    with sqlite_store.write() as session:
        session.execute(text("UPDATE checkins SET note = :note"), {"note": NEEDLE})
        session.execute(text("DELETE FROM samples WHERE second_s % 10 > 0"))
    person_id, _ = add_person(sqlite_store, NEEDLE, seconds=5)
    sqlite_store.database.forget_deleted()
    before = (tmp_path / "mien.sqlite3").stat().st_size
    assert sqlite_store.erase(person_id=person_id)
    assert (tmp_path / "mien.sqlite3").stat().st_size < before
    with sqlite_store.read() as session:
        assert session.scalars(select(CheckIn.note)).all() == [NEEDLE]
        assert len(session.scalars(select(Sample.second_s)).all()) == 200


def test_erase_on_postgres_frees_the_space(postgres_store: Store) -> None:
    person_id, _ = add_person(postgres_store, NEEDLE, seconds=5)
    size = text("SELECT pg_relation_size('persons') + pg_relation_size('samples')")
    with postgres_store.read() as session:
        assert session.execute(size).scalar_one() > 0
    assert postgres_store.erase(person_id=person_id)
    with postgres_store.read() as session:
        assert session.execute(size).scalar_one() == 0


def test_purge_goes_by_age_with_a_moved_clock(store: Store, clock: Clock) -> None:
    old, _ = add_person(store, "old", seconds=120)
    with store.write() as session:
        room = rooms.open_room(
            session,
            title="Then",
            mode="camera",
            holder=1,
            k_min=2,
            now_s=store.now_s(),
            closes_s=store.now_s() + 3600,
        )
        rooms.add_marker(session, room_id=room.id, label="explained fractions", now_s=1)
        audit.note(session, action="looked", subject="team 1", now_s=store.now_s())
    assert store.purge(30).total == 0
    clock.now_s += 29 * DAY_S
    stays, checkin_id = add_person(store, "stays", seconds=60, probs=ANGRY)
    assert store.purge(30).total == 0
    clock.now_s += 2 * DAY_S
    assert store.purge(30).total > 120
    with store.read() as session:
        assert [one.id for one in session.scalars(select(Person))] == [stays]
        assert session.scalars(select(Room)).all() == []
        assert session.scalars(select(AuditEntry)).all(), "the log is kept for a year"
        course = checkins.load_course(session, person_id=stays, checkin_id=checkin_id)
        assert len(course.times_s) == 60
        assert checkins.load_course(session, person_id=old).times_s.size == 0
    clock.now_s += 365 * DAY_S
    store.purge(30)
    assert {name: n for name, n in _rows(store).items() if n} == {}


def test_access_outlives_the_link_it_came_by(store: Store, clock: Clock) -> None:
    with store.write() as session:
        token = make_owner_link(session, now_s=store.now_s()).token
        held = redeem(session, token=token, now_s=store.now_s())
    for days, role in ((60, Role.OWNER), (89, Role.OWNER), (91, Role.VISITOR)):
        clock.now_s = 1_800_000_000 + days * DAY_S
        store.purge(30)
        with store.read() as session:
            assert find_access(session, token=held, now_s=store.now_s()).role is role
    with store.read() as session:
        assert session.scalars(select(Holder)).one().label, "the log's numbers keep their names"


def test_who_comes_back_keeps_the_pseudonym_but_not_the_old_samples(
    store: Store, clock: Clock
) -> None:
    person_id, _ = add_person(store, "otter", seconds=60)
    clock.now_s += 40 * DAY_S
    with store.write() as session:
        persons.note_seen(session, person_id=person_id, now_s=store.now_s())
    store.purge(30)
    with store.read() as session:
        assert session.get(Person, person_id) is not None
        assert load_minutes(session, person_id=person_id) == []
        assert checkins.list_checkins(session, person_id=person_id) == []


def test_export_holds_everything_of_one_person(store: Store) -> None:
    person_id, checkin_id = add_person(store, "=HYPERLINK(1)", seconds=3)
    add_person(store, "badger", seconds=5)
    with store.write() as session:
        persons.give_consent(
            session, person_id=person_id, purpose="self", version="1", text="x", now_s=1
        )
        checkins.set_note(session, checkin_id=checkin_id, person_id=person_id, note='+1,\n"2"')
    written, table_text = io.StringIO(), io.StringIO(newline="")
    export.write_json(store.read, written, person_id=person_id)
    export.write_samples_csv(store.read, table_text, person_id=person_id)
    data = json.loads(written.getvalue())
    table = list(csv.DictReader(io.StringIO(table_text.getvalue())))
    with store.read() as session:
        mine = select(Consent.receipt).where(Consent.person_id == person_id).order_by(Consent.id)
        receipts = session.scalars(mine).all()
    with pytest.raises(LookupError):
        export.export_person(store.read, person_id=person_id + 999)
    assert data["pseudonym"] == "=HYPERLINK(1)", "JSON is opened by no spreadsheet"
    assert [one["receipt"] for one in data["consents"]] == receipts
    assert len(receipts) == 2
    assert [sample["checkin_id"] for sample in data["samples"]] == [checkin_id] * 3
    assert data["samples"][0]["p_happy"] == pytest.approx(0.88)
    assert len(table) == 3
    assert {line["pseudonym"] for line in table} == {"'=HYPERLINK(1)"}
    assert {line["note"] for line in table} == {'\'+1,\n"2"'}
    assert float(table[0]["p_happy"]) == pytest.approx(0.88)
    assert table_text.getvalue().startswith("pseudonym"), "all is ASCII: no mark"


def test_a_table_that_is_not_ascii_begins_with_the_mark(store: Store) -> None:
    person_id, _ = add_person(store, "Jürgen", seconds=1)
    written = io.StringIO(newline="")
    export.write_samples_csv(store.read, written, person_id=person_id)
    assert written.getvalue().startswith("\ufeffpseudonym")
    assert "Jürgen" in written.getvalue()


def test_an_export_is_read_in_pieces_and_nobody_waits(store: Store) -> None:
    person_id, checkin_id = add_person(store, "otter", seconds=40)
    with store.write() as session:  # seconds with two rows, on both sides of a piece's end
        again = sit(session, person_id, store.now_s())
        write_rows(session, [row(again, person_id, store.now_s() + i) for i in range(40)])
    pieces = export.export_samples(store.read, person_id=person_id, piece=7)
    found = [next(pieces) for _ in range(10)]
    with store.write() as session:
        checkins.set_note(session, checkin_id=checkin_id, person_id=person_id, note="meanwhile")
    store.database.forget_deleted()  # which a reader would stand in the way of
    found += pieces
    assert len(found) == 80
    keys = [(one["second_s"], one["checkin_id"], one["track_id"]) for one in found]
    assert keys == sorted(set(keys))
    add_person(store, "badger", seconds=7)
    assert len(list(export.export_samples(store.read, person_id=person_id, piece=80))) == 80


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("|calc", "'|calc"),
        ("a=1", "a=1"),
        ("", ""),
        (-1.5, -1.5),
        (None, None),
    ],
)
def test_no_cell_is_a_formula(value: object, cell: object) -> None:
    assert csv_cell(value) == cell
