"""A lesson: the owner's link, a room, two students in two browsers, one leaves and is erased."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from fer_core.config import Settings
from fer_core.storage import Database, Store, choices
from fer_core.storage.database import database_url
from tests.e2e.browser import camera_args, free_port
from tests.e2e.conftest import launch
from tests.e2e.live_page import FACE, PATIENCE_S, sideways_overflow
from tests.processes import start

pytestmark = pytest.mark.e2e

#: A minute has to be over before what students said in it is counted. [ms]
SLOW_MS = 180_000


def let_others_join(data_dir: Path) -> None:
    """What the owner chose once, before."""
    store = Store(Database(database_url(Settings(data_dir=data_dir))))
    with store.write() as session:
        choices.choose_purpose(
            session,
            purpose="research",
            number=1,
            now_s=store.now_s(),
            reference="Test",
            ethics_approved=True,
        )
    store.close()


def count(data_dir: Path, question: str) -> int:
    with sqlite3.connect(f"file:{data_dir / 'mien.sqlite3'}?mode=ro", uri=True) as database:
        return int(database.execute(question).fetchone()[0])


def visit(browser: Browser, url: str) -> Page:
    person = browser.new_context(viewport={"width": 1280, "height": 900})
    person.set_default_timeout(SLOW_MS)
    page = person.new_page()
    page.goto(url)
    return page


@contextmanager
def students(
    playwright: Playwright, chromium: str, video: Path, most: int
) -> Iterator[list[Browser]]:
    """Browsers with a face before each camera."""
    opened = [launch(playwright, chromium, camera_args(video)) for _ in range(most)]
    yield opened
    for one in opened:
        one.close()


def shown(page: Page, label: str) -> str:
    metric = page.get_by_test_id("stMetric").filter(has_text=label)
    return metric.get_by_test_id("stMetricValue").inner_text()


def wait_shown(page: Page, label: str, value: str) -> None:
    metric = page.get_by_test_id("stMetric").filter(has_text=label)
    expect(metric.get_by_test_id("stMetricValue")).to_have_text(value, timeout=SLOW_MS)


def agree(page: Page, how: str = "with my camera") -> str:
    """Read the consent, agree, wait for the own label; the pseudonym."""
    expect(page.get_by_text("Who sees what")).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("button", name=f"I agree, join {how}", exact=True).click()
    expect(page.locator(FACE).first).to_be_visible(timeout=SLOW_MS)
    text = page.get_by_text("You are here as").inner_text()
    found = re.search(r"as \W*([a-z]+-[a-z]+-\d+)", text)
    assert found is not None, text
    return found[1]


def test_a_lesson_of_two(
    playwright: Playwright, chromium: str, face_video: Path, tmp_path: Path
) -> None:
    let_others_join(tmp_path)
    port = free_port()
    home = f"http://127.0.0.1:{port}"
    command = ("-m", "fer_core", "serve", "--port", str(port))
    with (
        start(*command, data_dir=tmp_path, FER_K_MIN="2", FER_MAX_STREAMS="2") as app,
        students(playwright, chromium, face_video, 2) as (one, two),
    ):
        link = re.search(r"http://\S+owner=\S+", app.wait_for_line("owner="))
        assert link is not None
        educator = visit(one, link[0])
        educator.goto(f"{home}/classroom")
        educator.get_by_role("textbox", name="Lesson").fill("<b>Maths</b> 7b")
        educator.get_by_role("button", name="Open the room").click()
        expect(educator.get_by_text("<b>Maths</b> 7b")).to_be_visible(timeout=SLOW_MS)
        address = educator.get_by_test_id("stCode").inner_text().strip()
        assert re.fullmatch(rf"{home}/classroom\?room=[2-9A-Z]{{8}}", address)
        expect(educator.get_by_role("img", name="QR code of")).to_be_visible()
        wait_shown(educator, "Joined", "0")

        first, second = visit(one, address), visit(two, address)
        name = agree(first)
        wait_shown(educator, "Joined", "1")
        wait_shown(educator, "Figures are of", "nobody")
        other = agree(second, "over the server")
        assert name != other, "two behind one address are two"
        wait_shown(educator, "Joined", "2")
        wait_shown(educator, "Figures are of", "2 people")
        for student, answer in ((first, "I am following"), (second, "I am lost")):
            student.get_by_role("radio", name=answer, exact=True).click()
        wait_shown(educator, "Say they are lost", "0.5")
        expect(first.get_by_text("Nothing of yours waits")).to_be_visible(timeout=SLOW_MS)
        lines = educator.locator(".js-plotly-plot .scatterlayer path.js-line")
        expect(lines.first).to_be_attached(timeout=SLOW_MS)
        path = lines.first.get_attribute("d")
        educator.get_by_role("textbox", name="What happens now").fill("explained fractions")
        educator.get_by_role("button", name="Set a marker").click()
        expect(educator.get_by_text("explained fractions").first).to_be_visible(timeout=SLOW_MS)
        deadline = time.monotonic() + PATIENCE_S
        while lines.first.get_attribute("d") == path:
            assert time.monotonic() < deadline, "the lines do not move"
            time.sleep(0.3)
        assert name not in educator.content()
        assert other not in educator.content()
        assert other not in first.content()
        assert sideways_overflow(educator) <= 0
        expect(educator.get_by_text("Shares are rounded to tenths")).to_be_visible()

        first.reload()  # a lost connection: the same pseudonym, one press
        first.get_by_role("button", name="Go on with my camera", exact=True).click()
        expect(first.locator(FACE).first).to_be_visible(timeout=SLOW_MS)
        expect(first.get_by_text(name)).to_be_visible()
        assert count(tmp_path, "SELECT count(*) FROM persons") == 2

        first.get_by_role("button", name="Leave and erase").click()
        expect(first.get_by_text("You have left the room")).to_be_visible(timeout=SLOW_MS)
        wait_shown(educator, "Joined", "1")
        wait_shown(educator, "Figures are of", "nobody")
        assert count(tmp_path, "SELECT count(*) FROM persons") == 1
        assert count(tmp_path, "SELECT count(DISTINCT person_id) FROM samples") == 1
        for path_ in tmp_path.glob("mien.sqlite3*"):
            assert name.encode() not in path_.read_bytes()

        educator.get_by_role("button", name="Close the room").click()
        educator.get_by_role("button", name="Close it").click()
        expect(educator.get_by_role("heading", name="Summary per marker")).to_be_visible(
            timeout=SLOW_MS
        )
        with educator.expect_download() as started:
            educator.get_by_role("button", name="Download seconds (CSV)").click()
        text = Path(started.value.path()).read_text(encoding="utf-8")
        assert "explained fractions" in text
        assert re.search(r"Z,\d+,2,", text), "seconds of two people"
        expect(second.get_by_text("is closed; your camera is off")).to_be_visible(timeout=SLOW_MS)
