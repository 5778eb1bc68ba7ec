"""The Analyse page in a browser: a real upload, the timeline, a download."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.analysis.clips import write_video
from tests.e2e.live_page import FIND_VIDEO, sideways_overflow

pytestmark = pytest.mark.e2e


def test_upload_scrub_and_take_along(open_page: Callable[..., Page], tmp_path: Path) -> None:
    clip = write_video(tmp_path / "my clip.mp4", frames=40)
    page = open_page("/analyse", viewport={"width": 390, "height": 844})
    expect(page.locator(".st-key-analyse button")).to_be_disabled()
    page.locator("input[type=file]").set_input_files(clip)
    button = page.locator(".st-key-analyse button")
    expect(button).to_be_enabled()
    button.click()
    expect(page.get_by_role("heading", name="Download")).to_be_visible(timeout=180_000)

    frame = page.get_by_role("img", name="The frame at 0.00 s")
    expect(frame).to_be_visible()
    timeline = page.locator(".timeline .rows")
    expect(timeline).to_be_visible()
    box = timeline.bounding_box()
    assert box is not None
    timeline.click(position={"x": 0.75 * box["width"], "y": 0.5 * box["height"]})
    moved = page.get_by_role("img", name=re.compile(r"The frame at [1-3]\.\d\d s"))
    expect(moved).to_be_visible()
    assert sideways_overflow(page) <= 0

    timeline.press("Home")  # the keyboard does the same
    expect(frame).to_be_visible()
    timeline.press("End")
    expect(page.get_by_role("img", name=re.compile(r"The frame at [34]\.\d\d s"))).to_be_visible()

    # The player and the timeline have one cursor: where one goes, the other is.
    page.get_by_role("radio", name="Play").click()
    video = page.locator(".player video")
    expect(video).to_be_visible()
    page.wait_for_function(f"() => ({FIND_VIDEO}).currentTime > 1")
    timeline.click(position={"x": 0.4 * box["width"], "y": 0.5 * box["height"]})
    page.wait_for_function(f"() => ({FIND_VIDEO}).currentTime < 1")
    mark = page.locator(".timeline .mark").first
    before = mark.evaluate("mark => mark.style.getPropertyValue('--at')")
    video.evaluate("video => { video.muted = true; return video.play() }")
    page.wait_for_function(f"() => ({FIND_VIDEO}).ended")
    assert float(mark.evaluate("mark => mark.style.getPropertyValue('--at')")) > float(before)
    page.get_by_role("radio", name="Frame").click()
    expect(page.get_by_role("img", name=re.compile(r"The frame at [34]\.\d\d s"))).to_be_visible()

    page.get_by_text("Filters side by side").click()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("Recurrent network: the label changes")).to_be_visible()
    expect(page.locator(".timeline .rows")).to_have_count(4)
    assert sideways_overflow(page) <= 0

    with page.expect_download() as waiting:
        page.get_by_role("button", name="Table by frame (CSV)").click()
    assert waiting.value.suggested_filename == "my clip.csv"
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text())))
    assert len(rows) == 40
    assert {row["file"] for row in rows} == {"my clip.mp4"}
