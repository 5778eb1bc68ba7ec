"""Every page in light and dark, on a laptop and a phone: nothing cut, nothing over another, buttons
of a row together, nothing that axe-core calls serious. One visitor and one load a page: theme and
size change in place."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import ROOT
from tests.e2e.live_page import sideways_overflow

pytestmark = pytest.mark.e2e

AXE = ROOT / ".cache/node/axe/node_modules/axe-core/axe.min.js"
LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
PAGES = {
    "/": "Live",
    "/analyse": "Analyse",
    "/reactions": "Reactions",
    "/classroom": "Classroom",
    "/wellbeing": "Wellbeing",
    "/metrics": "Metrics",
    "/training": "Training",
    "/studio": "Data set",
    "/about": "About",
    "/access": "Access",
}
#: In every run of the tests; the others, with more charts and switches, in ``make soak``.
QUICK = ("/", "/analyse", "/studio", "/about")
#: Streamlit's own, which a page cannot change: rule -> parts of what it is said of.
NOT_OURS: dict[str, tuple[str, ...]] = {
    "list": ("stSidebarNavItems",),
    "listitem": ('<li class="st-emotion-cache',),
}
_CUT = """() => [...document.querySelectorAll("button, h1, h2, h3, [data-testid=stMetricValue]")]
  .filter((one) => one.offsetParent && one.scrollWidth > one.clientWidth + 2
    && getComputedStyle(one).overflowX !== "visible")
  .map((one) => one.innerText)"""
#: Buttons of one row that stand far apart are no group.
_APART = """() => [...document.querySelectorAll("[data-testid=stHorizontalBlock]")]
  .filter((row) => !row.querySelector("[data-testid=stColumn]"))
  .flatMap((row) => {
    const boxes = [...row.querySelectorAll("[data-testid=stButton]")]
      .map((one) => one.getBoundingClientRect()).filter((box) => box.width)
    return boxes.slice(1).map((box, place) => [boxes[place], box])
      .filter(([one, next]) => one.top === next.top && next.left - one.right > 48)
      .map(() => row.innerText)
  })"""
_AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] })
  return found.violations.filter((one) => ["serious", "critical"].includes(one.impact))
    .flatMap((one) => one.nodes.map((node) => [one.id, node.html.slice(0, 160),
      (node.any[0] || node.all[0] || node.none[0] || {}).message || ""]))
}"""


def find_axe() -> Path:
    """The file of axe-core; skips where it is absent, fails where it is required."""
    if not AXE.is_file():
        line = "axe-core is absent: run scripts/ensure_axe.sh"
        pytest.fail(line) if os.environ.get("FER_REQUIRE_NODE") == "1" else pytest.skip(line)
    return AXE


def layout_faults(page: Page) -> list[Any]:
    """What is cut or apart, and by how much the page is too wide."""
    faults: list[Any] = [("cut", text) for text in page.evaluate(_CUT)]
    faults += [("apart", text) for text in page.evaluate(_APART)]
    if (wide := sideways_overflow(page)) > 0:
        faults.append(("sideways", wide))
    return faults


def access_faults(page: Page, axe: str) -> list[Any]:
    """What axe-core calls serious, but for what is Streamlit's own."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe)
    return [
        (rule, html, message)
        for rule, html, message in page.evaluate(_AXE)
        if not any(part in html for part in NOT_OURS.get(rule, ()))
    ]


@pytest.mark.parametrize(
    "path",
    [path if path in QUICK else pytest.param(path, marks=pytest.mark.soak) for path in PAGES],
)
def test_a_page_in_all_its_forms(open_page: Callable[..., Page], path: str) -> None:
    axe = find_axe().read_text(encoding="utf-8")
    page = open_page(path, viewport=LAPTOP, color_scheme="light")
    expect(page).to_have_title(re.compile(f"^{PAGES[path]}"))
    page.get_by_role("heading", level=1).first.wait_for()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    wrong = {}
    # One change of size only: charts take their time to follow.
    for scheme, size in (("light", LAPTOP), ("dark", LAPTOP), ("dark", PHONE), ("light", PHONE)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size(size)  # type: ignore[arg-type]
        # What fades in the old colours, or follows the window, is gone in the end.
        for _ in range(20):
            page.wait_for_timeout(1000)
            # Colours and names are the same on a phone.
            faults = layout_faults(page) + (access_faults(page, axe) if size is LAPTOP else [])
            if not faults:
                break
        else:
            wrong[f"{scheme}, {size['width']} px"] = faults
    assert not wrong, "\n".join(f"{form}: {one}" for form, found in wrong.items() for one in found)
