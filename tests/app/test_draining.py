"""A process that is about to end: what it refuses, and what goes on."""

import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket

from fer_core.access.api_keys import MOST_PER_MINUTE, make_api_key
from fer_core.app import draining, health
from fer_core.app.analyse.desk import Desks
from fer_core.app.analyse.page import _show_end
from fer_core.app.draining import DrainDoor
from fer_core.app.uploads import shared_uploads
from fer_core.config import Settings
from fer_core.hosting.draining import Drain, shared_drain
from fer_core.service.jobs import JobShelf
from fer_core.storage import Database, Store
from fer_core.storage.database import database_url
from tests.analysis.clips import write_video
from tests.app.analyse.conftest import FakeRun, fake_run, make_job
from tests.clock import Clock, wait_until
from tests.e2e.browser import free_port
from tests.processes import start

__all__ = ["fake_run"]

PAGE = {"Accept": "text/html,application/xhtml+xml"}


async def _talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


def _client(drain: Drain) -> TestClient:
    app = Starlette(
        routes=[
            Route("/{path:path}", lambda _: PlainTextResponse("ok"), methods=["GET", "POST"]),
            WebSocketRoute("/_stcore/stream", _talk),
        ],
        middleware=[Middleware(DrainDoor, drain=lambda: drain)],
    )
    return TestClient(app)


def test_new_pages_sockets_and_jobs_are_sent_on_and_open_pages_go_on() -> None:
    drain = Drain()
    client = _client(drain)
    assert client.get("/live", headers=PAGE).status_code == 200
    with client.websocket_connect("/_stcore/stream") as socket:
        assert socket.receive_text() == "hello"
    drain.begin(30)
    refused = client.get("/live", headers=PAGE)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert "load this page again" in refused.text
    assert client.post("/api/v1/images", content=b"x").status_code == 503
    with pytest.raises(WebSocketDenialResponse) as denied:
        with client.websocket_connect("/_stcore/stream"):
            pass
    assert denied.value.status_code == 503
    for path in ("/static/js/app.js", "/_stcore/health", "/healthz"):
        assert client.get(path, headers={"Accept": "*/*"}).status_code == 200
    # Some browsers ask for what is taken along as for a page.
    assert client.get("/media/1f.csv", headers=PAGE).status_code == 200
    assert client.post("/api/samples", content=b"x").status_code == 200


def test_a_balancer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    drain = Drain()
    monkeypatch.setattr(health, "shared_drain", lambda: drain)
    app = Starlette(
        routes=[Route(health.LIVE, health.answer_live), Route(health.READY, health.answer_ready)]
    )
    drain.begin(30)
    client = TestClient(app)
    assert client.get(health.LIVE).status_code == 200
    assert client.get(health.READY).status_code == 503
    assert not shared_drain().is_on


@pytest.mark.parametrize("is_over", [False, True], ids=["it ended", "the time is over"])
def test_the_end_waits_for_what_runs_and_no_longer_than_it_may(
    is_over: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "SETTLE_S", 0.3)
    clock, left, ended = Clock(), [1], threading.Event()
    drain = Drain(clock)
    drain.watch(kind="uploads", count=lambda: len(left))
    drain.begin(30)

    async def run() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(draining._drain, drain, ended.set)
            await anyio.wait_all_tasks_blocked()
            assert not ended.is_set()
            if is_over:
                clock.now_s += 31
            else:
                left.clear()

    anyio.run(run)
    assert ended.is_set()


@pytest.mark.parametrize(
    ("counts", "looks"), [([0], 1), ([2, 1, 0, 0, 0], 5), ([1, 0, 1, 0, 0, 0], 6)]
)
def test_a_page_has_time_to_show_what_came_of_it(
    counts: list[int], looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "SETTLE_S", 0.6)
    monkeypatch.setattr(draining, "_LOOK_EVERY_S", 0.2)
    asked: list[int] = []

    def count() -> int:
        asked.append(counts[min(len(asked), len(counts) - 1)])
        return asked[-1]

    drain = Drain(Clock())
    drain.watch(kind="streams", count=count)
    drain.begin(30)
    ended: list[int] = []
    anyio.run(draining._drain, drain, lambda: ended.append(len(asked)))
    assert ended == [looks + 1], "and once more, for the log"


