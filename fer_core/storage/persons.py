"""Persons: a pseudonym, its key, its team, and what it agreed to."""

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fer_core.errors import InputError
from fer_core.storage.tables import Consent, Person, Team
from fer_core.storage.tokens import hash_token, make_token
from fer_core.text import clean_name, fold_name

_COLOURS = (
    *("amber", "azure", "bronze", "coral", "copper", "crimson", "ebony", "golden", "indigo"),
    *("ivory", "jade", "lilac", "maroon", "olive", "pearl", "plum", "ruby", "scarlet", "silver"),
    *("teal", "violet", "walnut"),
)
_ANIMALS = (
    *("badger", "beaver", "bison", "crane", "dolphin", "falcon", "finch", "fox", "gecko", "hare"),
    *("heron", "ibis", "koala", "lark", "lynx", "marten", "moose", "otter", "owl", "panda"),
    *("puffin", "raven", "robin", "seal", "stork", "swan", "tapir", "wren"),
)


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person just made; ``key`` is told once and kept nowhere but with its owner."""

    person: Person
    key: str


def suggest_pseudonym() -> str:
    """A pseudonym that says nothing about anyone, such as ``amber-otter-4821``."""
    colour, animal = secrets.choice(_COLOURS), secrets.choice(_ANIMALS)
    return f"{colour}-{animal}-{secrets.randbelow(9000) + 1000}"


def create_person(
    session: Session,
    *,
    now_s: int,
    pseudonym: str | None = None,
    team_id: int | None = None,
    is_demo: bool = False,
) -> NewPerson:
    """Make a person, under a pseudonym of their own choice or a suggested one.

    Raises:
        InputError: the pseudonym cannot be used, or somebody has it, or one that looks alike.
    """
    if pseudonym is None:
        pseudonym = _free_pseudonym(session)
    name = clean_name(pseudonym, noun="pseudonym")
    key = make_token()
    person = Person(
        pseudonym=name,
        folded=fold_name(name),
        key_hash=hash_token(key),
        team_id=team_id,
        is_demo=is_demo,
        created_s=now_s,
        seen_s=now_s,
    )
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError as error:
        raise InputError("This pseudonym is taken; choose another.") from error
    return NewPerson(person, key)


def _free_pseudonym(session: Session) -> str:
    """A suggestion that nobody has: among some thousands, two alike are likely."""
    while True:
        name = suggest_pseudonym()
        if session.scalar(select(Person.id).where(Person.folded == fold_name(name))) is None:
            return name


def find_person(session: Session, *, key: str) -> Person | None:
    """The person whose key this is. There is no other way to a person than their key."""
    return session.scalar(select(Person).where(Person.key_hash == hash_token(key)))


def note_seen(session: Session, *, person_id: int, now_s: int) -> None:
    """Remember that the person was here: the retention period begins anew."""
    session.execute(
        update(Person)
        .where(Person.id == person_id)
        .values(seen_s=func.greatest(Person.seen_s, now_s))
        if session.get_bind().dialect.name == "postgresql"
        else update(Person)
        .where(Person.id == person_id)
        .values(seen_s=func.max(Person.seen_s, now_s))
    )


def give_consent(
    session: Session, *, person_id: int, purpose: str, version: str, text: str, now_s: int
) -> Consent:
    """Record that the person agreed to this text. The receipt's number is random."""
    consent = Consent(
        person_id=person_id,
        purpose=purpose,
        version=version,
        text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        receipt=secrets.token_hex(8),
        given_s=now_s,
    )
    session.add(consent)
    session.flush()
    return consent


def withdraw_consents(
    session: Session,
    *,
    person_id: int,
    now_s: int,
    purpose: str | None = None,
    consent_id: int | None = None,
) -> int:
    """Withdraw all the person agreed to, or for one purpose, or one consent; how many that were.

    Nothing that was measured under them is written from then on.
    """
    # PostgreSQL: a batch of their samples that is being written ends before.
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    which = [Consent.person_id == person_id, Consent.withdrawn_s.is_(None)]
    if purpose is not None:
        which.append(Consent.purpose == purpose)
    if consent_id is not None:
        which.append(Consent.id == consent_id)
    done = session.execute(update(Consent).where(*which).values(withdrawn_s=now_s))
    return int(done.rowcount)  # type: ignore[attr-defined]


def find_consent(session: Session, *, person_id: int, purpose: str, version: str) -> Consent | None:
    """The consent that holds for this purpose and version of the text; the newest."""
    return session.scalar(
        select(Consent)
        .where(
            Consent.person_id == person_id,
            Consent.purpose == purpose,
            Consent.version == version,
            Consent.withdrawn_s.is_(None),
        )
        .order_by(Consent.id.desc())
        .limit(1)
    )


def create_team(session: Session, *, name: str, now_s: int) -> Team:
    """Make a team.

    Raises:
        InputError: the name cannot be used, or there is such a team.
    """
    team = Team(name=clean_name(name, noun="team's name"), created_s=now_s)
    try:
        with session.begin_nested():
            session.add(team)
    except IntegrityError as error:
        raise InputError("There is a team of this name; choose another.") from error
    return team


def list_teams(session: Session) -> list[Team]:
    """All teams by name."""
    return list(session.scalars(select(Team).order_by(Team.name)))


def delete_team(session: Session, *, team_id: int) -> None:
    """Take the team away; its persons stay, in no team."""
    session.execute(delete(Team).where(Team.id == team_id))


def join_team(session: Session, *, person_id: int, team_id: int | None) -> None:
    """Put the person into a team, or into none."""
    session.execute(update(Person).where(Person.id == person_id).values(team_id=team_id))
