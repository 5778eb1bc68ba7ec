"""One app and one browser for all tests here; other browsers only where they must differ."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from tests.e2e.browser import camera_args, find_chromium, run_app, write_camera_video
from tests.e2e.live_page import PATIENCE_S

#: Two streams at once, so that a third visitor finds the app busy.
MAX_STREAMS = 2
PATIENCE_MS = PATIENCE_S * 1000
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A way through many pages may take its time: each of its steps has a limit of its own."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and not item.get_closest_marker(
            "timeout"
        ):
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session")
def chromium() -> str:
    return find_chromium()


@pytest.fixture(scope="session")
def face_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_camera_video(tmp_path_factory.mktemp("camera") / "face.mjpeg", with_face=True)


@pytest.fixture(scope="session")
def wall_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_camera_video(tmp_path_factory.mktemp("camera") / "wall.mjpeg", with_face=False)


@pytest.fixture(scope="session")
def address(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the running app."""
    with run_app(tmp_path_factory.mktemp("app"), FER_MAX_STREAMS=str(MAX_STREAMS)) as url:
        yield url


# Playwright keeps an event loop running in this thread; other tests need to run their own.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


def launch(playwright: Playwright, chromium: str, args: list[str]) -> Browser:
    """A browser of its own."""
    return playwright.chromium.launch(executable_path=chromium, headless=True, args=args)


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium: str, face_video: Path) -> Iterator[Browser]:
    """The browser with the face before its camera."""
    started = launch(playwright, chromium, camera_args(face_video))
    yield started
    started.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens the live page as a new visitor; all of them leave at the end of the test."""
    visitors: list[BrowserContext] = []

    def visit(path: str = "/", **options: object) -> Page:
        visitor = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})
        visitors.append(visitor)
        visitor.set_default_timeout(PATIENCE_MS)
        page = visitor.new_page()
        page.goto(address + path)
        return page

    yield visit
    for visitor in visitors:
        visitor.close()
