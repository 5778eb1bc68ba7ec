"""Phones and other computers: over HTTPS the browser gives the camera, over http it does not.

Another computer's place is taken by a name that only this browser knows, and that leads to
loopback: to the browser it is a host like any other, without the trust that localhost has.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from fer_core.app.stream import messages as m
from tests.e2e.browser import camera_args, free_port
from tests.e2e.conftest import launch
from tests.e2e.live_page import press_start, wait_playing, wait_ready
from tests.processes import start

pytestmark = pytest.mark.e2e

HOST = "mien.local"


def _args(video: Path) -> list[str]:
    return [*camera_args(video), f"--host-resolver-rules=MAP {HOST} 127.0.0.1"]


def test_network_is_served_over_https_with_the_camera(
    playwright: Playwright, chromium: str, face_video: Path, tmp_path: Path
) -> None:
    port = free_port()
    command = ("-m", "fer_core", "serve", "--host", "0.0.0.0", "--port", str(port))
    with start(*command, data_dir=tmp_path) as app:
        line = app.wait_for_line("Mien is ready")
        assert f":{port}" in line
        assert "https://" in line
        assert "http://" not in line
        with launch(playwright, chromium, _args(face_video)) as browser:
            page = browser.new_context(ignore_https_errors=True).new_page()
            page.goto(f"https://{HOST}:{port}/")
            assert page.evaluate("window.isSecureContext")
            wait_ready(page)
            press_start(page)
            wait_playing(page, timeout_s=90)  # how soon is another test's matter
    assert (tmp_path / "tls" / "self-signed.pem").is_file()


def test_plain_http_from_another_computer_says_what_to_do(
    playwright: Playwright, chromium: str, face_video: Path, address: str
) -> None:
    with launch(playwright, chromium, _args(face_video)) as browser:
        page = browser.new_page()
        page.goto(address.replace("127.0.0.1", HOST))
        assert not page.evaluate("window.isSecureContext")
        expect(page.get_by_text(m.INSECURE_ORIGIN.text)).to_be_visible()
