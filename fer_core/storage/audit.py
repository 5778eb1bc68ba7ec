"""The audit log: who looked at which aggregate, exported, erased, or changed what.

"Who" is a random number: of a holder's access, which the owner can trace to the link they made, or
fresh, for what a person does with their own data. Never a pseudonym.
"""

import secrets

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fer_core.storage.access_tables import ApiKey, AuditEntry, Holder


def random_number() -> int:
    """A number that says nothing: 1 to 2**53, which JSON and JavaScript keep exactly."""
    return secrets.randbelow(2**53) + 1


def note(
    session: Session, *, action: str, subject: str, now_s: int, number: int | None = None
) -> None:
    """Add an entry.

    Args:
        session: that writes; the entry is kept with what it tells of, or neither is.
        action: one word: ``looked``, ``exported``, ``erased``, ``changed``, ``gave``, ``withdrew``.
        subject: which aggregate or choice, such as ``team 3, November 2026``; no pseudonym.
        now_s: UTC seconds.
        number: of the holder; without one a fresh random number, tied to nobody.
    """
    session.add(
        AuditEntry(
            at_s=now_s,
            number=random_number() if number is None else number,
            action=action[:40],
            subject=subject[:200],
        )
    )
    session.flush()


def list_entries(session: Session, *, most: int = 1000) -> list[tuple[AuditEntry, str]]:
    """(entry, label of the holder's link or of the API key, or empty), the newest first."""
    rows = session.execute(
        select(AuditEntry, func.coalesce(Holder.label, ApiKey.label))
        .outerjoin(Holder, Holder.number == AuditEntry.number)
        .outerjoin(ApiKey, ApiKey.number == AuditEntry.number)
        .order_by(AuditEntry.id.desc())
        .limit(most)
    )
    return [(entry, label or "") for entry, label in rows]
