"""The app below a path of its address, at every door of it."""

from typing import Any
from urllib.parse import urljoin

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from fer_core.app import health
from fer_core.app.base_path import BasePath
from fer_core.app.parts import links


def _tell(request: Request) -> Response:
    return PlainTextResponse(request.url.path)


def _get(path: str, base: str = "/mien") -> httpx.Response:
    app = Starlette(
        routes=[
            Route("/old/", lambda _: RedirectResponse("/old?a=1", 301)),
            Route("/auth/logout", lambda _: RedirectResponse("/", 302)),
            Route("/open", lambda _: RedirectResponse("./live", 303)),
            Route("/away", lambda _: RedirectResponse("https://login.example.org/", 303)),
            Route("/{path:path}", _tell),
        ],
        middleware=[Middleware(BasePath, base=base)],
    )

    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as asking:
            return await asking.get(path)

    return anyio.run(go)


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/mien/", 200, "/"),
        ("/mien/live", 200, "/live"),
        ("/mien/_stcore/health", 200, "/_stcore/health"),
        (health.READY, 200, health.READY),
        ("/live", 404, "There is nothing here."),
        ("/mienetwa/live", 404, "There is nothing here."),
    ],
)
def test_what_lies_below_is_found_and_nothing_else(path: str, status: int, told: str) -> None:
    answer = _get(path)
    assert (answer.status_code, answer.text) == (status, told)


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/", "/mien/"),
        ("/mien", "/mien/"),
        ("/mien?room=A", "/mien/?room=A"),
        ("/mien/old/", "/mien/old?a=1"),
        ("/mien/auth/logout", "/mien/"),
        ("/mien/open", "/mien/live"),
        ("/mien/away", "https://login.example.org/"),
    ],
)
def test_redirects_stay_below(path: str, where: str) -> None:
    answer = _get(path)
    assert answer.status_code in (301, 302, 303, 307)
    found = urljoin(f"http://localhost{path}", answer.headers["location"])
    assert found.removeprefix("http://localhost") == where


@pytest.mark.parametrize(
    ("path", "where"),
    [("/old/", "/mien/old?a=1"), ("/auth/logout", "/mien/"), ("/open", "/mien/live")],
)
def test_redirects_stay_below_a_path_that_a_proxy_took_off(path: str, where: str) -> None:
    found = urljoin(f"http://localhost/mien{path}", _get(path, base="").headers["location"])
    assert found.removeprefix("http://localhost") == where


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://example.org/", "https://example.org"),
        ("https://example.org/classroom", "https://example.org"),
        ("https://example.org:8443/mien/", "https://example.org:8443/mien"),
        ("https://example.org/a/mien/classroom", "https://example.org/a/mien"),
        ("https://[2001:db8::1]:8501/access", "https://[2001:db8::1]:8501"),
        ("", ""),
    ],
)
def test_links_that_are_handed_over_lie_below(
    url: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Context:
        def __init__(self) -> None:
            self.url: Any = url

    monkeypatch.setattr(links.st, "context", Context())
    assert links.app_address() == address
