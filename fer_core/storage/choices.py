"""What the owner decides while the app runs; every version is kept, with time and number."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fer_core.errors import ConfigError
from fer_core.storage import audit
from fer_core.storage.tables import Choice

#: Purposes under which others may join and their samples are stored (DESIGN: law and respect),
#: beside ``self`` and ``demo``, which let nobody else in.
SHARED_PURPOSES = ("medical_or_safety", "research", "permitted_here")
PURPOSES = ("self", *SHARED_PURPOSES)

#: What must be said with a purpose, and be neither empty nor False.
_NEEDS = {
    "medical_or_safety": ("reason",),
    "research": ("reference", "ethics_approved"),
    "permitted_here": ("jurisdiction", "law_confirmed"),
}


def get_choice(session: Session, *, key: str) -> Choice | None:
    """The newest version of a choice; None where none was made."""
    return session.scalar(
        select(Choice).where(Choice.key == key).order_by(Choice.version.desc()).limit(1)
    )


def list_choices(session: Session, *, key: str) -> list[Choice]:
    """All versions, the newest first."""
    return list(
        session.scalars(select(Choice).where(Choice.key == key).order_by(Choice.version.desc()))
    )


def make_choice(
    session: Session, *, key: str, value: Any, number: int, now_s: int, said: str = ""
) -> Choice:
    """Keep a new version, and say so in the audit log.

    Args:
        session: that writes.
        key: what is decided.
        value: anything JSON can hold.
        number: the random number of who decides.
        now_s: UTC seconds.
        said: what the audit log says of it; key and version where it is empty.
    """
    last = session.scalar(select(func.max(Choice.version)).where(Choice.key == key)) or 0
    choice = Choice(key=key, version=last + 1, value=value, made_s=now_s, number=number)
    session.add(choice)
    audit.note(
        session,
        number=number,
        action="changed",
        subject=said or f"{key}, version {choice.version}",
        now_s=now_s,
    )
    return choice


def choose_purpose(
    session: Session, *, purpose: str, number: int, now_s: int, **details: str | bool
) -> Choice:
    """The owner says what for others may join.

    Args:
        session: that writes.
        purpose: one of ``PURPOSES``.
        number: the owner's random number.
        now_s: UTC seconds.
        details: ``reason`` for medical or safety; ``reference`` and ``ethics_approved`` for
            research; ``jurisdiction`` and ``law_confirmed`` for permitted here.

    Raises:
        ConfigError: the purpose is unknown, or what it needs is missing.
    """
    if purpose not in PURPOSES:
        raise ConfigError(f"There is no purpose {purpose!r}; choose one of {', '.join(PURPOSES)}.")
    for name in _NEEDS.get(purpose, ()):
        said = details.get(name)
        if not (said.strip() if isinstance(said, str) else said):
            raise ConfigError(f"The purpose {purpose!r} needs {name.replace('_', ' ')}; give it.")
    value = {"purpose": purpose, **{name: details[name] for name in _NEEDS.get(purpose, ())}}
    return make_choice(session, key="purpose", value=value, number=number, now_s=now_s)


def current_purpose(session: Session) -> str:
    """What holds now; ``self`` until the owner chose another."""
    choice = get_choice(session, key="purpose")
    return str(choice.value["purpose"]) if choice else "self"


def may_others_join(session: Session) -> bool:
    """Whether the purpose lets others join and stores their samples."""
    return current_purpose(session) in SHARED_PURPOSES
