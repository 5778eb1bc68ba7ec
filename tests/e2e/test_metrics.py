"""The Metrics page in a real browser: figures, a click on a cell, the keyboard, the address."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.live_page import wait_for

pytestmark = pytest.mark.e2e


def choose(page: Page, label: str, name: str) -> None:
    """In a select box, with the keyboard alone."""
    box = page.get_by_role("combobox", name=re.compile(label))
    box.focus()
    box.press_sequentially(name)
    page.get_by_role("option", name=name, exact=True).wait_for()
    box.press("Enter")


def test_a_view_is_chosen_shared_and_taken_along(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("/metrics")
    expect(page.get_by_role("heading", name="Metrics")).to_be_visible()
    expect(page.get_by_test_id("stMetric").first).to_contain_text("Accuracy")
    expect(page.locator(".js-plotly-plot").first).to_be_visible()

    page.get_by_role("tab", name="Training").click()
    expect(page).to_have_url(re.compile("view=Training"))
    page.get_by_role("tab", name="Confusion").click()
    expect(page).not_to_have_url(re.compile("view="))  # where the page opens
    chart = page.locator(".js-plotly-plot")
    expect(chart).to_have_count(1)
    # The click goes to the invisible marker over the middle cell: happy taken for happy.
    cells = chart.locator(".nsewdrag")
    cells.scroll_into_view_if_needed()
    area = cells.bounding_box()
    assert area is not None
    page.mouse.click(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    expect(page.get_by_text("happy faces")).to_contain_text("rightly read as happy")
    expect(page).to_have_url(re.compile("labelled=happy"))

    choose(page, "Labelled", "fear")
    choose(page, "Answered", "sad")
    expect(page.get_by_text("fear faces")).to_contain_text("taken for sad")
    expect(page).to_have_url(re.compile("labelled=fear.*answered=sad|answered=sad.*labelled=fear"))

    again = open_page("/metrics?" + page.url.split("?", 1)[1])
    expect(again.get_by_text("fear faces")).to_contain_text("taken for sad")

    page.get_by_role("button", name="Export").click()
    with page.expect_download() as started:
        page.get_by_role("button", name="Report (HTML)").click()
    report = tmp_path / "report.html"
    started.value.save_as(report)
    offline = page.context.browser.new_context(offline=True).new_page()  # type: ignore[union-attr]
    offline.goto(report.as_uri())
    expect(offline.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    charts = offline.locator(".js-plotly-plot")
    wait_for(offline, lambda: charts.count() >= 12, "twelve charts are in the report")
    offline.context.close()
