"""Keys by which programs use the HTTP API: made by the owner, told once, kept as hashes."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fer_core.errors import AccessError, InputError
from fer_core.storage import audit
from fer_core.storage.access_tables import ApiKey
from fer_core.storage.tokens import hash_token, make_token
from fer_core.text import clean_name

DAY_S: Final = 86_400
#: How a key begins, so that scanners for secrets and people know one when they see it.
PREFIX: Final = "mien_"
MOST_DAYS: Final = 365
MOST_PER_MINUTE: Final = 6_000
MOST_MB: Final = 100_000
_LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key just made; its token is told once."""

    key: ApiKey
    token: str


def make_api_key(
    session: Session,
    *,
    label: str,
    now_s: int,
    number: int,
    days: int = 90,
    per_minute: int = 60,
    max_mb: int = 100,
) -> NewApiKey:
    """Make a key for a program.

    Args:
        session: that writes.
        label: for what; only the owner sees it.
        now_s: UTC seconds.
        number: of the owner who makes it.
        days: until it ends, 1 to 365.
        per_minute: requests a minute, 1 to 6,000.
        max_mb: megabytes of one upload, at least 1; the setting FER_MAX_UPLOAD_MB holds as well.

    Raises:
        InputError: the label or a number is not possible.
    """
    within = 1 <= days <= MOST_DAYS and 1 <= per_minute <= MOST_PER_MINUTE and max_mb >= 1
    if not (within and max_mb <= MOST_MB):
        raise InputError(
            f"A key holds for 1 to {MOST_DAYS} days, {MOST_PER_MINUTE:,} requests a minute and "
            f"{MOST_MB:,} MB at most. Received: {days} days, {per_minute} a minute, {max_mb} MB."
        )
    token = PREFIX + make_token()
    key = ApiKey(
        number=audit.random_number(),
        label=clean_name(label, noun="name for the key", longest=60),
        token_hash=hash_token(token),
        per_minute=per_minute,
        max_mb=max_mb,
        created_s=now_s,
        expires_s=now_s + days * DAY_S,
    )
    session.add(key)
    session.flush()
    audit.note(session, number=number, action="gave", subject=f"API key {key.id}", now_s=now_s)
    return NewApiKey(key, token)


def find_api_key(session: Session, *, token: str, now_s: int) -> ApiKey:
    """The key of a token.

    Raises:
        AccessError: it is wrong, over, or withdrawn.
    """
    key = None
    if len(token) <= _LONGEST:
        key = session.scalar(
            select(ApiKey).where(
                ApiKey.token_hash == hash_token(token),
                ApiKey.expires_s > now_s,
                ApiKey.revoked_s.is_(None),
            )
        )
    if key is None:
        raise AccessError(
            "This key is wrong, too old or withdrawn; ask who runs this server for a new one."
        )
    return key


def revoke_api_key(session: Session, *, key_id: int, now_s: int, number: int) -> None:
    """Withdraw a key: its next request is refused."""
    session.execute(
        update(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.revoked_s.is_(None))
        .values(revoked_s=now_s)
    )
    audit.note(session, number=number, action="withdrew", subject=f"API key {key_id}", now_s=now_s)


def list_api_keys(session: Session, *, most: int = 200) -> list[ApiKey]:
    """The newest first."""
    return list(session.scalars(select(ApiKey).order_by(ApiKey.id.desc()).limit(most)))
