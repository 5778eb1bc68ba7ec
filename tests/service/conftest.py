"""The API as programs reach it, with keys, in this process; and as a server on a port."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from fer_core.access.api_keys import MOST_PER_MINUTE, make_api_key
from fer_core.app.gate import Gate
from fer_core.service.predictor import Predictor
from fer_core.service.routes import PREFIX, ApiService
from fer_core.storage import Store
from tests.analysis.clips import write_video
from tests.stores import process_store, sqlite_template

__all__ = ["process_store", "sqlite_template"]


Ask = Callable[..., httpx.Response]


@pytest.fixture
def store(process_store: Store) -> Store:
    return process_store


@pytest.fixture(scope="module")
def predictor(portrait: Path) -> Iterator[Predictor]:
    made = Predictor(1)
    made.predict(portrait.read_bytes())  # started here, so that its thread is no test's
    yield made
    made.close()


@pytest.fixture
def service(store: Store, predictor: Predictor) -> Iterator[ApiService]:
    made = ApiService(predictor=predictor)
    yield made
    made.shelf.close()


@pytest.fixture
def site(service: ApiService) -> Starlette:
    return Starlette(
        routes=[Mount(PREFIX, service.app), Mount("/below" + PREFIX, service.app)],
        middleware=[Middleware(Gate)],
    )


@pytest.fixture
def ask(site: Starlette) -> Ask:
    def send(method: str, path: str, *, address: str = "10.1.1.1", **more: Any) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(
                site, client=(address, 1234), raise_app_exceptions=False
            )
            async with httpx.AsyncClient(
                transport=transport, base_url="http://mien.test"
            ) as client:
                return await client.request(method, path, **more)

        return anyio.run(go)

    return send


@pytest.fixture
def make_key(store: Store) -> Callable[..., dict[str, str]]:
    """Headers with a new key."""

    def make(**options: Any) -> dict[str, str]:
        with store.write() as session:
            # On a busy machine whoever waits for a video asks more often than the usual key may.
            options = {"per_minute": MOST_PER_MINUTE} | options
            made = make_api_key(
                session, label="A program", now_s=store.now_s(), number=1, **options
            )
        return {"Authorization": f"Bearer {made.token}"}

    return make


@pytest.fixture
def port(site: Starlette) -> Iterator[int]:
    """A real server on loopback."""
    server = uvicorn.Server(uvicorn.Config(site, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    end = time.monotonic() + 20
    while not server.started and time.monotonic() < end:
        time.sleep(0.02)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(20)


MakeKey = Callable[..., dict[str, str]]
PREDICT = "/api/v1/predict"
ANALYZE = "/api/v1/analyze"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("clip") / "clip.mp4", frames=10)


def finish(ask: Ask, key: dict[str, str], job: str) -> dict[str, Any]:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        state = ask("GET", f"{ANALYZE}/{job}", headers=key).json()
        if state["phase"] not in ("waiting", "running"):
            return state
        time.sleep(0.1)
    raise AssertionError("the analysis did not end")
