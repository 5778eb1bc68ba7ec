"""What a visitor is told when there is no face, no permission, no camera, no secure page."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from fer_core.app.opening import SAYINGS
from fer_core.app.stream import messages as m
from tests.e2e.browser import camera_args
from tests.e2e.conftest import launch
from tests.e2e.live_page import LABEL, press_start, start, wait_ready
from tests.e2e.wire import wired

pytestmark = pytest.mark.e2e

OpenPage = Callable[..., Page]


def test_no_face_for_five_seconds(
    playwright: Playwright, chromium: str, address: str, wall_video: Path
) -> None:
    with launch(playwright, chromium, camera_args(wall_video)) as browser:
        page = browser.new_page()
        page.goto(address)
        wait_ready(page)
        press_start(page)
        expect(page.get_by_text(m.NO_FACE.text)).to_be_visible()
        expect(page.locator(LABEL)).to_have_text("No face in view")


def test_permission_denied_then_granted(open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script(
        """const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
        navigator.mediaDevices.getUserMedia = (constraints) => window.denyCamera === false
            ? real(constraints)
            : Promise.reject(new DOMException('Permission denied', 'NotAllowedError'))"""
    )
    page.reload()
    wait_ready(page)
    press_start(page)
    expect(page.get_by_text(m.PERMISSION_DENIED.text)).to_be_visible()
    for frame in page.frames:
        frame.evaluate("window.denyCamera = false")
    start(page)


def test_permission_blocked_in_the_browser(
    playwright: Playwright, chromium: str, address: str, face_video: Path
) -> None:
    with launch(playwright, chromium, camera_args(face_video, allow=False)) as browser:
        visitor = browser.new_context()
        visitor.grant_permissions([])
        page = visitor.new_page()
        page.goto(address)
        wait_ready(page)
        press_start(page)
        expect(page.get_by_text(m.PERMISSION_DENIED.text)).to_be_visible()


def test_no_camera(playwright: Playwright, chromium: str, address: str) -> None:
    with launch(playwright, chromium, camera_args(None)) as browser:
        page = browser.new_page()
        page.goto(address)
        expect(page.get_by_text(m.NO_CAMERA.text)).to_be_visible()


@pytest.mark.parametrize(
    ("error", "message"),
    [("NotReadableError", m.CAMERA_IN_USE), ("NotFoundError", m.NO_CAMERA)],
)
def test_the_camera_does_not_open(open_page: OpenPage, error: str, message: m.Message) -> None:
    page = open_page()
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => "
        f"Promise.reject(new DOMException('no', '{error}'))"
    )
    page.reload()
    wait_ready(page)
    press_start(page)
    expect(page.get_by_text(message.text)).to_be_visible()
    wait_ready(page)


def test_an_insecure_page_says_so(open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    page.reload()
    expect(page.get_by_text(m.INSECURE_ORIGIN.text)).to_be_visible()


def test_a_connection_that_cannot_be_made_is_said(open_page: OpenPage) -> None:
    page = open_page()
    # Candidates that lead nowhere: what a firewall leaves of a connection.
    page.add_init_script(
        """const real = RTCPeerConnection.prototype.setRemoteDescription
        RTCPeerConnection.prototype.setRemoteDescription = function (answer) {
            const sdp = answer.sdp.replace(/a=candidate.*\\r\\n/g, '')
            return real.call(this, {type: answer.type, sdp})
        }
        RTCPeerConnection.prototype.addIceCandidate = () => Promise.resolve()
        const listen = RTCPeerConnection.prototype.addEventListener
        RTCPeerConnection.prototype.addEventListener = function (kind, handler) {
            if (kind !== 'icecandidate') return listen.call(this, kind, handler)
        }"""
    )
    page.reload()
    wait_ready(page)
    press_start(page)
    expect(page.get_by_text(m.STILL_TRYING.text)).to_be_visible()


def test_a_page_that_does_not_come_says_why(open_page: OpenPage, address: str) -> None:
    silent = open_page("/about")
    expect(silent.get_by_role("heading", name="About")).to_be_visible()
    expect(silent.locator("#mien-opening")).to_have_count(0)
    silent.route_web_socket(re.compile("_stcore/stream"), lambda _: None)
    silent.goto(address)
    with wired(address, refuses_sockets=True) as proxy:
        refused = open_page("/about")
        refused.goto(f"{proxy.address}/metrics")
        expect(refused.get_by_text(SAYINGS["refused"])).to_be_visible()
        expect(refused.get_by_role("button", name="Load again")).to_be_visible()
    expect(silent.get_by_text(SAYINGS["busy"])).to_be_visible()
