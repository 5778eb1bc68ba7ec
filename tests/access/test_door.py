"""The door before the pages, spoken to as browsers and attackers speak to it."""

import pytest
from sqlalchemy import select

from fer_core.access import Role
from fer_core.access import links as li
from fer_core.access.owner import make_owner_query
from fer_core.app.access import cookies
from fer_core.storage import Store
from fer_core.storage.access_tables import AccessLink
from tests.access.asked import Ask, cookie_of


def _link(store: Store, role: Role = Role.EDUCATOR, uses: int = 1) -> str:
    with store.write() as session:
        return li.make_link(
            session, role=role, label="A", now_s=store.now_s(), number=1, max_uses=uses
        ).token


def _uses(store: Store) -> list[int]:
    with store.read() as session:
        return list(session.scalars(select(AccessLink.uses).order_by(AccessLink.id)))


def _role(store: Store, value: str) -> Role:
    token = cookies.signer().open_cookie(cookies.ACCESS, value, max_age_s=99)
    assert token is not None
    with store.read() as session:
        return li.find_access(session, token=token, now_s=store.now_s()).role


def test_the_owners_link_works_once_and_leaves_the_address(ask: Ask, store: Store) -> None:
    query = make_owner_query(store)
    answer = ask("GET", str(query))
    assert answer.status_code == 303
    assert answer.headers["location"] == "./"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    cookie = cookie_of(answer)
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "lax"
    assert cookie["path"] == "/"
    assert not cookie["secure"], "http on loopback"
    assert _role(store, cookie.value) is Role.OWNER
    again = ask("GET", str(query))
    assert again.status_code == 403
    assert "default-src 'none'" in again.headers["content-security-policy"]
    assert "set-cookie" not in again.headers
    assert "wrong, used up, too old or withdrawn" in again.text


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("https://mien.test/?key={}", {}),
        ("http://mien.test/?key={}", {"X-Forwarded-Proto": "https"}),
        ("http://mien.test/?key={}", {"X-Forwarded-Proto": "https, http"}),
    ],
)
def test_on_https_the_cookie_is_secure(
    ask: Ask, store: Store, url: str, headers: dict[str, str]
) -> None:
    answer = ask("GET", url.format(_link(store)), "127.0.0.1", headers=headers)
    assert cookie_of(answer, f"__Host-{cookies.ACCESS}")["secure"]


def test_what_a_visitor_says_of_proxies_is_not_believed(ask: Ask, store: Store) -> None:
    answer = ask(
        "GET", f"/?key={_link(store)}", "192.168.1.9", headers={"X-Forwarded-Proto": "https"}
    )
    assert not cookie_of(answer)["secure"]
    wrong = [
        ask("GET", "/?key=wrong", "192.168.1.9", headers={"X-Forwarded-For": f"10.0.0.{number}"})
        for number in range(4)
    ]
    assert [one.status_code for one in wrong] == [403, 403, 403, 429], "one address, not four"


def test_behind_a_trusted_proxy_limits_are_of_the_visitors_address(ask: Ask, store: Store) -> None:
    def knock(*heard: str) -> int:
        """As a visitor who wrote the first ones, and was heard by our proxy as the last."""
        headers = [("X-Forwarded-For", one) for one in heard]
        return ask("GET", "/?key=wrong", "::ffff:127.0.0.1", headers=headers).status_code

    assert [knock(f"9.9.9.{number}, 192.168.1.9") for number in range(4)] == [403, 403, 403, 429]
    assert knock("9.9.9.1", "192.168.1.9") == 429, "in two headers as in one"
    assert knock("192.168.1.9:50000") == 429, "some proxies tell the port"
    assert knock("192.168.1.10") == 403, "somebody else is not shut out"


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/classroom?room=ABC&key={}&x=a%26b", "./classroom?room=ABC&x=a%26b"),
        ("/wellbeing?key={}", "./wellbeing"),
        ("//evil.example/?key={}", "./"),
        ("/%5C%5Cevil.example?key={}", "./%5C%5Cevil.example"),
        ("/%2F%2Fevil.example?key={}", "./evil.example"),
        ("/?key=wrong&key={}", "./"),
        ("/?owner=wrong&key={}&next=//evil.example", "./?next=%2F%2Fevil.example"),
    ],
)
def test_where_a_link_leads(ask: Ask, store: Store, path: str, location: str) -> None:
    answer = ask("GET", "http://mien.test" + path.format(_link(store)))
    assert answer.status_code == 303
    assert answer.headers["location"] == location


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("POST", {}),
        ("GET", {"Sec-Purpose": "prefetch"}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"Purpose": "prefetch"}),
    ],
)
def test_looking_ahead_uses_no_link_up(
    ask: Ask, store: Store, method: str, headers: dict[str, str]
) -> None:
    token = _link(store)
    answer = ask(method, f"/?key={token}", headers=headers)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert _uses(store) == [0]


def test_wrong_links_shut_an_address_out_and_no_other(ask: Ask, store: Store) -> None:
    token = _link(store)
    assert [ask("GET", f"/?key=wrong{n}").status_code for n in range(5)] == [403] * 3 + [429] * 2
    shut_out = ask("GET", f"/?key={token}")
    assert shut_out.status_code == 429
    assert int(shut_out.headers["retry-after"]) > 500
    assert _uses(store) == [0]
    assert ask("GET", f"/?key={token}", address="10.2.2.2").status_code == 303
    assert ask("GET", "/").status_code == 200, "what is open to everybody stays open"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "%00",
        "%27%20OR%201%3D1--",
        "<script>alert(1)</script>",
        "%3Cscript%3Ealert(1)%3C/script%3E",
        "%F0%9F%98%80",
        "%FF%FE",
        "a" * 30_000,
        "..%2f..%2f",
    ],
)
def test_garbage_is_refused_and_not_repeated(ask: Ask, store: Store, token: str) -> None:
    answer = ask("GET", f"http://mien.test/?owner={token}")
    assert answer.status_code == 403
    assert "script>alert" not in answer.text
    assert "set-cookie" not in answer.headers


def test_an_owner_who_tries_a_link_stays_the_owner(ask: Ask, store: Store) -> None:
    owner = cookie_of(ask("GET", str(make_owner_query(store)))).value
    token = _link(store)
    sent = {"Cookie": f"{cookies.ACCESS}={owner}"}
    answer = ask("GET", f"/?key={token}", headers=sent)
    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers
    assert _uses(store)[-1] == 0
    forged = {"Cookie": f"{cookies.ACCESS}={owner[:-3]}xyz"}
    answer = ask("GET", f"/?key={token}", headers=forged)
    assert _role(store, cookie_of(answer).value) is Role.EDUCATOR


def test_a_database_that_is_away_uses_no_link_up(
    ask: Ask, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = _link(store)
    path = store.database.path
    assert path is not None
    away = path.rename(path.with_name("away"))
    answer = ask("GET", f"/?key={token}")
    assert answer.status_code == 503
    assert "The link still holds" in answer.text
    assert ask("GET", "/").status_code == 200
    away.rename(path)
    assert ask("GET", f"/?key={token}").status_code == 303
