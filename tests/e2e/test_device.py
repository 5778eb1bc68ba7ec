"""The analysis on the visitor's own device, in a real browser."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect

from fer_core.classification.registry import DEFAULT_MODEL
from tests.e2e.browser import camera_args, free_port
from tests.e2e.conftest import launch
from tests.e2e.live_page import wait_for
from tests.processes import start as start_process

pytestmark = pytest.mark.e2e

START = "Start on this device"


def start(page: Page) -> None:
    button = page.get_by_role("button", name=START)
    expect(button).to_be_enabled()
    button.click()


def expect_label(page: Page) -> None:
    # Until the page has run to its end, the example's panel is there as well.
    figures = page.locator(".panel .figures").filter(has_text="per analysis")
    expect(figures).to_be_visible()
    expect(page.locator(".panel .figures")).to_have_count(1)
    expect(page.locator(".panel .label")).to_have_text("Happy")


def test_the_face_is_labelled_offline_and_the_results_are_there(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    start(page)
    expect_label(page)
    expect(page.locator(".where")).to_contain_text("stays in this browser")
    assert page.locator(".device video").evaluate("video => video.videoWidth") == 640
    page.context.set_offline(True)
    expect(page.locator(".where")).to_contain_text("The network is gone")
    page.locator(".stage canvas").evaluate(
        "canvas => canvas.getContext('2d').clearRect(0, 0, canvas.width, canvas.height)"
    )
    drawn = (
        "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)"
        ".data.some(value => value > 0)"
    )
    canvas = page.locator(".stage canvas")
    wait_for(page, lambda: canvas.evaluate(drawn), "the analysis goes on without a network")
    page.keyboard.press("m")
    expect(page.locator(".device .mark-moment")).to_contain_text("Mark · 1")
    expect(page.locator(".course .point")).to_have_count(1)
    with page.expect_download() as taken:
        page.keyboard.press("s")
    with Image.open(taken.value.path()) as picture:
        assert picture.size == (640, 480), "the picture as it is seen"
        assert len(picture.convert("RGB").getcolors(1 << 20) or []) > 1000
    page.get_by_text("Valence, blinks and measures").click()
    expect(page.locator(".gauges tbody tr")).to_have_count(8)
    expect(page.locator(".gauges .affect")).to_contain_text("Valence +")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".results .summary")).to_contain_text("1 face seen · 1 marked")
    expect(page.locator(".results .moments")).to_contain_text("\u2691")
    with page.expect_download() as kept:
        page.get_by_role("button", name="Download JSON").click()
    document = json.loads(Path(kept.value.path()).read_text(encoding="utf-8"))
    assert document["analysed"] == "on the visitor's device"
    assert document["model"]["name"] == DEFAULT_MODEL
    assert document["faces"][0]["mean"]["happy"] > 0.5
    assert len(document["marks"]) == 1
    assert len(document["samples"]) >= 2
    assert any(one["measures"] for one in document["samples"]), "the measures of the face"
    assert document["samples"][0]["time_s"] < 60, "time counts from the first picture"
    page.context.set_offline(False)
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name=START)).to_be_visible()
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    assert cookies["mien_way"] == "device", "the choice is remembered"


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ([], "No camera was found"),
        (["--deny-permission-prompts", "--use-fake-device-for-media-stream"], "camera is blocked"),
    ],
)
def test_what_is_wrong_with_the_camera_is_said(
    playwright: Playwright, chromium: str, address: str, args: list[str], sentence: str
) -> None:
    browser = launch(playwright, chromium, camera_args(None, allow=False) + args)
    page = browser.new_page()
    page.set_default_timeout(90_000)
    page.goto(address)
    start(page)
    expect(page.locator(".note")).to_contain_text(sentence)
    expect(page.get_by_role("button", name="Start again")).to_be_visible()
    browser.close()


def test_an_old_browser_is_told_the_other_way(open_page: Callable[..., Page]) -> None:
    page = open_page("/about")
    page.add_init_script("WebAssembly.validate = () => false")
    page.goto(re.sub(r"/about$", "/", page.url))
    start(page)
    expect(page.locator(".note")).to_contain_text("cannot analyse a picture by itself")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()


def test_it_runs_under_plain_streamlit_below_a_sub_path(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    options = (f"--server.port={port}", "--server.baseUrlPath=below", "--server.address=127.0.0.1")
    command = ("-m", "streamlit", "run", "streamlit_app.py", *options)
    with start_process(*command, data_dir=tmp_path) as app:
        app.wait_for_line("URL:")
        visitor = browser.new_context()
        page = visitor.new_page()
        page.set_default_timeout(90_000)
        page.goto(f"http://127.0.0.1:{port}/below/")
        start(page)
        expect_label(page)
        visitor.close()
