"""Links that give a role, and the browsers (holders) that have one through them."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.orm import Session

from fer_core.access.roles import GIVEN_BY_LINK, VISITOR, Access, Role, roles_of
from fer_core.errors import AccessError, InputError
from fer_core.storage import audit
from fer_core.storage.access_tables import AccessLink, Holder
from fer_core.storage.tokens import hash_token, make_token
from fer_core.text import clean_name, mark

DAY_S = 86_400
#: Access by link ends after so long, whatever the link's own end.
HOLD_DAYS = 90
MOST_USES, MOST_DAYS = 100, 90
_OWNER_LABEL = "Owner, from the terminal"


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link just made; its token is told once and kept as a hash only."""

    link: AccessLink
    token: str


def make_link(
    session: Session,
    *,
    role: Role,
    label: str,
    now_s: int,
    days: int = 7,
    max_uses: int = 1,
    number: int,
) -> NewLink:
    """Make a link for somebody else.

    Args:
        session: that writes.
        role: educator, analyst or manager.
        label: for whom; only the owner sees it.
        now_s: UTC seconds.
        days: for how long the link can be opened, 1 to 90.
        max_uses: how many browsers it lets in, 1 to 100.
        number: of the owner who makes it.

    Raises:
        InputError: the label, role, days or uses are not possible.
    """
    if role not in GIVEN_BY_LINK:
        names = ", ".join(GIVEN_BY_LINK)
        raise InputError(f"A link can't give the role {role.value}; choose one of {names}.")
    if not (1 <= days <= MOST_DAYS and 1 <= max_uses <= MOST_USES):
        raise InputError(
            f"A link holds for 1 to {MOST_DAYS} days and {MOST_USES} browsers at most. "
            f"Received: {days} days, {max_uses} browsers."
        )
    made = _add_link(
        session,
        role=role,
        label=clean_name(label, noun="name for the link", longest=60),
        now_s=now_s,
        expires_s=now_s + days * DAY_S,
        max_uses=max_uses,
    )
    audit.note(
        session,
        number=number,
        action="gave",
        subject=f"link {made.link.id}, {role.value}",
        now_s=now_s,
    )
    return made


def make_owner_link(session: Session, *, now_s: int, days: int = 1) -> NewLink:
    """The link that the terminal prints; those printed before and not used hold no more."""
    session.execute(
        delete(AccessLink).where(AccessLink.role == Role.OWNER.value, AccessLink.uses == 0)
    )
    return _add_link(
        session,
        role=Role.OWNER,
        label=_OWNER_LABEL,
        now_s=now_s,
        expires_s=now_s + days * DAY_S,
        max_uses=1,
    )


def has_owner(session: Session, *, now_s: int) -> bool:
    """Whether a browser is the owner's now."""
    return bool(
        session.scalar(
            select(func.count())
            .select_from(Holder)
            .where(Holder.role == Role.OWNER.value, _valid(now_s))
        )
    )


def _add_link(
    session: Session, *, role: Role, label: str, now_s: int, expires_s: int, max_uses: int
) -> NewLink:
    token = make_token()
    link = AccessLink(
        role=role.value,
        label=label,
        token_hash=hash_token(token),
        created_s=now_s,
        expires_s=expires_s,
        max_uses=max_uses,
        uses=0,
    )
    session.add(link)
    session.flush()
    return NewLink(link, token)


def redeem(session: Session, *, token: str, now_s: int) -> str:
    """Open a link: the token of a cookie that has its role.

    Two browsers that open it in the same moment cannot both have its last use.

    Raises:
        AccessError: it is wrong, used up, over, or withdrawn.
    """
    link = session.scalar(
        update(AccessLink)
        .where(
            AccessLink.token_hash == hash_token(token),
            AccessLink.uses < AccessLink.max_uses,
            AccessLink.expires_s > now_s,
            AccessLink.revoked_s.is_(None),
        )
        .values(uses=AccessLink.uses + 1)
        .returning(AccessLink)
        .execution_options(synchronize_session=False)
    )
    if link is None:
        raise AccessError(
            mark(
                "This link is wrong, used up, too old or withdrawn; ask who runs this server for "
                "a new one."
            )
        )
    held = make_token()
    holder = Holder(
        number=audit.random_number(),
        token_hash=hash_token(held),
        role=link.role,
        label=link.label,
        link_id=link.id,
        created_s=now_s,
        expires_s=now_s + HOLD_DAYS * DAY_S,
    )
    session.add(holder)
    session.flush()
    audit.note(
        session,
        number=holder.number,
        action="entered",
        subject=f"link {link.id}, {link.role}",
        now_s=now_s,
    )
    return held


