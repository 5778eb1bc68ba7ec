"""A training from the first click to the live page, as somebody before a browser does it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import run_app
from tests.e2e.live_page import sideways_overflow, start, wait_for

pytestmark = pytest.mark.e2e

LABELS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Data folder, and a root with one tiny set in class folders."""
    root = tmp_path_factory.mktemp("roots")
    rng = np.random.default_rng(1)
    for place, label in enumerate(LABELS):
        folder = root / "tiny" / label
        folder.mkdir(parents=True)
        for index in range(20):
            face = rng.integers(0, 120, (48, 48), np.uint8)
            face[6 * place : 6 * place + 8, 8:40] += 110
            Image.fromarray(face).save(folder / f"{index}.png")
    return tmp_path_factory.mktemp("app"), root


@pytest.fixture
def page(browser: Browser, folders: tuple[Path, Path]) -> Iterator[Page]:
    """The Training page of an app where training is allowed."""
    data_dir, root = folders
    with run_app(
        data_dir, FER_ALLOW_TRAINING="1", FER_DATA_ROOTS=str(root), CUDA_VISIBLE_DEVICES="-1"
    ) as address:
        visitor = browser.new_context(viewport={"width": 1280, "height": 1000})
        visitor.set_default_timeout(120_000)
        opened = visitor.new_page()
        opened.goto(f"{address}/training")
        yield opened
        visitor.close()


def press(page: Page, key: str) -> None:
    page.locator(f".st-key-{key} button").first.click()


def quiet(page: Page) -> None:
    """Until the page has answered what was done last."""
    page.wait_for_timeout(500)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def epochs_shown(page: Page) -> int:
    """Finished epochs as the page says."""
    text = page.get_by_test_id("stProgress").inner_text(timeout=120_000)
    found = re.search(r"(\d+) of \d+ epochs", text)
    return int(found[1]) if found else 0


def wait_for_epochs(page: Page, more_than: int) -> int:
    expect(page.get_by_test_id("stProgress")).to_contain_text("epochs", timeout=180_000)
    for _ in range(600):
        if (shown := epochs_shown(page)) > more_than:
            return shown
        page.wait_for_timeout(200)
    raise AssertionError(f"no epoch after {more_than}")


@pytest.mark.slow
def test_train_stop_resume_export_use_live(page: Page, folders: tuple[Path, Path]) -> None:
    data_dir, _ = folders
    expect(page.get_by_text("140 faces")).to_be_visible(timeout=120_000)
    expect(page.get_by_role("img", name="Faces labelled happy")).to_be_visible()
    page.get_by_role("combobox", name="Recipe").click()
    page.get_by_role("option", name="Published system 1 (lenet)").click()
    page.get_by_text("Epochs, learning rate, name and more").click()
    epochs = page.get_by_role("spinbutton", name="Epochs")
    expect(epochs).to_have_value("20")
    quiet(page)
    epochs.fill("900")
    epochs.press("Enter")
    quiet(page)
    expect(epochs).to_have_value("900")
    press(page, "start-training")

    early = wait_for_epochs(page, 1)
    expect(page.locator(".st-key-curve-loss .js-plotly-plot").first).to_be_visible()
    expect(page.locator(".st-key-confusion .js-plotly-plot").first).to_be_visible()
    page.reload()
    assert wait_for_epochs(page, early) > early, "it goes on, whoever looks"
    press(page, "stop-run")
    expect(page.locator(".st-key-resume-run")).to_be_visible()
    (run,) = (data_dir / "runs").glob("lenet-*")
    stopped = len((run / "history.csv").read_text().splitlines()) - 1

    press(page, "resume-run")
    wait_for_epochs(page, stopped)
    press(page, "stop-run")
    expect(page.locator(".st-key-export-run")).to_be_visible()

    press(page, "export-run")
    expect(page.locator(".st-key-use-live")).to_be_visible(timeout=180_000)
    expect(page.get_by_text("alone is right on")).to_be_visible()
    press(page, "use-live")
    expect(page.get_by_text("It serves the live page.")).to_be_visible()
    expect(page.locator(".st-key-live-back")).to_be_visible()
    assert json.loads((data_dir / "live.json").read_text())["model"] == run.name
    assert (data_dir / "models" / run.name / "spec.json").is_file()
    assert sideways_overflow(page) <= 0

    page.get_by_role("link", name="Live", exact=True).click()
    start(page)
    page.locator(".st-key-stop button").first.click()
    expect(page.get_by_role("heading", name="Your session")).to_be_visible()
    page.get_by_role("button", name="Start on this device").click()
    expect(page.locator(".device .figures")).to_contain_text(run.name)
    page.get_by_role("link", name="Training", exact=True).click()
    page.get_by_role("radio", name="Runs").or_(page.get_by_role("button", name="Runs")).click()
    press(page, "live-back")
    expect(page.get_by_text("The live page uses mien.")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    wait_for(page, lambda: sideways_overflow(page) <= 0, "the page fits a phone")
