"""Roles, the mapping of logins, the limiter, signatures: everything that decides, without pages."""

import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from fer_core.access import VISITOR, Access, AttemptLimiter, Role, Signer, load_secret
from fer_core.access.login import check_mapping, is_current, roles_from_claims
from fer_core.errors import AccessError, ConfigError

MAPPING = {"owner": ["Ada@Example.org"], "manager": ["group:leads"], "educator": ["b@x.org"]}


@pytest.mark.parametrize(
    ("claims", "roles"),
    [
        ({}, set()),
        ({"email": "ada@example.org"}, {"owner"}),
        ({"email": "ADA@example.ORG", "email_verified": True}, {"owner"}),
        ({"email": "ada@example.org", "email_verified": False}, set()),
        ({"email": "ada@example.org", "email_verified": "false"}, set()),
        ({"email": "ada@example.org.evil.org"}, set()),
        ({"email": "group:leads"}, set()),
        ({"groups": ["leads"]}, {"manager"}),
        ({"groups": "leads"}, {"manager"}),
        ({"roles": ["leads", 3]}, {"manager"}),
        ({"groups": ["Leads", "group:leads", "ada@example.org"]}, set()),
        ({"email": "b@x.org", "groups": ["leads"]}, {"educator", "manager"}),
        ({"email": ["ada@example.org"], "groups": {"leads": 1}}, set()),
        ({"email": "", "name": "owner", "role": "owner"}, set()),
    ],
)
def test_roles_of_a_login(claims: dict[str, Any], roles: set[str]) -> None:
    assert roles_from_claims(claims, MAPPING) == {"visitor", *roles}


@pytest.mark.parametrize(
    ("claims", "is_so"),
    [
        ({"iat": 1000}, True),
        ({"iat": 1000, "exp": 1060}, True),  # for whoever takes the token, not for the login
        ({"iat": 1000.5}, True),
        ({"iat": 1000 - 3600}, False),
        ({"iat": True}, False),
        ({"iat": "1000"}, False),
        ({"iat": float("nan")}, False),
        ({}, False),
    ],
)
def test_a_login_counts_for_its_hours(claims: dict[str, Any], is_so: bool) -> None:
    assert is_current(claims, now_s=1001.0, hours=1) is is_so


def test_a_mapping_to_no_role_is_refused() -> None:
    check_mapping(MAPPING)
    with pytest.raises(ConfigError, match="no role 'boss'"):
        check_mapping({"boss": ["a@x.org"]})


@pytest.mark.parametrize("role", list(Role))
def test_who_may_what(role: Role) -> None:
    access = Access(frozenset({Role.VISITOR, role}))
    assert access.role is role
    for asked in Role:
        allowed = asked is Role.VISITOR or role in (asked, Role.OWNER)
        assert access.has(asked) == allowed
    if role is not Role.OWNER:
        with pytest.raises(AccessError, match="for the role owner"):
            access.require(Role.OWNER)
    assert not VISITOR.has(Role.EDUCATOR, Role.ANALYST, Role.MANAGER, Role.OWNER)


def test_the_limiter_shuts_out_by_key_and_forgets_with_time() -> None:
    now = 0.0
    limiter = AttemptLimiter(3, 60.0, clock=lambda: now)
    limiter.note_wrong("a")
    now = 10.0
    limiter.note_wrong("a")
    assert limiter.wait_s("a") == 0
    now = 20.0
    limiter.note_wrong("a")
    assert limiter.wait_s("a") == 40.0
    assert limiter.wait_s("b") == 0
    now = 60.5
    assert limiter.wait_s("a") == 0, "the first wrong try no longer counts"
    limiter.note_wrong("a")
    assert limiter.wait_s("a") > 0
    limiter.forget("a")
    assert limiter.wait_s("a") == 0


def test_the_limiter_does_not_grow_for_ever() -> None:
    limiter = AttemptLimiter(1, 60.0)
    for number in range(10_050):
        limiter.note_wrong(str(number))
    assert len(limiter._wrong) == 10_000
    assert limiter.wait_s("10049") > 0


def test_a_signature_holds_for_its_cookie_its_secret_and_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = Signer(load_secret(tmp_path / "a")), Signer(load_secret(tmp_path / "b"))
    value = mine.sign_cookie("mien_access", "token")
    assert mine.open_cookie("mien_access", value, max_age_s=60) == "token"
    assert mine.open_cookie("mien_person", value, max_age_s=60) is None
    assert other.open_cookie("mien_access", value, max_age_s=60) is None
    ticket = mine.make_ticket("mien_person", "token", "this")
    assert mine.open_ticket(ticket, "this") == ("mien_person", "token")
    assert mine.open_ticket(ticket, "another") is None
    assert other.open_ticket(ticket, "this") is None
    assert mine.open_cookie("mien_person", ticket, max_age_s=60) is None
    for forged in ("", "token", value[:-2] + "xx", value + "A", "x" * 5000, "..", "\0", "é.é.é"):
        assert mine.open_cookie("mien_access", forged, max_age_s=60) is None
        assert mine.open_ticket(forged, "this") is None
    monkeypatch.setattr(
        "itsdangerous.timed.time.time", lambda: __import__("time").monotonic() + 9e9
    )
    assert mine.open_cookie("mien_access", value, max_age_s=60) is None
    assert mine.open_ticket(ticket, "this") is None


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(load_secret(tmp_path / "keys")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    files = list((tmp_path / "keys").iterdir())
    assert [path.name for path in files] == ["cookie.key"]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    files[0].write_bytes(b"short")
    with pytest.raises(ConfigError, match="is damaged"):
        load_secret(tmp_path / "keys")
