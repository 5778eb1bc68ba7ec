"""Somebody checks in before the camera, is seen with a colleague only, and erases."""

import re
import sqlite3
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from fer_core.config import Settings
from fer_core.storage import Database, Store, persons
from fer_core.storage.database import database_url
from fer_core.storage.tables import CheckIn
from tests.e2e.browser import free_port
from tests.e2e.live_page import PATIENCE_S, sideways_overflow
from tests.processes import start
from tests.storage.fills import add_person

pytestmark = pytest.mark.e2e

DAY_S = 86_400


def open_page(browser: Browser, home: str) -> Page:
    """The page, as a browser of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(90_000)
    page = context.new_page()
    page.goto(f"{home}/wellbeing")
    expect(page.get_by_role("heading", name="Wellbeing", exact=True)).to_be_visible()
    return page


def join(page: Page, name: str) -> None:
    page.get_by_role("textbox", name="Pseudonym").fill(name)
    page.get_by_text("I have read this and agree").click()
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text(f"You are \u2068{name}")).to_be_visible()
    page.reload()  # at once: the key is there as soon as the page says who one is
    expect(page.get_by_text(f"You are \u2068{name}")).to_be_visible()


def check_in(page: Page) -> None:
    """45 seconds before the camera, and the result."""
    page.get_by_text("Settings", exact=True).click()
    page.get_by_text("45 seconds").click()
    expect(page.get_by_role("radio", name="45 seconds")).to_be_checked()
    button = page.locator(".st-key-wellbeing_start_device button")
    expect(button).to_be_enabled()
    button.click()
    expect(page.get_by_role("progressbar", name="Check-in")).to_be_visible()
    expect(page.get_by_role("heading", name="Your check-in")).to_be_visible(timeout=150_000)
    verdict = re.compile("Not stressed|Can't tell")  # a busy machine may see too few frames
    expect(page.get_by_role("heading", name=verdict)).to_be_visible()
    expect(page.get_by_text("Stored under your pseudonym")).to_be_visible()


def add_colleague(folder: Path) -> None:
    """Somebody else who agreed, and smiled at the same time."""
    store = Store(Database(database_url(Settings(data_dir=folder))))
    with store.read() as session:
        start_s = session.scalars(select(CheckIn.started_s)).one()
    person_id, _ = add_person(store, "otter", seconds=60, start_s=start_s)
    with store.write() as session:
        persons.give_consent(
            session,
            person_id=person_id,
            purpose="wellbeing/medical_or_safety",
            version="3.1",
            text="",
            now_s=start_s,
        )
    store.close()


def make_older(database: Path) -> None:
    """Teams see days that are over: what was recorded just now becomes two days older."""
    with sqlite3.connect(database) as link:
        for table, column in (
            ("samples", "second_s"),
            ("minutes", "minute_s"),
            ("checkins", "started_s"),
            ("checkins", "ended_s"),
            ("consents", "given_s"),
        ):
            link.execute(f"UPDATE {table} SET {column} = {column} - {2 * DAY_S}")
        # Whoever agreed within the minute counts from the next one on: they agreed long before.
        link.execute("UPDATE consents SET given_s = given_s - 3600")
    link.close()


def metric(page: Page, label: str) -> str:
    found = page.get_by_test_id("stMetric").filter(has=page.get_by_text(label, exact=True))
    expect(found).to_be_visible()
    return found.get_by_test_id("stMetricValue").inner_text().strip()


def test_from_the_check_in_to_the_team_and_to_nothing(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    command = ("-m", "fer_core", "serve", "--port", str(port))
    with start(*command, data_dir=tmp_path, FER_K_MIN="2", FER_MAX_STREAMS="2") as app:
        address = re.search(r"http://\S+owner=\S+", app.wait_for_line("owner="))
        assert address is not None
        home = f"http://127.0.0.1:{port}"
        owner_context = browser.new_context(viewport={"width": 1280, "height": 1000})
        owner_context.set_default_timeout(90_000)
        owner = owner_context.new_page()
        owner.goto(address[0])
        owner.goto(f"{home}/access")
        owner.get_by_text("Purpose", exact=True).first.click()
        owner.get_by_text("Medical or safety", exact=True).click()
        reason = owner.get_by_role("textbox", name="Reason")
        reason.fill("night shifts")
        reason.press("Tab")
        owner.get_by_role("button", name="Choose this purpose").click()
        expect(owner.get_by_text("Version 1,")).to_be_visible()
        owner.goto(f"{home}/wellbeing")
        owner.get_by_role("tab", name="Team").click()
        expect(owner.get_by_text("Nothing can be shown yet")).to_be_visible()

        page = open_page(browser, home)
        expect(page.get_by_text("night shifts")).to_be_attached()
        join(page, "zephyr-unmistakable")
        check_in(page)
        kept = {cookie["name"]: cookie for cookie in page.context.cookies()}
        assert kept["mien_person"]["httpOnly"]
        page.reload()
        expect(page.get_by_text("You are \u2068zephyr-unmistakable")).to_be_visible()
        page.set_viewport_size({"width": 390, "height": 844})
        page.get_by_role("tab", name="My history").click()
        expect(page.get_by_text(re.compile("(stressed|tell), stress ratio"))).to_be_visible()
        assert sideways_overflow(page) <= 0
        with page.expect_download() as download:
            page.get_by_role("button", name="Export CSV").click()
        assert download.value.path().read_text().count("zephyr-unmistakable") > 10

        database = tmp_path / "mien.sqlite3"
        assert b"zephyr-unmistakable" in b"".join(read_files(database))
        add_colleague(tmp_path)
        make_older(database)
        owner.reload()
        owner.get_by_role("tab", name="Team").click()
        assert metric(owner, "Days of people") == "2"
        assert metric(owner, "Days above 50 %") == "under 20 %"
        assert "otter" not in owner.inner_text("[data-testid=stMain]")
        assert int(metric(owner, "Happiness ratio").removesuffix(" %")) > 50, "the portrait smiles"

        page.get_by_role("button", name="Erase everything").click()
        page.get_by_role("button", name="Yes, erase").click()
        expect(page.get_by_text("Everything about you is erased")).to_be_visible()
        deadline = time.monotonic() + PATIENCE_S
        while any(b"zephyr-unmistakable" in text for text in read_files(database)):
            assert time.monotonic() < deadline, "the files still hold the pseudonym"
            time.sleep(0.5)
        assert not any("zephyr" in line for line in app.lines), "nor does the log"
        owner.reload()
        owner.get_by_role("tab", name="Team").click()
        expect(owner.get_by_text("Nothing can be shown yet")).to_be_visible()
        for one in (owner, page):
            one.context.close()


def read_files(database: Path) -> list[bytes]:
    """The database's files as they lie there."""
    return [path.read_bytes() for path in database.parent.glob(f"{database.name}*")]
