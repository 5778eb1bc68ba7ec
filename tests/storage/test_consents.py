"""A consent that does not stand holds nobody in a figure, and nothing is written without one."""

import pytest
from sqlalchemy import select

from fer_core.storage import Store, persons
from fer_core.storage.choices import choose_purpose
from fer_core.storage.consents import is_in_force, present_version, standing_consents
from fer_core.storage.recording import write_rows
from fer_core.storage.tables import Consent, Sample
from fer_core.storage.teams import publish_days
from tests.storage.fills import row, sit

DAY_S = 86_400
DAY = (1_799_971_200, 1_799_971_200 + DAY_S)
RESEARCH = {"purpose": "research", "reference": "Study 7", "ethics_approved": True}
PERMITTED = {"purpose": "permitted_here", "jurisdiction": "Elsewhere", "law_confirmed": True}


def choose(store: Store, what: dict[str, str | bool], *, at_s: int = DAY[0] - 7200) -> None:
    with store.write() as session:
        choose_purpose(session, number=1, now_s=at_s, **what)  # type: ignore[arg-type]


def agree(store: Store, person_id: int, purpose: str, *, at_s: int) -> int:
    with store.write() as session:
        version = present_version(session, 1)
        return persons.give_consent(
            session, person_id=person_id, purpose=purpose, version=version, text="t", now_s=at_s
        ).id


def record(store: Store, people: int) -> list[int]:
    """People who agree to the purpose in force and check in on the day."""
    ids = []
    for number in range(people):
        with store.write() as session:
            name = f"person {number}"
            one = persons.create_person(session, now_s=DAY[0] - 3600, pseudonym=name).person.id
            checkin = sit(session, one, DAY[0] - 3600, purpose="wellbeing/research")
            assert write_rows(session, [row(checkin, one, DAY[0] + 3600 + i) for i in range(60)])
        ids.append(one)
    return ids


def count_shown(store: Store, purpose: str = "wellbeing/research") -> int:
    with store.write() as session:
        agreed_to = (purpose, present_version(session, 1))
        return len(publish_days(session, days=[DAY], agreed_to=agreed_to, k=5))


def test_a_withdrawn_consent_does_not_count_again_when_the_purpose_returns(store: Store) -> None:
    choose(store, RESEARCH)
    people = record(store, 5)
    choose(store, PERMITTED)
    for person_id in people:
        agree(store, person_id, "wellbeing/permitted_here", at_s=DAY[1])
        with store.write() as session:  # what the page's button does
            assert len(standing_consents(session, person_id=person_id)) == 2
            assert persons.withdraw_consents(session, person_id=person_id, now_s=DAY[1]) == 2
            assert standing_consents(session, person_id=person_id) == []
    choose(store, RESEARCH)
    assert count_shown(store) == 0


def test_a_new_version_shows_nobody_who_did_not_agree_to_it(store: Store) -> None:
    choose(store, RESEARCH)
    people = record(store, 5)
    choose(store, {**RESEARCH, "reference": "Study 8"})
    assert count_shown(store) == 0
    for person_id in people:
        agree(store, person_id, "wellbeing/research", at_s=DAY[1])
    assert count_shown(store) == 0, "nor what was recorded before they agreed to it"


def test_who_agreed_is_shown_until_then(store: Store) -> None:
    choose(store, RESEARCH)
    people = record(store, 5)
    assert count_shown(store) == 5
    with store.write() as session:
        consent = session.scalars(select(Consent.id).where(Consent.person_id == people[0])).one()
        withdrawn = persons.withdraw_consents(
            session, person_id=people[0], now_s=DAY[1], consent_id=consent
        )
    assert withdrawn == 1
    assert count_shown(store) == 0


@pytest.mark.parametrize("how", ["withdrawn", "new choice", "none", "another's"])
def test_nothing_is_written_without_a_consent_in_force(store: Store, how: str) -> None:
    choose(store, RESEARCH)
    with store.write() as session:
        one = persons.create_person(session, now_s=1).person.id
        other = persons.create_person(session, now_s=1).person.id
        checkin = sit(session, one, DAY[0], purpose="wellbeing/research")
        consent = session.scalars(select(Consent.id)).one()
        assert is_in_force(session, consent_id=consent)
    store.writer.put(*(row(checkin, one, DAY[0] + i) for i in range(20)))
    assert store.writer.flush()
    if how == "withdrawn":
        with store.write() as session:
            persons.withdraw_consents(session, person_id=one, now_s=DAY[0] + 20)
    elif how == "new choice":
        choose(store, RESEARCH, at_s=DAY[0] + 20)
    else:
        with store.write() as session:
            found = session.get(Consent, consent)
            assert found is not None
            if how == "none":
                session.delete(found)
            else:
                found.person_id = other
    store.writer.put(*(row(checkin, one, DAY[0] + i) for i in range(20, 119)))
    assert store.writer.flush()
    with store.read() as session:
        assert len(session.scalars(select(Sample.second_s)).all()) == 20
        if how != "another's":
            assert not is_in_force(session, consent_id=consent)
    status = store.writer.status()
    assert (status.refused, status.problem) == (99, None)


def test_thousands_get_pseudonyms_of_their_own(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = iter(["amber-otter-1", "amber-otter-1", "Amber-Otter-1", "azure-crane-2"])
    monkeypatch.setattr(persons, "suggest_pseudonym", lambda: next(names))
    with store.write() as session:
        assert persons.create_person(session, now_s=1).person.pseudonym == "amber-otter-1"
        assert persons.create_person(session, now_s=1).person.pseudonym == "azure-crane-2"
