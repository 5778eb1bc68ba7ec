"""Ten minutes of analysis on a visitor's device: the memory of the tab stays flat.

The short part of this, that every picture is closed and every tensor deleted, is a test of node's:
``tests/device/worker.test.mjs``.
"""

import os
import time
from collections.abc import Callable, Iterator

import numpy as np
import psutil
import pytest
from playwright.sync_api import Browser, CDPSession, Page, Playwright, sync_playwright

from tests.e2e.browser import camera_args
from tests.e2e.conftest import address, chromium, face_video, launch, open_page
from tests.e2e.test_device import expect_label, start

__all__ = ["address", "chromium", "face_video", "open_page"]  # fixtures
pytestmark = [pytest.mark.soak, pytest.mark.timeout(2400)]

SECONDS = 600
#: So often the tab is looked at, after the garbage was collected.
EVERY_S = 5
#: What is kept on purpose (a sample and the means of twelve measures each second) is far below.
MOST_HEAP_MB, MOST_TAB_MB = 4.0, 40.0


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium: str, face_video: object) -> Iterator[Browser]:
    started = launch(playwright, chromium, camera_args(face_video))
    yield started
    started.close()


def heap_mb(devtools: CDPSession) -> float:
    """What the page's own script holds."""
    devtools.send("HeapProfiler.collectGarbage")
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return next(one["value"] for one in metrics if one["name"] == "JSHeapUsedSize") / 1e6


def tab_mb() -> float:
    """What the processes of this browser's tabs hold alone: pages, workers and WebAssembly."""
    tabs = [
        one
        for one in psutil.Process(os.getpid()).children(recursive=True)
        if "--type=renderer" in one.cmdline()
    ]
    return max(one.memory_full_info().uss for one in tabs) / 1e6


def test_ten_minutes_on_the_device_in_flat_memory(open_page: Callable[..., Page]) -> None:
    page = open_page()
    start(page)
    expect_label(page)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")
    seen: list[tuple[float, float, float]] = []
    begun = time.monotonic()
    while (now_s := time.monotonic() - begun) < SECONDS:
        seen.append((now_s, heap_mb(devtools), tab_mb()))
        page.wait_for_timeout(1000 * EVERY_S)
    expect_label(page)
    times, heap, tab = np.array(seen).T
    print()
    for name, values in (("script", heap), ("tab", tab)):
        print(
            f"{name}: {values[0]:.0f} MB at first, {np.median(_part(values, 1)):.1f} MB in the "
            f"second fifth, {np.median(_part(values, 4)):.1f} MB in the last, of {times[-1]:.0f} s"
        )
    # The first fifth is warm-up: networks are compiled, the page's caches fill.
    assert np.median(_part(heap, 4)) - np.median(_part(heap, 1)) < MOST_HEAP_MB
    assert np.median(_part(tab, 4)) - np.median(_part(tab, 1)) < MOST_TAB_MB


def _part(values: np.ndarray, fifth: int) -> np.ndarray:
    return np.array_split(values, 5)[fifth]
