"""The Reactions page in a browser: a clip plays, a face is before the camera, the result comes."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from fer_core.reactions import Shelf, StudyItem, StudyShelf
from tests.analysis.clips import write_video
from tests.e2e.browser import run_app
from tests.e2e.live_page import FIND_VIDEO, sideways_overflow

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("app")


@pytest.fixture(scope="module")
def place(chromium: str, folder: Path) -> Iterator[str]:
    """An app with a clip of five seconds."""
    video = write_video(folder / "made.webm", frames=50, codec="libvpx")
    shelf = Shelf(folder / "reactions")
    shelf.add("An advert", "made.webm", io.BytesIO(video.read_bytes()))
    with run_app(folder) as url:
        yield url


def open_reactions(browser: Browser, url: str, width: int = 1280) -> Page:
    person = browser.new_context(viewport={"width": width, "height": 860})
    person.set_default_timeout(90_000)
    page = person.new_page()
    page.add_init_script(
        """window.top.connections ??= 0
        const Connection = window.RTCPeerConnection
        window.RTCPeerConnection = function (...how) {
            window.top.connections++
            return new Connection(...how)
        }
        window.RTCPeerConnection.prototype = Connection.prototype"""
    )
    page.goto(f"{url}/reactions")
    return page


def watch(page: Page) -> float:
    """Start, play the clip to its end; percent of it in which the face was seen."""
    start = page.locator(".st-key-reactions_start button")
    expect(start).to_be_enabled()
    start.click()
    video = page.locator(".player video")
    expect(video).to_be_visible()
    connections = page.evaluate("window.connections")
    assert sideways_overflow(page) <= 0
    video.evaluate("video => { video.muted = true; return video.play() }")
    expect(page.get_by_text("What your face showed")).to_be_visible()
    # How much was seen depends on the computer; that the video went on beside the clip does not.
    assert page.evaluate("window.connections") == connections
    seen = page.get_by_text("your face was seen in").inner_text()
    return float(seen.split("seen in ")[1].split("%")[0])


def test_watch_and_see(browser: Browser, place: str) -> None:
    page = open_reactions(browser, place, width=390)
    assert watch(page) > 0
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").click()
    lines = Path(waiting.value.path()).read_text().splitlines()
    assert lines[0].startswith("time_s,valid_s,angry")
    assert len(lines) == 6
    assert sideways_overflow(page) <= 0
    # The clip stands beside the course, at its strongest moment; both have one cursor.
    timeline = page.get_by_role("slider", name="Time in: Your expressions over the clip")
    expect(page.get_by_text("Strongest: happy")).to_be_visible()
    timeline.press("Home")
    page.wait_for_function(f"() => ({FIND_VIDEO}).currentTime === 0")
    timeline.press("PageUp")
    page.wait_for_function(f"() => Math.abs(({FIND_VIDEO}).currentTime - 0.5) < 0.05")
    page.context.close()


def test_a_study_goes_from_clip_to_clip(browser: Browser, place: str, folder: Path) -> None:
    """The camera stays on, and each clip has a player of its own that says where it is."""
    shelf = Shelf(folder / "reactions")
    video = write_video(folder / "short.webm", frames=20, codec="libvpx").read_bytes()
    clips = [shelf.add(name, "short.webm", io.BytesIO(video)) for name in ("Sea", "Traffic")]
    items = [StudyItem(clip.key, clip.name) for clip in clips]
    StudyShelf(folder / "reactions").add(
        "Sounds", items, is_random=True, pause_s=1, question="Did you like it?"
    )
    page = open_reactions(browser, place)
    start = page.locator(".st-key-reactions_start button")
    expect(start).to_be_enabled()
    start.click()
    for number, answer in ((1, "6"), (2, "2")):
        expect(page.get_by_text(f"Clip {number} of 2")).to_be_visible()
        film = page.locator(".player video")
        expect(film).to_be_visible()
        film.evaluate("video => { video.muted = true; return video.play() }")
        expect(page.get_by_text("Did you like it?")).to_be_visible()
        page.get_by_role("radio", name=answer, exact=True).click()
    expect(page.get_by_text("What your face showed")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV, clips").click()
    head, *rows = Path(waiting.value.path()).read_text().splitlines()
    assert head.startswith("position,clip,condition,answer,coverage,angry")
    assert [row.split(",")[3] for row in rows] == ["6", "2"]
    assert all(float(row.split(",")[4]) > 0.5 for row in rows)
    page.context.close()
