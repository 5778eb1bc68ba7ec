"""The owner's way: the link from the terminal, over a reload, to a link for somebody else."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.e2e.browser import CHROMIUM_ARGS, free_port
from tests.e2e.conftest import launch
from tests.processes import start

pytestmark = pytest.mark.e2e


def test_from_the_owners_link_to_an_analysts_training(
    playwright: Playwright, chromium: str, tmp_path: Path
) -> None:
    port = free_port()
    command = ("-m", "fer_core", "serve", "--port", str(port))
    with start(*command, data_dir=tmp_path, FER_ALLOW_TRAINING="0") as app:
        address = re.search(r"http://\S+owner=\S+", app.wait_for_line("owner="))
        assert address is not None
        with launch(playwright, chromium, list(CHROMIUM_ARGS)) as browser:
            home = f"http://127.0.0.1:{port}"
            owner = browser.new_context()
            owner.set_default_timeout(90_000)
            page = owner.new_page()
            page.goto(address[0])
            assert page.url == f"{home}/", "the token has left the address"
            page.goto(f"{home}/access")
            title = page.get_by_role("heading", name="Access", exact=True)
            expect(title).to_be_visible()
            page.reload()
            expect(title).to_be_visible()
            kept = {cookie["name"]: cookie for cookie in owner.cookies()}["mien_access"]
            assert kept["httpOnly"]
            assert kept["sameSite"] == "Lax"
            assert "mien_access" not in page.evaluate("document.cookie")

            page.get_by_role("combobox", name="Role").click()
            page.get_by_role("option", name="Analyst").click()
            page.get_by_role("textbox", name="For whom").fill("<b>Ada</b>")
            page.get_by_role("button", name="Make a link").click()
            given = page.get_by_test_id("stCode")
            expect(given).to_be_visible()
            link = given.inner_text().strip()
            expect(page.get_by_text("<b>Ada</b>")).to_be_visible()

            other = browser.new_context()
            other.set_default_timeout(90_000)
            second = other.new_page()
            second.goto(f"{home}/access")
            expect(second.get_by_text("This page is the owner's")).to_be_visible()
            expect(second.get_by_role("link", name="Access")).to_have_count(0)
            assert second.goto(link).status == 200  # type: ignore[union-attr]
            assert second.url == f"{home}/"
            assert {cookie["name"] for cookie in other.cookies()} >= {"mien_access"}
            assert second.goto(link).status == 403  # type: ignore[union-attr]
            expect(second.get_by_text("This link does not work")).to_be_visible()

            page.reload()
            page.get_by_role("button", name="Withdraw").click()
            expect(page.get_by_text("Analyst, withdrawn")).to_be_visible()
