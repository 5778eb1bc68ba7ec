"""Answers that no page of Streamlit's stands behind, in the language of whoever asks."""

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from fer_core.app.gate import Gate
from fer_core.app.language.asked import language_asked
from fer_core.app.language.spoken import KEY
from fer_core.app.opening import Opening


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "en"),
        ({"accept-language": "de-AT,de;q=0.9,en;q=0.8"}, "de"),
        ({"accept-language": "fr, tr;q=0.5"}, "tr"),
        ({"accept-language": "de", "cookie": f"a=b; {KEY}=tr"}, "tr"),
        ({"accept-language": "de", "cookie": f"{KEY}=klingon"}, "de"),
    ],
)
def test_what_was_chosen_goes_before_what_the_browser_wants(
    headers: dict[str, str], code: str
) -> None:
    assert language_asked(Headers(headers)).code == code


async def _outline(_: object) -> Response:
    return HTMLResponse('<html><body><div id="root"></div></body></html>')


def get(path: str, language: str) -> str:
    layers = [Middleware(Gate, hosts=list), Middleware(Opening)]
    app = Starlette(routes=[Route("/", _outline)], middleware=layers)

    async def go() -> str:
        transport = httpx.ASGITransport(app)
        asked = {"accept": "text/html", "accept-language": language}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return (await client.get(path, headers=asked)).text

    return anyio.run(go)


def test_two_who_ask_one_after_the_other_are_each_answered_in_their_own() -> None:
    for language, again, nothing in (
        ("de", "Neu laden", "Hier ist nichts."),
        ("en", "Load again", "There is nothing here."),
        ("tr", "Yeniden yükle", "Burada bir şey yok."),
    ):
        assert f">{again}</button>" in get("/", language)
        assert get("/_stcore/metrics", language) == nothing
