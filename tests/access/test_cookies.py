"""Tickets that become cookies, and who cannot put one into a browser."""

import pytest

from fer_core.app.access import cookies
from fer_core.storage import Store
from tests.access.asked import OWN, Ask, cookie_of


def test_a_ticket_becomes_a_cookie_and_takes_it_away(ask: Ask, store: Store) -> None:
    signer = cookies.signer()
    answer = ask(
        "POST", cookies.ROUTE, content=signer.make_ticket(cookies.PERSON, "secret", ""), headers=OWN
    )
    assert answer.status_code == 204
    cookie = cookie_of(answer, cookies.PERSON)
    assert cookie["httponly"]
    assert signer.open_cookie(cookies.PERSON, cookie.value, max_age_s=9) == "secret"
    gone = ask(
        "POST", cookies.ROUTE, content=signer.make_ticket(cookies.PERSON, "", ""), headers=OWN
    )
    assert cookie_of(gone, cookies.PERSON)["max-age"] == "0"
    assert cookie_of(gone, cookies.PERSON).value == ""


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
    cookie = cookie_of(answer, f"__Host-{cookies.PERSON}")
    assert cookie["secure"]
    assert cookie["path"] == "/"
    assert not cookie["domain"]
