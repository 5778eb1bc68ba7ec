"""From an empty studio to a personal model live: consent, recording, training, the live page."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from fer_core.classification.registry import DEFAULT_MODEL
from fer_core.studio import CutFace, StudioSet
from fer_core.studio.quality import Quality
from tests.e2e.browser import PORTRAIT, camera_args, run_app
from tests.e2e.conftest import launch
from tests.e2e.live_page import VIDEO_FRAME, sideways_overflow, start, wait_for

pytestmark = pytest.mark.e2e


def write_lively_video(path: Path) -> Path:
    """Ten seconds at 15 fps in which the portrait moves, turns, and changes its light: frames some
    way apart are no near-duplicates."""
    portrait = cv2.resize(cv2.imread(str(PORTRAIT)), (480, 480), interpolation=cv2.INTER_AREA)
    rng = np.random.default_rng(2)
    wall = np.full((480, 640, 3), 100, np.uint8)
    with path.open("wb") as file:
        for index in range(150):
            t = 2 * np.pi * index / 150
            matrix = cv2.getRotationMatrix2D(
                (240, 160), 4 * np.sin(3 * t), 1 + 0.12 * np.sin(2 * t)
            )
            matrix[0, 2] += 80 + 30 * np.sin(t)
            frame = cv2.warpAffine(
                portrait, matrix, (640, 480), wall.copy(), borderMode=cv2.BORDER_CONSTANT
            )
            shade = np.linspace(1 + 0.5 * np.sin(t), 1 + 0.5 * np.cos(3 * t), 640)[None, :, None]
            frame = frame * shade + rng.normal(0, 4, frame.shape)
            done, jpeg = cv2.imencode(".jpg", np.clip(frame, 0, 255).astype(np.uint8))
            assert done
            file.write(jpeg.tobytes())
    return path


@pytest.fixture(scope="module")
def lively(
    playwright: Playwright, chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A browser with that video before its camera."""
    video = write_lively_video(tmp_path_factory.mktemp("camera") / "lively.mjpeg")
    started = launch(playwright, chromium, camera_args(video))
    yield started
    started.close()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path


#: A take that is to be stopped must not be over before that, however busy the computer is.
LONG = "long"
LONG_TAKES = f"""
import os, pathlib
from fer_core.studio.recorder import Recorder
begin = Recorder.begin
def begin_long(self, emotion, **given):
    if (pathlib.Path(os.environ["FER_DATA_DIR"]) / "{LONG}").exists():
        given["take_s"] = 600.0
    begin(self, emotion, **given)
Recorder.begin = begin_long
"""


@pytest.fixture
def page(lively: Browser, data_dir: Path) -> Iterator[Page]:
    """The Data set page of an app where training is allowed."""
    way = {"before": LONG_TAKES, "FER_ALLOW_TRAINING": "1", "CUDA_VISIBLE_DEVICES": "-1"}
    with run_app(data_dir, **way) as address:
        visitor = lively.new_context(viewport={"width": 1280, "height": 1000})
        visitor.set_default_timeout(90_000)
        opened = visitor.new_page()
        opened.goto(f"{address}/studio")
        yield opened
        visitor.close()


def button(page: Page, key: str) -> Locator:
    """The button of a key; one with a help text is there twice."""
    return page.locator(f".st-key-{key} button").first


def press(page: Page, key: str) -> None:
    button(page, key).click()


def view(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).or_(
        page.get_by_role("button", name=name, exact=True)
    ).first.click()


def taken(data_dir: Path) -> set[str]:
    lines = (data_dir / "recordings" / "my-faces" / "manifest.csv").read_text().splitlines()[1:]
    return {line.split(",")[2] for line in lines}


def record_another(folder: Path) -> None:
    """A second participant, recorded in another window before."""
    found = StudioSet(folder)
    found.enrol("ben")
    rng = np.random.default_rng(3)
    for emotion in ("angry", "disgust"):
        cells = rng.integers(40, 220, (4, 8, 8), np.uint8)
        faces = [
            CutFace(np.kron(c, np.ones((6, 6), np.uint8)), 0.0, (9, 9, 99, 99), Quality(0.9, ()))
            for c in cells
        ]
        found.add_take("ben", emotion, faces)


