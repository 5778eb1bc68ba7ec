"""Persons, consents, teams: on both databases, and with everything an attacker may type."""

import pytest
from sqlalchemy import func, select

from fer_core.errors import InputError
from fer_core.storage import Store, persons
from fer_core.storage.tables import Person
from fer_core.storage.tokens import hash_token
from fer_core.text import clean_name

SQL = [
    "Robert'); DROP TABLE persons;--",
    '" OR ""="',
    "' UNION SELECT key_hash FROM persons--",
    "%_\\",
    "$1 :name ? %s {x}",
]
SHOWN = ["<script>alert(1)</script>", '"><img src=x>', 'O\'Brien & "Sons"', "שלום", "علی\u200cرضا"]
REFUSED = [
    ("", "is empty"),
    ("   \n ", "is empty"),
    ("x" * 41, "has 41 characters"),
    ("abc\u202egnp.exe", "U+202E"),
    ("a\u2066b", "U+2066"),
    ("a\u200fb", "U+200F"),
    ("nul\0", "U+0000"),
    ("bell\x07", "U+0007"),
    ("\u200d\u200d", "nothing to see"),
]


@pytest.mark.parametrize("name", [*SQL, *SHOWN])
def test_any_name_is_kept_as_typed(store: Store, name: str) -> None:
    with store.write() as session:
        made = persons.create_person(session, now_s=5, pseudonym=name)
        team = persons.create_team(session, name=name, now_s=5)
        persons.join_team(session, person_id=made.person.id, team_id=team.id)
        persons.give_consent(
            session,
            person_id=made.person.id,
            purpose=name[:40],
            version=name[:40],
            text=name,
            now_s=5,
        )
    with store.read() as session:
        found = persons.find_person(session, key=made.key)
        assert found is not None
        assert found.pseudonym == name
        assert [one.name for one in persons.list_teams(session)] == [name]
        assert persons.find_consent(
            session, person_id=found.id, purpose=name[:40], version=name[:40]
        )
        assert session.scalar(select(func.count()).select_from(Person)) == 1


@pytest.mark.parametrize("name", SQL)
def test_sql_in_a_key_finds_nobody(store: Store, name: str) -> None:
    with store.write() as session:
        persons.create_person(session, now_s=5, pseudonym="somebody")
        assert persons.find_person(session, key=name) is None
        assert session.scalar(select(func.count()).select_from(Person)) == 1


@pytest.mark.parametrize(("name", "reason"), REFUSED)
def test_what_cannot_be_seen_is_refused(name: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason.replace("+", r"\+")):
        clean_name(name)


def test_only_the_hash_of_a_key_is_kept(store: Store) -> None:
    with store.write() as session:
        made = persons.create_person(session, now_s=5)
    assert made.key not in repr(vars(made.person))
    assert made.person.key_hash == hash_token(made.key)
    with store.read() as session:
        assert persons.find_person(session, key=made.person.key_hash) is None


@pytest.mark.parametrize("alike", ["otter", "OTTER", "Ｏtter", "ot ter", "ot\u200dter"])
def test_no_two_that_look_alike(store: Store, alike: str) -> None:
    with store.write() as session:
        persons.create_person(session, now_s=5, pseudonym="Otter")
        with pytest.raises(InputError, match="is taken"):
            persons.create_person(session, now_s=5, pseudonym=alike)
        persons.create_person(session, now_s=5, pseudonym="Badger")  # the session goes on


def test_consent_holds_until_withdrawn_and_for_its_version_only(store: Store) -> None:
    with store.write() as session:
        person_id = persons.create_person(session, now_s=5).person.id

        def holds(version: str = "2", purpose: str = "research") -> bool:
            found = persons.find_consent(
                session, person_id=person_id, purpose=purpose, version=version
            )
            return found is not None

        given = persons.give_consent(
            session, person_id=person_id, purpose="research", version="2", text="We ...", now_s=9
        )
        assert len(given.receipt) == 16
        assert len(given.text_sha256) == 64
        assert holds()
        assert not holds("1")
        assert not holds(purpose="self")
        assert persons.withdraw_consents(session, person_id=person_id, now_s=20) == 1
        assert not holds()


def test_a_team_that_goes_leaves_its_persons(store: Store) -> None:
    with store.write() as session:
        team = persons.create_team(session, name="Night shift", now_s=1)
        made = persons.create_person(session, now_s=1, team_id=team.id)
        with pytest.raises(InputError, match="There is a team"):
            persons.create_team(session, name="Night shift", now_s=1)
        persons.delete_team(session, team_id=team.id)
    with store.read() as session:
        found = persons.find_person(session, key=made.key)
        assert found is not None
        assert found.team_id is None


def test_being_seen_never_goes_back(store: Store) -> None:
    with store.write() as session:
        made = persons.create_person(session, now_s=100)
        for now_s in (300, 200):
            persons.note_seen(session, person_id=made.person.id, now_s=now_s)
    with store.read() as session:
        found = persons.find_person(session, key=made.key)
        assert found is not None
        assert found.seen_s == 300
