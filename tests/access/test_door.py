"""The door before the pages, spoken to as browsers and attackers speak to it."""

from collections.abc import Callable, Iterator
from http.cookies import Morsel, SimpleCookie

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from fer_core.access import AttemptLimiter, Role
from fer_core.access import links as li
from fer_core.access.owner import make_owner_query
from fer_core.app.access import cookies
from fer_core.app.door import Door, set_cookie
from fer_core.app.forwarded import Forwarded
from fer_core.app.gate import Gate
from fer_core.storage import Store
from fer_core.storage.access_tables import AccessLink

Ask = Callable[..., httpx.Response]


async def page(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"page {request.url.path} {request.url.query}")


@pytest.fixture
def app() -> Starlette:
    """What lies behind is Streamlit; here a page that says its address."""
    return Starlette(
        routes=[
            Route(cookies.ROUTE, set_cookie, methods=["POST"]),
            Route("/{path:path}", page, methods=["GET", "POST", "HEAD"]),
        ],
        middleware=[
            Middleware(Forwarded),
            Middleware(Gate),
            Middleware(Door, limiter=AttemptLimiter(3, 600.0)),
        ],
    )


@pytest.fixture
def ask(app: Starlette, store: Store) -> Iterator[Ask]:
    """One request without any cookie of an earlier one."""
    import anyio

    def send(method: str, url: str, address: str = "10.1.1.1", **more: object) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(app, client=(address, 1234))
            async with httpx.AsyncClient(
                transport=transport, base_url="http://mien.test"
            ) as client:
                return await client.request(method, url, **more)  # type: ignore[arg-type]

        return anyio.run(go)

    return send


#: A page of this server says where it is from.
OWN = {"Origin": "http://mien.test"}


def _link(store: Store, role: Role = Role.EDUCATOR, uses: int = 1) -> str:
    with store.write() as session:
        return li.make_link(
            session, role=role, label="A", now_s=store.now_s(), number=1, max_uses=uses
        ).token


def _uses(store: Store) -> list[int]:
    with store.read() as session:
        return list(session.scalars(select(AccessLink.uses).order_by(AccessLink.id)))


def _cookie(answer: httpx.Response, name: str = cookies.ACCESS) -> "Morsel[str]":
    return SimpleCookie(answer.headers["set-cookie"])[name]


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
    cookie = _cookie(answer)
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
    assert _cookie(answer, f"__Host-{cookies.ACCESS}")["secure"]


def test_what_a_visitor_says_of_proxies_is_not_believed(ask: Ask, store: Store) -> None:
    answer = ask(
        "GET", f"/?key={_link(store)}", "192.168.1.9", headers={"X-Forwarded-Proto": "https"}
    )
    assert not _cookie(answer)["secure"]
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
    owner = _cookie(ask("GET", str(make_owner_query(store)))).value
    token = _link(store)
    sent = {"Cookie": f"{cookies.ACCESS}={owner}"}
    answer = ask("GET", f"/?key={token}", headers=sent)
    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers
    assert _uses(store)[-1] == 0
    forged = {"Cookie": f"{cookies.ACCESS}={owner[:-3]}xyz"}
    answer = ask("GET", f"/?key={token}", headers=forged)
    assert _role(store, _cookie(answer).value) is Role.EDUCATOR


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


def test_a_ticket_becomes_a_cookie_and_takes_it_away(ask: Ask, store: Store) -> None:
    signer = cookies.signer()
    answer = ask(
        "POST", cookies.ROUTE, content=signer.make_ticket(cookies.PERSON, "secret", ""), headers=OWN
    )
    assert answer.status_code == 204
    cookie = _cookie(answer, cookies.PERSON)
    assert cookie["httponly"]
    assert signer.open_cookie(cookies.PERSON, cookie.value, max_age_s=9) == "secret"
    gone = ask(
        "POST", cookies.ROUTE, content=signer.make_ticket(cookies.PERSON, "", ""), headers=OWN
    )
    assert _cookie(gone, cookies.PERSON)["max-age"] == "0"
    assert _cookie(gone, cookies.PERSON).value == ""


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 403),
        (b'["mien_access","x"]', 403),
        (b"\xff\xfe\x00", 403),
        (b"x" * 5000, 413),
        ("other-name", 403),
        ("cookie", 403),
    ],
)
def test_a_forged_ticket_sets_nothing(
    ask: Ask, store: Store, body: bytes | str, status: int
) -> None:
    signer = cookies.signer()
    if body == "other-name":
        body = signer.make_ticket("_streamlit_user", "x", "")
    elif body == "cookie":
        body = signer.sign_cookie(cookies.ACCESS, "x")
    answer = ask("POST", cookies.ROUTE, content=body, headers=OWN)
    assert answer.status_code == status
    assert "set-cookie" not in answer.headers


def test_a_page_elsewhere_cannot_fetch_cookies_by_get(ask: Ask, store: Store) -> None:
    answer = ask("GET", cookies.ROUTE)
    assert answer.status_code in (200, 405)
    assert "set-cookie" not in answer.headers


def _browser(token: bytes, mask: str = "a1b2c3d4") -> dict[str, str]:
    """Streamlit's cookie of a browser, under a mask that changes with every answer."""
    key = bytes.fromhex(mask)
    masked = bytes(one ^ key[place % 4] for place, one in enumerate(token)).hex()
    return {"_streamlit_xsrf": f"2|{mask}|{masked}|1700000000"}


def _sent(kept: dict[str, str]) -> dict[str, str]:
    return {**OWN, "Cookie": "; ".join(f"{name}={value}" for name, value in kept.items())}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Origin": "https://evil.example"}, id="another site"),
        pytest.param({"Origin": "http://mien.test:8080"}, id="another port"),
        pytest.param({"Origin": "null"}, id="a sandboxed page"),
        pytest.param({}, id="no browser"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="a form"),
    ],
)
def test_another_site_cannot_put_its_pseudonym_into_a_browser(
    ask: Ask, store: Store, headers: dict[str, str]
) -> None:
    ticket = cookies.signer().make_ticket(cookies.PERSON, "the attacker's own", "")
    answer = ask("POST", cookies.ROUTE, content=ticket, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_ticket_is_good_in_its_own_browser_only(ask: Ask, store: Store) -> None:
    mine, other = _browser(b"mine"), _browser(b"other")
    assert cookies.browser_of(mine) == cookies.browser_of(_browser(b"mine", "00ff00ff")) != ""
    assert cookies.browser_of({"_streamlit_xsrf": "2|x"}) == cookies.browser_of({}) == ""
    ticket = cookies.signer().make_ticket(cookies.PERSON, "secret", cookies.browser_of(mine))
    assert ask("POST", cookies.ROUTE, content=ticket, headers=_sent(other)).status_code == 403
    assert ask("POST", cookies.ROUTE, content=ticket, headers=_sent(mine)).status_code == 204


def test_under_https_no_other_host_can_set_the_cookie(ask: Ask, store: Store) -> None:
    ticket = cookies.signer().make_ticket(cookies.PERSON, "secret", "")
    headers = {"Origin": "https://mien.test"}
    answer = ask("POST", f"https://mien.test{cookies.ROUTE}", content=ticket, headers=headers)
    cookie = _cookie(answer, f"__Host-{cookies.PERSON}")
    assert cookie["secure"]
    assert cookie["path"] == "/"
    assert not cookie["domain"]
