"""A store in a file, shared with what the door and the pages use; and the door itself."""

from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from fer_core.access import AttemptLimiter
from fer_core.app.access import cookies
from fer_core.app.door import Door, set_cookie
from fer_core.app.forwarded import Forwarded
from fer_core.app.gate import Gate
from fer_core.storage import Store
from tests.access.asked import Ask
from tests.stores import process_store, sqlite_template

__all__ = ["process_store", "sqlite_template"]


@pytest.fixture
def store(process_store: Store) -> Store:
    return process_store


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