def find_access(session: Session, *, token: str, now_s: int) -> Access:
    """What the holder of a cookie's token may do now; a visitor's access where it holds nothing."""
    holder = session.scalar(
        select(Holder).where(Holder.token_hash == hash_token(token), _valid(now_s))
    )
    if holder is None:
        return VISITOR
    return Access(roles_of([holder.role]), holder.number, holder.label, "link", holder.link_id)


def note_login(
    session: Session, *, subject: str, label: str, roles: frozenset[Role], now_s: int
) -> Access:
    """The access of somebody logged in by OIDC, with a random number that stays theirs.

    Args:
        session: that writes.
        subject: issuer and subject of the token.
        label: what the owner sees beside the number.
        roles: from the settings.
        now_s: UTC seconds.
    """
    token_hash = hash_token(f"oidc {subject}")
    holder = session.scalar(select(Holder).where(Holder.token_hash == token_hash))
    access = Access(roles | {Role.VISITOR}, None, label, "login")
    if holder is None:
        holder = Holder(
            number=audit.random_number(),
            token_hash=token_hash,
            created_s=now_s,
            role=access.role.value,
            label=label[:200],
            expires_s=now_s + HOLD_DAYS * DAY_S,
        )
        session.add(holder)
    else:
        holder.role, holder.label = access.role.value, label[:200]
        holder.expires_s = now_s + HOLD_DAYS * DAY_S
    session.flush()
    return Access(access.roles, holder.number, label, "login")


def revoke_link(session: Session, *, link_id: int, now_s: int, number: int) -> int:
    """Withdraw a link and the access of every browser that opened it; how many those were."""
    session.execute(
        update(AccessLink)
        .where(AccessLink.id == link_id, AccessLink.revoked_s.is_(None))
        .values(revoked_s=now_s)
    )
    ended = session.execute(
        update(Holder)
        .where(Holder.link_id == link_id, Holder.revoked_s.is_(None))
        .values(revoked_s=now_s)
    )
    audit.note(session, number=number, action="withdrew", subject=f"link {link_id}", now_s=now_s)
    return int(ended.rowcount)  # type: ignore[attr-defined]


def leave(session: Session, *, number: int, now_s: int) -> None:
    """A holder gives their own access back."""
    session.execute(
        update(Holder)
        .where(Holder.number == number, Holder.revoked_s.is_(None))
        .values(revoked_s=now_s)
    )
    audit.note(session, number=number, action="left", subject="own access", now_s=now_s)


def list_links(session: Session, *, most: int = 200) -> list[tuple[AccessLink, int, int]]:
    """(link, browsers that have access by it, when the last of them came), the newest first."""
    holders = (
        select(
            Holder.link_id,
            func.count().filter(Holder.revoked_s.is_(None)).label("active"),
            func.max(Holder.created_s).label("last"),
        )
        .group_by(Holder.link_id)
        .subquery()
    )
    rows = session.execute(
        select(AccessLink, func.coalesce(holders.c.active, 0), func.coalesce(holders.c.last, 0))
        .outerjoin(holders, holders.c.link_id == AccessLink.id)
        .order_by(AccessLink.id.desc())
        .limit(most)
    )
    return [(link, int(active), int(last)) for link, active, last in rows]


def _valid(now_s: int) -> ColumnElement[bool]:
    return and_(Holder.revoked_s.is_(None), Holder.expires_s > now_s)
