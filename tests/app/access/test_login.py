"""Log in and out at a real provider of OpenID Connect, at the root and below a path."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest
from streamlit.web.server.starlette.starlette_app_utils import (
    create_signed_value,
    decode_signed_value,
)

from tests.e2e.browser import free_port
from tests.page_socket import Shown, open_page
from tests.processes import start

SECRET = "of these tests, and of nothing else"
PEOPLE = {
    "ann": {"email": "ann@example.org", "email_verified": True, "groups": ["leads"]},
    "bob": {"email": "bob@example.org", "email_verified": True, "groups": ["guests"]},
    "cy": {"email": "cy@example.org", "email_verified": True},
    "di": {"email": "cy@example.org", "email_verified": False},
}
ROLES = {"manager": ["group:leads"], "owner": ["cy@example.org"]}
HOURS = 12
COOKIE = "_streamlit_user"


@dataclass(frozen=True)
class Places:
    """Where the app is, and where its visitors log in."""

    app: str
    provider: str


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    people = [json.dumps({"sub": name, **claims}) for name, claims in PEOPLE.items()]
    with start(
        *("-m", "oidc_provider_mock", "--port", str(port)),
        *(part for one in people for part in ("--user-claims", one)),
        data_dir=tmp_path_factory.mktemp("provider"),
    ) as running:
        running.wait_for_line("Uvicorn running")
        yield f"http://localhost:{port}"


@pytest.fixture(scope="module", params=["", "/mien"], ids=["root", "below"])
def places(
    request: pytest.FixtureRequest, provider: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Places]:
    base: str = request.param
    home = tmp_path_factory.mktemp("home")
    port = free_port()
    address = f"http://127.0.0.1:{port}{base}/"
    write_secrets(home, address, provider)
    with start(
        *("-m", "fer_core", "serve", "--port", str(port), "--base-path", base),
        data_dir=home / "data",
        HOME=str(home),
        FER_ROLES=json.dumps(ROLES),
        FER_LOGIN_HOURS=str(HOURS),
    ) as app:
        app.wait_for_line("Mien is ready")
        assert not any("owner=" in line for line in app.lines)
        yield Places(address, provider)


def write_secrets(home: Path, address: str, provider: str) -> None:
    """What `st.login` reads."""
    folder = home / ".streamlit"
    folder.mkdir()
    values = {
        "redirect_uri": f"{address}oauth2callback",
        "cookie_secret": SECRET,
        "client_id": "mien",
        "client_secret": "anything",
        "server_metadata_url": f"{provider}/.well-known/openid-configuration",
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    (folder / "secrets.toml").write_text("[auth]\n" + "\n".join(lines), encoding="utf-8")


def see(places: Places, browser: httpx.Client, press: str = "") -> Shown:
    """The page as this browser gets it, after a press if one is named."""
    return open_page(places.app, dict(browser.cookies.items()), press)


def log_in(
    places: Places,
    browser: httpx.Client,
    name: str,
    *,
    denies: bool = False,
    before_return: Callable[[], None] = lambda: None,
) -> str:
    """Where the browser is in the end.

    Args:
        before_return: what happens while the visitor is at the provider.
    """
    sent_to = see(places, browser, "Log in").sent_to
    asked = browser.get(urljoin(places.app, sent_to))
    assert asked.status_code == 302
    assert asked.headers["location"].startswith(places.provider)
    answer = {"action": "deny"} if denies else {"sub": name}
    back = browser.post(asked.headers["location"], data=answer)
    assert back.headers["location"].startswith(f"{places.app}oauth2callback?")
    before_return()
    landed = browser.get(back.headers["location"])
    assert landed.status_code == 302
    return urljoin(back.headers["location"], landed.headers["location"])


def who_is(shown: Shown) -> str:
    """The sentence that says so."""
    return next(text for text in shown.texts if "You are " in text)


@pytest.mark.parametrize(
    ("name", "who"),
    [("ann", "a manager"), ("bob", "a visitor"), ("cy", "the owner"), ("di", "a visitor")],
)
def test_groups_and_addresses_give_their_roles(places: Places, name: str, who: str) -> None:
    with httpx.Client() as browser:
        before = see(places, browser)
        assert "You are a visitor" in who_is(before)
        assert "Log out" not in before.buttons
        assert log_in(places, browser, name) == places.app
        after = see(places, browser)
        assert f"You are {who}" in who_is(after)
        assert "Log in" not in after.buttons
        assert "Log out" in after.buttons
        page = browser.get(places.app)
        assert page.status_code == 200


def test_whoever_refuses_there_is_a_visitor_here(places: Places) -> None:
    with httpx.Client() as browser:
        assert log_in(places, browser, "cy", denies=True) == places.app
        assert "You are a visitor" in who_is(see(places, browser))


def test_log_out_ends_it_here_and_at_the_provider(places: Places) -> None:
    with httpx.Client() as browser:
        log_in(places, browser, "cy")
        left = browser.get(urljoin(places.app, see(places, browser, "Log out").sent_to))
        end = urlsplit(left.headers["location"])
        assert f"{end.scheme}://{end.netloc}" == places.provider
        asked = parse_qs(end.query)
        assert asked["id_token_hint"][0].count(".") == 2
        assert COOKIE not in browser.cookies
        back = browser.post(
            f"{places.provider}/oauth2/end_session/confirm",
            data={"redirect_uri": asked["post_logout_redirect_uri"][0]},
        )
        landed = browser.get(back.headers["location"])
        assert urljoin(back.headers["location"], landed.headers["location"]) == places.app
        assert "You are a visitor" in who_is(see(places, browser))


@pytest.mark.parametrize(("age_hours", "who"), [(HOURS - 1, "the owner"), (HOURS + 1, "a visitor")])
def test_a_login_runs_out(places: Places, age_hours: float, who: str) -> None:
    """The cookie is Streamlit's, which would keep it for 30 days."""
    with httpx.Client() as browser:
        log_in(places, browser, "cy")
        value = browser.cookies[COOKIE].strip('"').encode()
        claims = json.loads(decode_signed_value(SECRET, COOKIE, value) or b"")
        assert abs(claims["iat"] - time.time()) < 600
        claims["iat"] -= age_hours * 3600
        older = create_signed_value(SECRET, COOKIE, json.dumps(claims)).decode()
        shown = open_page(places.app, {COOKIE: older})
        assert f"You are {who}" in who_is(shown)
        assert ("Log in" in shown.buttons) == (who == "a visitor")


def test_a_cookie_signed_by_somebody_else_is_nobodys(places: Places) -> None:
    claims = {"is_logged_in": True, "origin": places.app, "iat": time.time()} | PEOPLE["cy"]
    forged = create_signed_value("a guess", COOKIE, json.dumps(claims)).decode()
    assert "You are a visitor" in who_is(open_page(places.app, {COOKIE: forged}))
