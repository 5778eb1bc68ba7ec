"""The live page as a visitor handles it."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from fer_core.app.stream.messages import NO_CONNECTION

VIDEO_FRAME = "iframe[title*='webrtc_streamer']"
#: What the page shows of the face, from within the component's shadow root.
LABEL = ".panel .label"
FACE = ".panel .face"


def wait_ready(page: Page) -> None:
    """Until Start can be pressed."""
    expect(page.locator(".st-key-start button")).to_be_enabled(timeout=60_000)


def press_start(page: Page) -> None:
    page.locator(".st-key-start button").click()


def press_until(page: Page, outcome: Locator, press: Callable[[], object] | None = None) -> None:
    """Press Start until ``outcome`` is there, twice at most.

    Of a hundred clicks Streamlit loses about one, where the page runs by itself in that moment; a
    visitor presses again then.
    """
    start_button = page.locator(".st-key-start button")
    for _ in range(2):
        (press or start_button.click)()
        deadline = time.monotonic() + 12
        while time.monotonic() < deadline and not outcome.first.is_visible():
            time.sleep(0.1)
        if outcome.first.is_visible() or not start_button.is_visible():
            return


def wait_playing(page: Page, timeout_s: float = 90.0) -> float:
    """Until a picture plays and a face is labelled; seconds that took."""
    started = time.perf_counter()
    video = page.frame_locator(VIDEO_FRAME).locator("video")
    expect(video).to_be_visible(timeout=timeout_s * 1000)
    expect(page.locator(FACE).first).to_be_visible(timeout=timeout_s * 1000)
    deadline = started + timeout_s
    while not video.evaluate("v => v.currentTime > 0"):
        assert time.perf_counter() < deadline, "the video does not play"
        time.sleep(0.05)
    return time.perf_counter() - started


def start(page: Page) -> float:
    """Wait, press Start, wait for video and face; seconds from the last press on.

    A machine that is busy for half a minute gives a stream up, and says so; then Start is pressed
    again, once, as a visitor would.
    """
    wait_ready(page)
    press_until(page, page.locator(".st-key-stop button"))
    again = page.get_by_text(NO_CONNECTION.text)
    deadline = time.monotonic() + 90
    while not page.locator(FACE).first.is_visible() and time.monotonic() < deadline:
        if again.is_visible() and page.locator(".st-key-start button").is_visible():
            press_start(page)
            break
        time.sleep(0.1)
    return wait_playing(page)


def face_ids(page: Page) -> list[int]:
    """Ids of the faces in view."""
    return [int(re.search(r"#(\d+)", text)[1]) for text in page.locator(FACE).all_inner_texts()]  # type: ignore[index]


def video_pixels(page: Page) -> list[int]:
    """The picture that the visitor sees, as 64x48 RGBA values."""
    return list(
        page.frame_locator(VIDEO_FRAME)
        .locator("video")
        .evaluate(
            """video => {
                const canvas = document.createElement('canvas')
                canvas.width = 64; canvas.height = 48
                const context = canvas.getContext('2d')
                context.drawImage(video, 0, 0, 64, 48)
                return Array.from(context.getImageData(0, 0, 64, 48).data)
            }"""
        )
    )


def sideways_overflow(page: Page) -> int:
    """Pixels that the page is wider than the window."""
    return int(
        page.evaluate(
            """() => Math.max(
                document.documentElement.scrollWidth - window.innerWidth,
                ...['stMain', 'stMainBlockContainer'].map(id => {
                    const node = document.querySelector(`[data-testid=${id}]`)
                    return node.scrollWidth - node.clientWidth
                })
            )"""
        )
    )
