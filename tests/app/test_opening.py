"""The first HTML says what keeps a page from coming; nothing else is touched."""

from pathlib import Path

import anyio
import httpx
import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from fer_core.app.opening import SAYINGS, Opening

INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
OTHER = "<html><body>" + "a report " * 20_000 + "</body></html>"


async def _index(_: Request) -> Response:
    return FileResponse(INDEX)


async def _other(_: Request) -> Response:
    return HTMLResponse(OTHER)


async def _text(_: Request) -> Response:
    return PlainTextResponse('<div id="root"></div>')


def get(path: str, method: str = "GET", **headers: str) -> httpx.Response:
    app = Starlette(
        routes=[
            Route("/", _index),
            Route("/mien/component/video/index.html", _index),
            Route("/other", _other),
            Route("/text", _text),
        ],
        middleware=[Middleware(Opening), Middleware(GZipMiddleware)],
    )

    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, path, headers={"accept": "text/html", **named})

    return anyio.run(go)


def test_streamlits_page_has_the_note_before_all_that_may_fail() -> None:
    page = get("/")
    assert page.text.index("mien-opening") < page.text.index('<div id="root">')
    for sentence in SAYINGS.values():
        assert sentence in page.text
    assert int(page.headers["content-length"]) == len(page.content)
    assert page.text.count("</script>") == INDEX.read_text("utf-8").count("</script>") + 1


def test_a_browser_never_keeps_a_page_without_it() -> None:
    from_before = FileResponse(INDEX, stat_result=INDEX.stat()).headers["etag"]
    page = get("/", if_none_match=from_before)
    assert page.status_code == 200
    assert "etag" not in page.headers


@pytest.mark.parametrize(
    ("path", "method", "accept"),
    [
        ("/other", "GET", "text/html"),
        ("/text", "GET", "text/html"),
        ("/mien/component/video/index.html", "GET", "text/html"),
        ("/", "GET", "*/*"),
        ("/", "HEAD", "text/html"),
    ],
)
def test_nothing_else_is_touched(path: str, method: str, accept: str) -> None:
    answer = get(path, method, accept=accept)
    assert answer.status_code == 200
    assert "mien-opening" not in answer.text
    if path == "/other":
        assert answer.text == OTHER
