"""Blocks and the report, without Streamlit."""

import re
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from fer_core.app.metrics.panel_compare import pareto_front
from fer_core.app.metrics.panel_errors import make_confusion_figure
from fer_core.app.metrics.panels import PANELS, make_panel
from fer_core.app.metrics.report import make_report
from fer_core.app.metrics.view import View
from fer_core.app.parts.blocks import Styling, chart_config
from fer_core.evaluation.analysis import Scoring
from fer_core.evaluation.catalog import read_catalog
from fer_core.evaluation.claims import read_claims
from fer_core.labels import EMOTIONS
from fer_core.text import markdown_sentence
from tests.evaluation.made import KEY, make_model, make_predictions


@pytest.fixture
def view(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> View:
    monkeypatch.setattr("fer_core.classification.registry.MODELS_DIR", tmp_path)
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path / "data"))
    for name in ("one", "dcnn5"):
        make_model(tmp_path, name)
    entries = read_catalog()
    scorings = {e.name: Scoring(make_predictions(e.name)) for e in entries}
    return View(entries, entries, KEY, scorings, focus=entries[0], published=read_claims())


def test_the_report_is_one_file_that_needs_no_network(view: View) -> None:
    text = make_report(view, made_at=datetime(2026, 1, 2, 3, 4), image_format="svg", private=dict)
    assert "2026-01-02 03:04" in text
    assert [panel for panel in PANELS if f"<h2>{panel}" not in text] == []
    assert "plotly.js v" in text[:20_000], "plotly.js is inside"
    outside = re.sub(r"<script>.*?</script>", "", text, count=1, flags=re.S)
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=", outside)
    assert not re.search(r"url\(|@import", outside)
    assert outside.count("Plotly.newPlot") >= 12
    assert '"format": "svg"' in outside


def test_what_is_written_into_the_report_is_text(view: View) -> None:
    odd = View((), view.everything, "<b>x</b>_all", {}, published=view.published)
    text = make_report(odd, made_at=datetime(2026, 1, 1), image_format="png", private=dict)
    assert "<b>x</b>" not in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text


@pytest.mark.parametrize("panel", PANELS)
def test_without_scorings_every_panel_says_something(view: View, panel: str) -> None:
    bare = View(view.chosen, view.everything, KEY, {}, published=view.published)
    assert make_panel(panel, bare, Styling())


@pytest.mark.parametrize("normalized", [True, False])
def test_a_marker_lies_over_every_cell(normalized: bool) -> None:
    scoring = Scoring(make_predictions())
    figure = make_confusion_figure(
        scoring, normalized=normalized, styling=Styling.of("dark"), chosen=(1, 2)
    )
    heat, markers = figure.data
    assert len(markers.x) == 49
    assert (markers.y[9], markers.x[9]) == ("disgust", "fear")
    assert markers.marker.opacity == 0
    assert re.fullmatch(r"\d+ of 10 disgust faces \(.* %\) taken for fear", markers.hovertext[9])
    shown = np.array([[float(t) for t in row] for row in heat.text])
    if normalized:
        assert shown.sum(axis=1) == pytest.approx([100] * 7, abs=4)
    else:
        assert shown.tolist() == scoring.confusion.tolist()
    assert list(heat.x) == list(EMOTIONS)
    assert len(figure.layout.shapes) == 1


@pytest.mark.parametrize(
    ("points", "front"),
    [
        ([(1, 5), (2, 4), (3, 9)], [(1, 5), (3, 9)]),
        ([(2, 7), (1, 7)], [(1, 7)]),
        ([(1, 3), (1, 5)], [(1, 5)]),
        ([], []),
    ],
)
def test_the_front_holds_what_nothing_beats(
    points: list[tuple[float, float]], front: list[tuple[float, float]]
) -> None:
    assert pareto_front(points) == front


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_charts_are_saved_in_the_browser(kind: str) -> None:
    options = chart_config("roc", kind)["toImageButtonOptions"]
    assert options == {"format": kind, "filename": "mien-roc", "scale": 2}


def test_names_are_shown_as_they_are() -> None:
    assert markdown_sentence("a*b $5 [x] `--split`") == "a\\*b \\$5 \\[x\\] `--split`"
