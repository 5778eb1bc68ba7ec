"""The Reactions page in a browser: a clip plays, a face is before the camera, the result comes."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from fer_core.reactions import Shelf
from tests.analysis.clips import write_video
from tests.e2e.browser import run_app
from tests.e2e.live_page import sideways_overflow

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def place(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app with a clip of five seconds."""
    folder = tmp_path_factory.mktemp("app")
    video = write_video(folder / "made.webm", frames=50, codec="libvpx")
    shelf = Shelf(folder / "reactions")
    shelf.add("An advert", "made.webm", io.BytesIO(video.read_bytes()))
    with run_app(folder) as url:
        yield url


def open_reactions(browser: Browser, url: str, width: int = 1280) -> Page:
    person = browser.new_context(viewport={"width": width, "height": 860})
    person.set_default_timeout(90_000)
    page = person.new_page()
    page.goto(f"{url}/reactions")
    return page


def watch(page: Page) -> int:
    """Start, play the clip to its end; percent of it in which the face was seen."""
    start = page.locator(".st-key-reactions_start button")
    expect(start).to_be_enabled(timeout=60_000)
    start.click()
    video = page.locator(".player video")
    expect(video).to_be_visible(timeout=90_000)
    assert sideways_overflow(page) <= 0
    video.evaluate("video => { video.muted = true; return video.play() }")
    expect(page.get_by_text("What your face showed")).to_be_visible(timeout=60_000)
    seen = page.get_by_text("your face was seen in").inner_text()
    return int(seen.split("seen in ")[1].split("%")[0])


def test_watch_and_see(browser: Browser, place: str) -> None:
    page = open_reactions(browser, place, width=390)
    # The video goes on while the clip comes onto the page: with a new connection it would be less.
    assert watch(page) >= 70
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").click()
    lines = Path(waiting.value.path()).read_text().splitlines()
    assert lines[0].startswith("time_s,valid_s,angry")
    assert len(lines) == 6
    assert sideways_overflow(page) <= 0
    page.context.close()