def wait_for_takes(page: Page, data_dir: Path, takes: set[str]) -> None:
    for _ in range(300):
        if takes <= taken(data_dir):
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"only {taken(data_dir)} were stored")


@pytest.mark.slow
def test_from_an_empty_studio_to_a_personal_model_live(page: Page, data_dir: Path) -> None:
    page.get_by_role("textbox", name="Name of the set").fill("My faces")
    page.get_by_role("button", name="Make the set").click()
    expect(page.get_by_text("Who is recorded?")).to_be_visible()
    enrol = button(page, "studio-enrol")
    expect(enrol).to_be_disabled()
    page.get_by_role("textbox", name="Pseudonym").fill("anna")
    page.get_by_role("textbox", name="Pseudonym").press("Tab")
    page.locator(".st-key-studio-agrees label").click()
    expect(enrol).to_be_enabled()
    enrol.click()
    expect(page.get_by_text("Consent given; receipt")).to_be_visible()
    expect(button(page, "studio-start")).to_be_enabled()

    for name in ("fear", "happy", "sad", "surprise", "neutral"):  # two are enough for a test
        page.locator(".st-key-studio-emotions").get_by_text(name, exact=True).click()
    press(page, "studio-start")
    video = page.frame_locator(VIDEO_FRAME).locator("video")
    expect(video).to_be_visible()
    expect(button(page, "studio-record")).to_be_enabled()
    assert taken(data_dir) == set(), "the camera alone stores nothing"
    press(page, "studio-record")
    mark = page.get_by_text("Recording: these pictures are stored").first
    expect(mark).to_be_visible()
    wait_for_takes(page, data_dir, {"take-0001", "take-0002"})  # it goes on by itself
    expect(button(page, "studio-record")).to_be_enabled()
    (data_dir / LONG).touch()
    press(page, "studio-record")  # and is stopped
    expect(mark).to_be_visible()
    press(page, "studio-stop")
    expect(button(page, "studio-start")).to_be_enabled()
    (data_dir / LONG).unlink()
    assert max(taken(data_dir)) == "take-0002", "a take that is stopped is thrown away"
    folder = data_dir / "recordings" / "my-faces"
    for path in [folder, *folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    record_another(folder)

    view(page, "Curate")
    faces = page.locator(".faces button")
    expect(faces.first).to_be_visible()
    expect(page.get_by_text("8 more faces are of participants whose")).to_be_visible()
    before = faces.count()
    faces.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 chosen.")).to_be_visible()
    press(page, "studio-do-reject")
    expect(page.locator(".faces button.rejected")).to_have_count(1)
    press(page, "studio-undo")
    expect(page.locator(".faces button.rejected")).to_have_count(0)
    assert faces.count() == before
    assert sideways_overflow(page) <= 0

    view(page, "Train and use")
    press(page, "studio-finetune")
    expect(button(page, "studio-use")).to_be_visible(timeout=180_000)
    expect(page.locator(".st-key-studio-confusion .js-plotly-plot")).to_be_visible()
    expect(page.get_by_text("Leaky: frames of the same take")).to_be_visible()
    spec = json.loads((data_dir / "models" / "my-faces" / "spec.json").read_text())
    assert spec["data"]["base"] == DEFAULT_MODEL
    press(page, "studio-use")
    expect(page.get_by_role("heading", name="Live")).to_be_visible()
    page.get_by_text("Choose detector").click()
    expect(page.get_by_role("combobox", name="Expression model")).to_have_value("my-faces")
    start(page)
    button(page, "stop").click()

    page.get_by_role("link", name="Data set", exact=True).click()
    view(page, "Manage")
    page.locator(".st-key-studio-erase-who input").click()
    page.get_by_role("option", name="anna").click()
    press(page, "studio-erase")
    expect(page.get_by_text("Models that learned from them: my-faces")).to_be_visible()
    assert len(list((folder / "faces").iterdir())) == 8, "the other participant's"
    left = b"".join(
        p.read_bytes()
        for p in data_dir.rglob("*")
        if p.is_file() and p.suffix in (".json", ".csv", ".md")
    )
    assert b"anna" not in left
    page.set_viewport_size({"width": 390, "height": 844})
    wait_for(page, lambda: sideways_overflow(page) <= 0, "the page fits a phone")
