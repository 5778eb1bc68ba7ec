"""The language of a page: chosen by the browser, switched by keyboard, kept for later visits."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.live_page import PATIENCE_S, sideways_overflow

pytestmark = pytest.mark.e2e

SWITCH = ".language select"


def speaks(page: Page, title: str, code: str) -> None:
    """Wait until the page is in a language, for readers of the screen as well."""
    expect(page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible(
        timeout=PATIENCE_S * 1000
    )
    expect(page.locator("html")).to_have_attribute("lang", code)
    expect(page.locator("html")).to_have_attribute("dir", "ltr")


def test_the_browser_chooses_and_a_visitor_switches(open_page: Callable[..., Page]) -> None:
    page = open_page("/", locale="de-DE")
    speaks(page, "Live", "de")
    expect(page.locator(".st-key-start button")).to_have_text(re.compile("Start"))
    expect(page).to_have_title("Live · Mien")
    switch = page.locator(SWITCH)
    expect(switch).to_have_accessible_name("Sprache")
    switch.focus()
    page.keyboard.press("ArrowDown")  # the next one in the list
    speaks(page, "Canlı", "tr")
    expect(page.locator(".panel .label")).to_have_text(re.compile("mutluluk", re.IGNORECASE))
    assert sideways_overflow(page) == 0
    expect(page.locator(SWITCH)).to_be_focused()  # the page began anew; the keyboard goes on here
    page.reload()
    speaks(page, "Canlı", "tr")
    expect(page.locator(SWITCH)).to_have_value("tr")