def test_uploads_analyses_and_jobs_are_waited_for(tmp_path: Path, fake_run: FakeRun) -> None:
    uploads, shelf, desks = shared_uploads(), JobShelf(), Desks()
    before = [shared_drain().held_of(kind) for kind in ("uploads", "jobs")]
    try:
        uploads.expect("a page")
        assert uploads.begin("a page", "a file", 10, "") is None
        job_id, _ = shelf.reserve(1)
        held = [shared_drain().held_of(kind) for kind in ("uploads", "jobs")]
        assert held == [count + 1 for count in before]
        uploads.end("a page", "a file")
        shelf.remove(job_id, 1)
        assert [shared_drain().held_of(kind) for kind in ("uploads", "jobs")] == before

        desk = desks.open()
        assert desks.held == 0, "nobody waits for an empty desk"
        desk.begin(make_job(tmp_path, threading.Semaphore(1)))
        desk.leave()
        assert desks.held == 1, "it runs, whoever looks"
        fake_run.go_on.set()
        wait_until(lambda: desks.held == 0)
        desk.stay()
        assert desks.held == 1, "who is here may still save it"
    finally:
        uploads.leave("a page")
        desks.close()
        shelf.close()


def test_who_analyses_is_told_to_save(monkeypatch: pytest.MonkeyPatch) -> None:
    drain = Drain(Clock())
    said: list[str] = []
    monkeypatch.setattr("fer_core.app.analyse.page.shared_drain", lambda: drain)
    monkeypatch.setattr("streamlit.warning", lambda text, **_: said.append(text))
    _show_end()
    assert not said
    drain.begin(30)
    _show_end()
    assert "save your results within 30 s" in said[0]


def _figure(address: str, name: str) -> float:
    lines = httpx.get(f"{address}/metricsz", timeout=60).text.splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{name} ")))


def test_sigterm_waits_for_an_upload_and_its_analysis(tmp_path: Path) -> None:
    """The process itself: it would end at once, and take the job along."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    clip = write_video(tmp_path / "clip.mp4", frames=10).read_bytes()
    go_on = threading.Event()

    def slowly() -> Iterator[bytes]:
        yield clip[:1000]
        assert go_on.wait(120)
        yield clip[1000:]

    with start(
        *("-m", "fer_core", "serve", "--port", str(port)),
        data_dir=tmp_path / "data",
        FER_DRAIN_S="600",
    ) as app:
        app.wait_for_line("Mien is ready")
        key = {"Authorization": f"Bearer {_make_key(tmp_path / 'data')}"}
        sent: list[httpx.Response] = []
        analyze = f"{address}/api/v1/analyze"
        sender = threading.Thread(
            target=lambda: sent.append(
                httpx.post(analyze, headers=key, content=slowly(), timeout=120)
            )
        )
        sender.start()
        try:
            wait_until(lambda: _figure(address, "mien_jobs") == 1, 60)
            app.process.send_signal(signal.SIGTERM)
            wait_until(lambda: httpx.get(f"{address}{health.READY}").status_code == 503, 60)
            assert httpx.post(analyze, headers=key, content=clip).status_code == 503
        finally:
            go_on.set()
            sender.join(120)
        assert sent[0].status_code == 202
        mine = f"{analyze}/{sent[0].json()['id']}"
        # A program that asks so often is told to wait, too, and asks again.
        wait_until(lambda: httpx.get(mine, headers=key).json().get("phase") == "done", 120)
        assert httpx.get(f"{mine}/result", headers=key).status_code == 200
        assert app.process.wait(120) == 0


def _make_key(folder: Path) -> str:
    store = Store(Database(database_url(Settings(data_dir=folder))))
    store.open()
    try:
        with store.write() as session:
            made = make_api_key(
                session,
                label="A program",
                now_s=store.now_s(),
                number=1,
                per_minute=MOST_PER_MINUTE,
            )
        return str(made.token)
    finally:
        store.close()
