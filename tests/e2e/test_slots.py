"""Slots come back when a page is left, a tab closed, or a browser killed; the next one waits."""

import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.e2e.browser import camera_args, free_port, run_app
from tests.e2e.conftest import MAX_STREAMS
from tests.e2e.live_page import PATIENCE_S, press_start, start, wait_playing, wait_ready

pytestmark = pytest.mark.e2e

OpenPage = Callable[..., Page]
#: A place does not come back because of its visitor's silence alone.
NEVER_EXPIRES = """
from fer_core.streaming.admission import Admission
Admission._expire = lambda admission: None
"""


@pytest.fixture(scope="module")
def address(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app without the rule that would give every place back a little later anyway."""
    way = {"before": NEVER_EXPIRES, "FER_MAX_STREAMS": str(MAX_STREAMS)}
    with run_app(tmp_path_factory.mktemp("app"), **way) as url:
        yield url


@contextmanager
def mortal_browser(
    chromium: str, video: Path, profile: Path
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A Chromium that a test may kill; gives its debugging address and its process."""
    port = free_port()
    process = subprocess.Popen(
        [
            chromium,
            *camera_args(video),
            f"--remote-debugging-port={port}",
            f"--user-data-dir={profile}",
            "about:blank",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/json/version").close()
                break
            except OSError:
                assert time.monotonic() < deadline, "the browser did not start"
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}", process
    finally:
        kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End the browser and its helpers without a goodbye."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def expect_busy(page: Page) -> None:
    wait_ready(page)
    taken = page.get_by_text(re.compile("places are taken"))
    press_start(page)
    expect(taken).to_be_visible()


def test_slots_are_released(
    open_page: OpenPage,
    playwright: Playwright,
    chromium: str,
    face_video: Path,
    address: str,
    tmp_path: Path,
) -> None:
    """Both places taken; then by turns: the page is left, a tab closed, a browser killed."""
    stays, waits = open_page(), open_page()
    with mortal_browser(chromium, face_video, tmp_path / "profile") as (debugging, process):
        remote = playwright.chromium.connect_over_cdp(debugging)
        doomed = remote.contexts[0].new_page()
        doomed.goto(address)
        start(stays)
        start(doomed)

        expect_busy(waits)
        stays.get_by_role("link", name="About").click()
        left_s = wait_playing(waits)

        next_one = open_page()
        expect_busy(next_one)
        waits.close()
        closed_s = wait_playing(next_one)

        last = open_page()
        expect_busy(last)
        kill(process)
        killed_s = wait_playing(last)
    print(f"released after: left {left_s:.1f} s, closed {closed_s:.1f} s, killed {killed_s:.1f} s")
    # On return, what was found is there.
    stays.get_by_role("link", name="Live").click()
    expect(stays.get_by_role("heading", name="Your session")).to_be_visible()
