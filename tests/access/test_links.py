"""Links: once, for a while, until withdrawn; and nothing of them but hashes is kept."""

import contextlib
import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from fer_core.access import Role
from fer_core.access import links as li
from fer_core.access.owner import make_owner_query
from fer_core.errors import AccessError, InputError
from fer_core.storage import Store, audit
from fer_core.storage.access_tables import Holder

NOW_S = 1_800_000_000
DAY_S = 86_400


def _make(store: Store, role: Role = Role.EDUCATOR, **more: int) -> li.NewLink:
    with store.write() as session:
        return li.make_link(session, role=role, label="Ms Weber", now_s=NOW_S, number=5, **more)


def _redeem(store: Store, token: str, now_s: int = NOW_S) -> str:
    with store.write() as session:
        return li.redeem(session, token=token, now_s=now_s)


def _role(store: Store, token: str, now_s: int = NOW_S) -> Role:
    with store.read() as session:
        return li.find_access(session, token=token, now_s=now_s).role


def test_a_link_gives_its_role_once(store: Store) -> None:
    made = _make(store)
    held = _redeem(store, made.token)
    assert held != made.token
    assert _role(store, held) is Role.EDUCATOR
    assert _role(store, made.token) is Role.VISITOR, "a link is no cookie"
    with pytest.raises(AccessError, match="used up"):
        _redeem(store, made.token)
    assert _role(store, held, NOW_S + li.HOLD_DAYS * DAY_S) is Role.VISITOR


def test_a_link_for_several_browsers_holds_for_so_many(store: Store) -> None:
    made = _make(store, max_uses=2)
    held = {_redeem(store, made.token) for _ in range(2)}
    assert len(held) == 2
    with pytest.raises(AccessError):
        _redeem(store, made.token)
    with store.read() as session:
        numbers = session.scalars(select(Holder.number)).all()
    assert len(set(numbers)) == 2


def test_of_many_at_once_one_gets_in(store: Store) -> None:
    made = _make(store)
    won: list[str] = []

    def run() -> None:
        with contextlib.suppress(AccessError):
            won.append(_redeem(store, made.token))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


@pytest.mark.parametrize(
    "token", ["", "x", "' OR 1=1--", "%", "\0", "\ud83d\ude00", "a" * 100_000, "é"]
)
def test_wrong_tokens(store: Store, token: str) -> None:
    _make(store)
    token = token.encode("utf-16", "surrogatepass").decode("utf-16")
    with pytest.raises(AccessError, match="wrong"):
        _redeem(store, token)
    assert _role(store, token) is Role.VISITOR


def test_a_hash_from_the_database_opens_nothing(store: Store) -> None:
    made = _make(store)
    with pytest.raises(AccessError):
        _redeem(store, made.link.token_hash)
    held = _redeem(store, made.token)
    with store.read() as session:
        hashed = session.scalars(select(Holder.token_hash)).one()
    assert _role(store, hashed) is Role.VISITOR
    assert _role(store, held) is Role.EDUCATOR


def test_no_token_is_in_the_files(store: Store, tmp_path: Path) -> None:
    made = _make(store)
    held = _redeem(store, made.token)
    store.close()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert made.link.token_hash.encode() in content, "the search itself finds things"
    assert made.token.encode() not in content
    assert held.encode() not in content


def test_withdrawing_ends_access_at_once(store: Store) -> None:
    made, other = _make(store, max_uses=5), _make(store, Role.MANAGER)
    held = [_redeem(store, made.token) for _ in range(2)]
    kept = _redeem(store, other.token)
    with store.write() as session:
        assert li.revoke_link(session, link_id=made.link.id, now_s=NOW_S, number=5) == 2
    assert [_role(store, one) for one in held] == [Role.VISITOR] * 2
    assert _role(store, kept) is Role.MANAGER
    with pytest.raises(AccessError):
        _redeem(store, made.token)
    with store.read() as session:
        entries = [(entry.number, entry.action) for entry, _ in audit.list_entries(session)]
    assert entries[0] == (5, "withdrew")
    assert [action for _, action in entries].count("entered") == 3


def test_leaving_gives_only_ones_own_access_back(store: Store) -> None:
    made = _make(store, max_uses=2)
    first, second = (_redeem(store, made.token) for _ in range(2))
    with store.write() as session:
        number = li.find_access(session, token=first, now_s=NOW_S).number
        assert number is not None
        li.leave(session, number=number, now_s=NOW_S)
    assert (_role(store, first), _role(store, second)) == (Role.VISITOR, Role.EDUCATOR)


@pytest.mark.parametrize("after_s", [0, 7 * DAY_S - 1, 7 * DAY_S])
def test_a_link_ends(store: Store, after_s: int) -> None:
    made = _make(store, days=7)
    if after_s < 7 * DAY_S:
        assert _redeem(store, made.token, NOW_S + after_s)
    else:
        with pytest.raises(AccessError, match="too old"):
            _redeem(store, made.token, NOW_S + after_s)


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": Role.OWNER},
        {"role": Role.VISITOR},
        {"days": 0},
        {"days": 91},
        {"max_uses": 0},
        {"max_uses": 101},
        {"label": ""},
        {"label": "a\u202eb"},
    ],
)
def test_what_no_link_can_be(store: Store, wrong: dict[str, object]) -> None:
    asked = {"role": Role.EDUCATOR, "label": "A", "now_s": NOW_S, "number": 5, **wrong}
    with store.write() as session, pytest.raises(InputError):
        li.make_link(session, **asked)  # type: ignore[arg-type]


def test_the_owners_link_is_made_until_somebody_is_the_owner(store: Store) -> None:
    first, second = make_owner_query(store), make_owner_query(store)
    assert first
    assert second
    assert first.startswith("/?owner=")
    with pytest.raises(AccessError):
        _redeem(store, first.split("=")[1], store.now_s())
    held = _redeem(store, second.split("=")[1], store.now_s())
    assert _role(store, held, store.now_s()) is Role.OWNER
    assert make_owner_query(store) is None
    assert make_owner_query(store, again=True)


def test_a_login_keeps_its_number(store: Store) -> None:
    def log_in(subject: str, *roles: Role) -> li.Access:
        with store.write() as session:
            return li.note_login(
                session, subject=subject, label="a@x.org", roles=frozenset(roles), now_s=NOW_S
            )

    first, again = log_in("iss a", Role.MANAGER), log_in("iss a", Role.EDUCATOR, Role.ANALYST)
    assert first.number == again.number
    assert again.roles == {Role.VISITOR, Role.EDUCATOR, Role.ANALYST}
    assert log_in("iss b", Role.MANAGER).number != first.number
