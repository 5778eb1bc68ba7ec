"""The live page as a visitor handles it."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

#: For how long it is waited for what a page is to show. Nothing here depends on a computer's speed:
#: what is not shown by then was lost, as nothing may be however busy a computer is. [s]
PATIENCE_S = 90.0
VIDEO_FRAME = "iframe[title*='webrtc_streamer']"
#: What the page shows of the face, from within the component's shadow root.
LABEL = ".panel .label"
FACE = ".panel .face"
#: A file's player stands in a shadow root.
FIND_VIDEO = """[...document.querySelectorAll('[data-testid=stBidiComponentRegular], *')]
  .map((one) => one.shadowRoot?.querySelector('.player video')).find(Boolean)"""


def wait_for(page: Page, condition: Callable[[], bool], what: str) -> None:
    """Until something of a page holds; ``what`` says it, should it never."""
    end_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end_s, f"never: {what}"
        page.wait_for_timeout(100)


def wait_ready(page: Page) -> None:
    """Until Start can be pressed."""
    expect(page.locator(".st-key-start button")).to_be_enabled()


def press_start(page: Page) -> None:
    """Press Start, once: what happens to the press is the page's business."""
    page.locator(".st-key-start button").click()


def wait_playing(page: Page, timeout_s: float = PATIENCE_S) -> float:
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
    """Wait, press Start once, wait for video and face; seconds from the press on."""
    wait_ready(page)
    press_start(page)
    return wait_playing(page)


#: Text of the button in focus, and whether a ring is drawn around it.
_IN_FOCUS = """() => {
    const button = document.activeElement
    const style = getComputedStyle(button)
    const outline = style.outlineStyle !== 'none' && style.outlineWidth !== '0px'
    const ring = outline || style.boxShadow !== 'none'
    return [button.querySelector('p')?.innerText ?? '', ring]
}"""


def tab_to(page: Page, name: str, most: int = 40) -> None:
    """Press Tab until the button of this name has the focus, which has to be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        text, has_ring = page.evaluate(_IN_FOCUS)
        if text == name:
            assert has_ring, f"the focus on {name} is not seen"
            return
    raise AssertionError(f"Tab never reached {name}")


_SHOWS_TEN_MORE = """() => {
    const frame = document.querySelector("iframe[title*='webrtc_streamer']")
    const video = frame?.contentDocument?.querySelector('video')
    const count = video?.getVideoPlaybackQuality().totalVideoFrames
    if (!video || window.counted?.video !== video) window.counted = video && {video, count}
    return window.counted && count >= window.counted.count + 10
}"""


def wait_going_on(page: Page, timeout_s: float = PATIENCE_S) -> None:
    """Until ten more pictures were shown than at the call, and nothing is complained of."""
    page.evaluate("window.counted = null")
    page.wait_for_function(_SHOWS_TEN_MORE, polling=100, timeout=timeout_s * 1000)
    expect(page.locator("[data-testid=stAlert]")).to_have_count(0, timeout=timeout_s * 1000)


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
