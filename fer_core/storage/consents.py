"""Which consents stand, and which are in force: given, not withdrawn, to the present text.

A text's version is ``<wording>.<number>``: the number is that of the owner's choice of a purpose
that stands in the text, so that a new choice asks everybody anew, the same purpose included.
"""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fer_core.storage.tables import CheckIn, Choice, Consent

_KEY = "purpose"


def present_version(session: Session, wording: str | int) -> str:
    """The version of a text whose own wording is this, with the owner's choice of now."""
    return f"{wording}.{_number(session)}"


def standing_consents(session: Session, *, person_id: int) -> list[Consent]:
    """All that a person agreed to and did not withdraw, to whatever text, the oldest first."""
    return list(
        session.scalars(
            select(Consent)
            .where(Consent.person_id == person_id, Consent.withdrawn_s.is_(None))
            .order_by(Consent.id)
        )
    )


def is_in_force(session: Session, *, consent_id: int) -> bool:
    """Whether what is measured now may be recorded under this consent."""
    consent = session.get(Consent, consent_id, populate_existing=True)
    return consent is not None and _holds(consent.version, consent.withdrawn_s, _number(session))


def recording_owners(session: Session, *, checkin_ids: Collection[int]) -> dict[int, int]:
    """Which of these check-ins are under a consent in force: their ids to their persons' ids."""
    number = _number(session)
    rows = session.execute(
        select(CheckIn.id, CheckIn.person_id, Consent.version, Consent.withdrawn_s)
        .join(
            Consent,
            (Consent.id == CheckIn.consent_id) & (Consent.person_id == CheckIn.person_id),
        )
        .where(CheckIn.id.in_(checkin_ids))
    )
    return {
        checkin_id: person_id
        for checkin_id, person_id, version, withdrawn_s in rows
        if _holds(version, withdrawn_s, number)
    }


def _number(session: Session) -> int:
    """The number of the owner's newest choice; 0 before the first."""
    return session.scalar(select(func.max(Choice.version)).where(Choice.key == _KEY)) or 0


def _holds(version: str, withdrawn_s: int | None, number: int) -> bool:
    return withdrawn_s is None and version.rpartition(".")[2] == str(number)
