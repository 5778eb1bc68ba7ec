"""Replicas behind a real nginx, configured as in `deploy/`: one dies, all are replaced."""

import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e import live_page
from tests.e2e.browser import free_port
from tests.e2e.conftest import browser, chromium, face_video, playwright
from tests.nginx import run_nginx
from tests.processes import Started, start
from tests.storage.conftest import postgres
from tests.storage.postgres import Server

__all__ = ["browser", "chromium", "face_video", "playwright", "postgres"]
pytestmark = [pytest.mark.soak, pytest.mark.e2e, pytest.mark.timeout(1500)]

#: Time enough to read the sentence; a video would go on for as long as it may.
DRAIN_S = 6


class Replicas:
    """`serve` processes on one PostgreSQL, each of which can be ended and started again."""

    def __init__(self, folder: Path, url: str, count: int, drain_s: float) -> None:
        self._folder, self._url, self._drain_s = folder, url, drain_s
        self.ports = [free_port() for _ in range(count)]
        self._stacks = [ExitStack() for _ in range(count)]
        self.running: list[Started] = [self._start(index) for index in range(count)]

    def _start(self, index: int) -> Started:
        app = self._stacks[index].enter_context(
            start(
                *("-m", "fer_core", "serve", "--port", str(self.ports[index])),
                data_dir=self._folder,
                FER_DATABASE_URL=self._url,
                FER_DRAIN_S=str(self._drain_s),
                FER_MAX_STREAMS="6",
                FER_ALLOW_TRAINING="0",
            )
        )
        app.wait_for_line("Mien is ready")
        return app

    def restart(self, index: int) -> int:
        """What it ended with, and it runs anew."""
        self._stacks[index].close()
        code = int(self.running[index].process.returncode)
        self.running[index] = self._start(index)
        return code

    def close(self) -> None:
        for stack in self._stacks:
            stack.close()


@pytest.fixture
def database(postgres: Server) -> Iterator[str]:
    """The address of an empty database."""
    postgres.run_sql("CREATE DATABASE replicas")
    yield postgres.url("replicas")
    postgres.run_sql("DROP DATABASE replicas WITH (FORCE)")


@contextmanager
def served(database: str, count: int, drain_s: float = DRAIN_S) -> Iterator[tuple[Replicas, str]]:
    folder = Path(tempfile.mkdtemp(prefix="mien-replicas-"))
    replicas = Replicas(folder / "data", database, count, drain_s)
    try:
        with run_nginx(folder / "nginx", replicas.ports, free_port()) as address:
            yield replicas, address
    finally:
        replicas.close()
        shutil.rmtree(folder, ignore_errors=True)


def replica_of(page: Page) -> int:
    """Number of the replica that the page is sent to."""
    found = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    return "abcdefgh".index(found["mien_replica"])


def watch_live(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(90_000)
    page.goto(address)
    live_page.start(page)
    return page


def wait_elsewhere(page: Page, before: int, timeout_s: float) -> None:
    """Until another replica has the page, and its video plays there."""
    end_s = time.monotonic() + timeout_s
    while replica_of(page) == before:
        assert time.monotonic() < end_s, "it stays with a replica that is gone"
        page.wait_for_timeout(100)
    expect(page.get_by_text("the camera goes on by itself on another")).to_be_visible()
    live_page.wait_playing(page, timeout_s)


def test_one_is_killed_and_its_visitor_is_back_by_itself(browser: Browser, database: str) -> None:
    with served(database, 2) as (replicas, address):
        page = watch_live(browser, address)
        before = replica_of(page)
        replicas.running[before].process.send_signal(signal.SIGKILL)
        begun_s = time.monotonic()
        wait_elsewhere(page, before, 60)
        took_s = time.monotonic() - begun_s
        print(f"kill -9: the picture is back after {took_s:.1f} s")
        page.context.close()


def test_three_are_replaced_one_after_the_other(browser: Browser, database: str) -> None:
    gaps: list[float] = []
    with served(database, 3) as (replicas, address):
        pages = [watch_live(browser, address) for _ in range(2)]
        for index, app in enumerate(list(replicas.running)):
            moved = [page for page in pages if replica_of(page) == index]
            app.process.send_signal(signal.SIGTERM)
            for page in moved:
                expect(page.get_by_text("about to end")).to_be_visible()
            assert app.process.wait(DRAIN_S + 60) == 0
            begun_s = time.monotonic()
            for page in moved:
                wait_elsewhere(page, index, 60)
                gaps.append(time.monotonic() - begun_s)
            assert replicas.restart(index) == 0
        print("the pictures are back after", ", ".join(f"{gap:.1f} s" for gap in gaps))
        assert gaps, "somebody was moved"
        for page in pages:
            page.context.close()
