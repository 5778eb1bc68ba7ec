"""Which camera, and what shape its picture has."""

from pathlib import Path

import cv2
import pytest
from playwright.sync_api import Page, Playwright, expect

from fer_core.imaging.decode import read_image
from tests.e2e.browser import PORTRAIT, camera_args
from tests.e2e.conftest import launch
from tests.e2e.live_page import VIDEO_FRAME, press_start, start, wait_ready

pytestmark = pytest.mark.e2e


def write_upright(path: Path) -> Path:
    """A phone's picture: 480x640 at 30 fps, the portrait in its middle."""
    portrait = cv2.resize(read_image(PORTRAIT), (480, 480), interpolation=cv2.INTER_AREA)
    frame = cv2.copyMakeBorder(portrait, 80, 80, 0, 0, cv2.BORDER_REPLICATE)
    done, jpeg = cv2.imencode(".jpg", frame)
    assert done
    path.write_bytes(jpeg.tobytes() * 30)
    return path


PLAYS_ANOTHER = """before => {
    const frame = document.querySelector("iframe[title*='webrtc_streamer']")
    const video = frame?.contentDocument?.querySelector('video')
    const track = video?.srcObject?.getVideoTracks()[0]
    return track && track.id !== before && video.currentTime > 0 ? track.id : null
}"""


#: Notes which cameras a page and the frames in it open.
NOTE_OPENED = """window.opened = []
const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
navigator.mediaDevices.getUserMedia = async (how) => {
    const stream = await real(how)
    window.opened.push(stream.getVideoTracks()[0].label)
    return stream
}"""


def wait_for_video(page: Page, before: str = "") -> str:
    """Until a video plays that is not the one before; its track's id."""
    return str(page.wait_for_function(PLAYS_ANOTHER, arg=before).json_value())


def test_who_has_several_cameras_chooses_and_the_choice_is_remembered(
    playwright: Playwright, chromium: str, address: str
) -> None:
    # Chromium's own moving pattern, without a face: of a file there is one camera only. Its second
    # one is a depth camera, which a video shows nothing of.
    args = [*camera_args(None), "--use-fake-device-for-media-stream=device-count=3"]
    with launch(playwright, chromium, args) as browser:
        page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
        page.add_init_script(NOTE_OPENED)

        def opened() -> list[str]:
            names = [frame.evaluate("window.opened") for frame in page.frames]
            return [name for some in names for name in some]

        page.goto(address)
        wait_ready(page)
        press_start(page)
        before = wait_for_video(page)
        choice = page.locator(".st-key-live_stream-camera input")
        expect(choice).to_have_value("fake_device_0")
        choice.click()
        names = page.locator("[role=option]")
        expect(names).to_have_count(3)
        names.nth(2).click()
        expect(choice).to_have_value("fake_device_2")
        wait_for_video(page, before)
        assert opened()[-1] == "fake_device_2", "the video's own frame opens it too"
        page.reload()
        wait_ready(page)
        press_start(page)
        wait_for_video(page)
        expect(choice).to_have_value("fake_device_2")
        assert set(opened()) == {"fake_device_2"}, "remembered"


@pytest.mark.parametrize("size", [{"width": 390, "height": 844}, {"width": 1280, "height": 860}])
def test_an_upright_picture_is_seen_whole_and_lies_over_nothing(
    playwright: Playwright,
    chromium: str,
    address: str,
    tmp_path: Path,
    size: dict[str, int],
) -> None:
    with launch(playwright, chromium, camera_args(write_upright(tmp_path / "up.mjpeg"))) as browser:
        page = browser.new_context(viewport=size).new_page()  # type: ignore[arg-type]
        # A phone held upright gives what it is asked for lying: a simulated camera would cut it.
        page.add_init_script(
            """const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
            navigator.mediaDevices.getUserMedia = () => real({video: true})"""
        )
        page.goto(address)
        start(page)
        box = page.locator(".st-key-live_stream")
        video = page.frame_locator(VIDEO_FRAME).locator("video")
        shape = video.evaluate("v => v.videoWidth / v.videoHeight")
        assert shape == pytest.approx(0.75, abs=0.01)
        page.wait_for_function(
            """shape => {
                const box = document.querySelector('.st-key-live_stream').getBoundingClientRect()
                return Math.abs(box.width / box.height - shape) < 0.02
            }""",
            arg=shape,
        )
        around, seen = box.bounding_box(), video.bounding_box()
        panel = page.locator(".panel").bounding_box()
        assert around is not None
        assert seen is not None
        assert panel is not None
        assert seen["height"] <= around["height"] + 2, "nothing is cut"
        assert around["height"] <= 0.76 * size["height"]
        apart = (
            panel["x"] >= around["x"] + around["width"] - 1
            or panel["y"] >= around["y"] + around["height"] - 1
        )
        assert apart, "the panel lies over the picture"
        page.screenshot(path=tmp_path / "upright.png")
