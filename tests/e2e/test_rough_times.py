"""What comes between visitor and picture: it goes on by itself, or one button makes it go on."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fer_core.app.stream import messages as m
from tests.e2e.live_page import start, wait_going_on, wait_playing
from tests.e2e.wire import Wire, wired

pytestmark = pytest.mark.e2e

OpenPage = Callable[..., Page]


@pytest.fixture
def wire(address: str) -> Iterator[Wire]:
    """The network between these visitors and the app."""
    with wired(address) as found:
        yield found


def start_by(wire: Wire, open_page: OpenPage) -> Page:
    """A visitor whose page and video come by this wire, with a picture."""
    page = open_page("/about")
    wire.carry(page.context)
    page.goto(wire.address)
    start(page)
    return page


def stop(page: Page) -> None:
    """Leave the place to the next test."""
    page.locator(".st-key-stop button").click()
    expect(page.locator(".st-key-start button")).to_be_enabled()


def expect_back(page: Page) -> None:
    """One sentence, one button, and what was seen."""
    expect(page.get_by_text(m.CAME_BACK.text)).to_be_visible()
    expect(page.get_by_role("heading", name="Your session")).to_be_visible()
    expect(page.locator(".st-key-start button")).to_be_enabled()


def test_a_page_loaded_anew_or_come_back_to_has_what_was_seen(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page()
    start(page)
    page.locator(".timeline").wait_for()  # some seconds were seen
    page.reload()
    expect_back(page)
    with page.expect_download() as started:
        page.get_by_role("button", name="Download JSON").click()
    started.value.save_as(tmp_path / "session.json")
    assert json.loads((tmp_path / "session.json").read_text(encoding="utf-8"))["samples"]
    start(page)
    page.goto("about:blank")
    page.go_back()
    expect_back(page)


def test_of_two_tabs_one_is_loaded_anew_and_the_other_goes_on(open_page: OpenPage) -> None:
    one = open_page()
    start(one)
    with one.expect_popup() as opened:  # it has a copy of what this tab stores
        one.evaluate("window.open(location.href)")
    two = opened.value
    start(two)
    two.locator(".timeline").wait_for()  # some seconds were seen
    two.reload()
    expect_back(two)
    one.bring_to_front()
    wait_going_on(one)
    stop(one)


@pytest.mark.parametrize(
    "seconds", [7, *(pytest.param(n, marks=pytest.mark.soak) for n in (10, 30))]
)
def test_the_picture_goes_on_after_the_network_was_away(
    open_page: OpenPage, wire: Wire, seconds: int
) -> None:
    """Longer than the five seconds after which the browser gives the connection up."""
    page = start_by(wire, open_page)
    wire.take_away()
    time.sleep(seconds)
    wire.bring_back()
    wait_going_on(page)
    stop(page)


@pytest.mark.soak
def test_what_was_seen_is_there_after_the_network_was_away_for_longer_than_streamlit_waits(
    open_page: OpenPage, wire: Wire
) -> None:
    page = start_by(wire, open_page)
    wire.take_away()
    time.sleep(150)
    wire.bring_back()
    expect_back(page)
    start(page)


@pytest.mark.parametrize("seconds", [2, pytest.param(180, marks=pytest.mark.soak)])
def test_a_laptop_that_was_shut_goes_on(open_page: OpenPage, wire: Wire, seconds: int) -> None:
    page = start_by(wire, open_page)
    browser = page.context.new_cdp_session(page)
    browser.send("Page.setWebLifecycleState", {"state": "frozen"})
    wire.take_away()
    time.sleep(seconds)
    wire.bring_back()
    browser.send("Page.setWebLifecycleState", {"state": "active"})
    if seconds > 120:
        expect_back(page)
        start(page)
    else:
        wait_going_on(page)


def test_a_camera_that_is_unplugged_is_waited_for(open_page: OpenPage) -> None:
    page = open_page("/about")
    page.add_init_script(
        """const media = navigator.mediaDevices, top = window.top
        const open = media.getUserMedia.bind(media), list = media.enumerateDevices.bind(media)
        top.tracks ??= []
        media.getUserMedia = async (how) => {
            if (top.isUnplugged) throw new DOMException('none', 'NotFoundError')
            const stream = await open(how)
            top.tracks.push(...stream.getTracks())
            return stream
        }
        media.enumerateDevices = async () => top.isUnplugged ? [] : list()"""
    )
    page.goto(page.url.removesuffix("/about"))
    start(page)
    page.evaluate(
        """window.isUnplugged = true
        window.tracks.forEach(track => track.stop())
        navigator.mediaDevices.dispatchEvent(new Event('devicechange'))"""
    )
    expect(page.get_by_text(m.CAMERA_GONE.text)).to_be_visible()
    page.evaluate("window.isUnplugged = false")
    wait_going_on(page)


@pytest.mark.soak
def test_a_picture_that_stops_without_a_word_is_begun_anew(open_page: OpenPage) -> None:
    page = open_page("/about")
    page.add_init_script(
        """const media = navigator.mediaDevices, open = media.getUserMedia.bind(media)
        window.top.tracks ??= []
        media.getUserMedia = async (how) => {
            const stream = await open(how)
            window.top.tracks.push(...stream.getTracks())
            return stream
        }"""
    )
    page.goto(page.url.removesuffix("/about"))
    start(page)
    page.evaluate("window.tracks.forEach(track => track.stop())")
    expect(page.get_by_text(m.STREAM_STALLED.text)).to_be_visible()
    wait_going_on(page)


def test_a_phone_that_is_turned_shows_the_whole_picture(open_page: OpenPage) -> None:
    page = open_page("/about")
    page.add_init_script(
        """const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
        navigator.mediaDevices.getUserMedia = async (how) => {
            const [track] = (await real(how)).getVideoTracks()
            const seen = document.createElement('video')
            seen.srcObject = new MediaStream([track]); seen.muted = true
            await seen.play()
            const canvas = document.createElement('canvas'), context = canvas.getContext('2d')
            setInterval(() => {
                const [wide, high] = window.top.isUpright ? [480, 640] : [640, 480]
                if (canvas.width !== wide) Object.assign(canvas, {width: wide, height: high})
                context.drawImage(seen, 0, (high - 480) / 2)
            }, 33)
            return canvas.captureStream(30)
        }"""
    )
    page.goto(page.url.removesuffix("/about"))
    start(page)
    page.evaluate("window.isUpright = true")
    page.wait_for_function(
        """() => {
            const frame = document.querySelector("iframe[title*='webrtc_streamer']")
            const video = frame?.contentDocument?.querySelector('video')
            const box = document.querySelector('.st-key-live_stream').getBoundingClientRect()
            const isUpright = (shape) => Math.abs(shape - 0.75) < 0.02
            return video && isUpright(video.videoWidth / video.videoHeight)
                && isUpright(box.width / box.height)
        }""",
    )
    wait_going_on(page)
    wait_playing(page)
