"""What a load balancer is told."""

from typing import Any

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from fer_core.app import health
from fer_core.app.gate import Gate
from fer_core.errors import StorageError
from fer_core.storage import Store


def _get(path: str, host: str = "balancer.example") -> httpx.Response:
    app = Starlette(
        routes=[Route(health.LIVE, health.answer_live), Route(health.READY, health.answer_ready)],
        middleware=[Middleware(Gate, hosts=lambda: ())],
    )

    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.get(path)

    return anyio.run(go)


@pytest.mark.parametrize("path", [health.LIVE, health.READY])
def test_it_answers_under_every_name(store: Store, path: str) -> None:
    answer = _get(path)
    assert (answer.status_code, answer.text) == (200, "ok")
    assert answer.headers["cache-control"] == "no-store"
    assert _get("/else").status_code == 403


def test_without_a_database_it_lives_and_is_not_ready(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> Any:
        raise StorageError("The database does not answer.")

    monkeypatch.setattr(store, "read", away)
    assert _get(health.LIVE).status_code == 200
    assert _get(health.READY).status_code == 503
