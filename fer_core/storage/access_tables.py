"""The tables of who may do what: links, holders, keys, the audit log; times as in ``tables``."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Integer,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from fer_core.storage.table_base import NO_REUSE, BigId, TableBase


class AccessLink(TableBase):
    """A link that gives a role; only the hash of its token is kept."""

    __tablename__ = "access_links"
    __table_args__ = (CheckConstraint("uses <= max_uses", name="uses"), NO_REUSE)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_s: Mapped[int] = mapped_column(BigInteger)
    expires_s: Mapped[int] = mapped_column(BigInteger)
    max_uses: Mapped[int] = mapped_column(Integer)
    uses: Mapped[int] = mapped_column(Integer, default=0)
    revoked_s: Mapped[int | None] = mapped_column(BigInteger)


class Holder(TableBase):
    """A browser, or a login by OIDC, that has roles. ``number`` is random and stands in the audit
    log and beside rooms in its place."""

    __tablename__ = "holders"
    __table_args__ = (NO_REUSE,)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, unique=True)
    #: Of the cookie's token; for OIDC of issuer and subject.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(200))
    link_id: Mapped[int | None] = mapped_column(
        ForeignKey("access_links.id", ondelete="CASCADE"), index=True
    )
    created_s: Mapped[int] = mapped_column(BigInteger)
    expires_s: Mapped[int] = mapped_column(BigInteger)
    revoked_s: Mapped[int | None] = mapped_column(BigInteger)


class ApiKey(TableBase):
    """A key by which a program uses the HTTP API; only its hash is kept. ``number`` is random and
    stands in the audit log."""

    __tablename__ = "api_keys"
    __table_args__ = (NO_REUSE,)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, unique=True)
    label: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: Requests a minute, and megabytes of one upload, at most.
    per_minute: Mapped[int] = mapped_column(Integer)
    max_mb: Mapped[int] = mapped_column(Integer)
    created_s: Mapped[int] = mapped_column(BigInteger)
    expires_s: Mapped[int] = mapped_column(BigInteger)
    revoked_s: Mapped[int | None] = mapped_column(BigInteger)


class AuditEntry(TableBase):
    """Who (a random number) did what to which aggregate, and when. Never a pseudonym."""

    __tablename__ = "audit_log"
    __table_args__ = (NO_REUSE,)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at_s: Mapped[int] = mapped_column(BigInteger, index=True)
    number: Mapped[int] = mapped_column(BigInteger, index=True)
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
