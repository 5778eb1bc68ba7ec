"""The choice of a filter on the live page, and what is said of each."""

import json
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.parts.filters import figures_text
from fer_core.app.parts.words import percent
from fer_core.app.resources import make_live_pipeline
from fer_core.app.stream import camera, webrtc
from fer_core.classification import resolve_model_dir
from fer_core.classification.recurrent import read_head_spec
from fer_core.config import settings
from fer_core.temporal import MarkovFilter, RecurrentFilter
from tests.app.fakes import FakeStream
from tests.app.pages import ROUTER, texts


@pytest.fixture(autouse=True)
def _no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "mount_camera_check", lambda *_, **__: None)
    monkeypatch.setattr(webrtc, "open_stream", FakeStream().open_stream)


def live_page() -> AppTest:
    app = AppTest.from_file(ROUTER, default_timeout=60).run()
    assert not app.exception, app.exception
    return app


def test_the_live_page_takes_the_chosen_filter() -> None:
    app = live_page()
    box = next(box for box in app.selectbox if box.label == "Filter over time")
    assert box.options == ["Plain smoothing", "Hidden Markov filter", "Recurrent network"]
    assert box.value == "plain"
    box.set_value("recurrent").run()
    assert not app.exception, app.exception
    visit = app.session_state["visit"]
    assert visit.steady == "recurrent"
    made = make_live_pipeline(visit.model, visit.detector, visit.steady)
    assert made.smoother is not None
    assert isinstance(made.smoother.steady, RecurrentFilter)
    other = make_live_pipeline(visit.model, visit.detector, "markov").smoother
    assert other is not None
    assert isinstance(other.steady, MarkovFilter)


def test_a_model_without_a_head_offers_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("FER_MODEL", "own")
    settings.cache_clear()
    left_out = shutil.ignore_patterns("recurrent", "*.keras")
    shutil.copytree(resolve_model_dir("mien"), tmp_path / "models" / "own", ignore=left_out)
    app = live_page()
    box = next(box for box in app.selectbox if box.label == "Filter over time")
    assert len(box.options) == 2
    assert "no recurrent network of its own" in texts(app)


def test_the_figures_are_those_that_were_measured() -> None:
    head = read_head_spec(resolve_model_dir("mien"))
    path = resolve_model_dir("mien") / "recurrent" / "spec.json"
    figures = json.loads(path.read_text())["figures"]["held_out_public"]
    text = figures_text(head)
    for name in ("plain", "markov", "recurrent"):
        assert percent(figures[name]["accuracy"]) in text
    assert "generated sequences" in text
    assert figures_text(head.model_copy(update={"figures": {}})) == ""
