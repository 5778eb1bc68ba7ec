"""What the server says of the browser's code: keep it for good, and let it reach nothing else."""

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from fer_core.app.device.assets import IMMUTABLE
from fer_core.app.device.headers import DeviceHeaders
from fer_core.hosting.policy import WORKER


async def answer(request: Request) -> PlainTextResponse:
    status = 404 if "missing" in request.url.path else 200
    return PlainTextResponse("x", status, headers={"Cache-Control": "public"})


def ask(path: str) -> httpx.Headers:
    app = Starlette(routes=[Route("/{path:path}", answer)], middleware=[Middleware(DeviceHeaders)])

    async def go() -> httpx.Headers:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://mien.test") as client:
            return (await client.get(path)).headers

    return anyio.run(go)


@pytest.mark.parametrize("prefix", ["/", "/below/"])
def test_what_never_changes_is_kept(prefix: str) -> None:
    headers = ask(f"{prefix}{IMMUTABLE}code_0123/device/worker.js")
    assert "immutable" in headers["cache-control"]
    assert headers["content-security-policy"] == WORKER
    assert "unsafe-eval'" in WORKER
    assert "'unsafe-eval'" not in WORKER, "WebAssembly only"


@pytest.mark.parametrize("path", ["/", f"/{IMMUTABLE}missing", "/component/other.one/x.js"])
def test_the_rest_is_left_as_it_is(path: str) -> None:
    headers = ask(path)
    assert headers["cache-control"] == "public"
    assert "content-security-policy" not in headers
