"""Curves of several runs in one chart."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.config import settings
from tests.app.pages import texts
from tests.app.training.conftest import MakeRun, open_page


@pytest.fixture(autouse=True)
def _allowed(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_ALLOW_TRAINING", "1")
    settings.cache_clear()


def lines(app: AppTest) -> dict[str, str]:
    """Colour by run."""
    chart = json.loads(app.get("plotly_chart")[0].proto.spec)
    return {one["name"]: one["line"]["color"] for one in chart["data"]}


def test_curves_of_chosen_runs_stand_beside_their_table(make_run: MakeRun) -> None:
    for name, accuracies in (("a-1", (0.2, 0.5)), ("b-1", (0.3, 0.4)), ("c-1", (0.6,))):
        make_run(name, accuracies, state="finished")
    make_run("d-1", state="queued")
    app = open_page(view="Runs")
    assert len(app.dataframe[0].value) == 4, "the table has the run without curves, too"
    choice = app.multiselect(key="compared-runs")
    assert sorted(choice.options) == ["a-1", "b-1", "c-1"]
    colors = lines(app)
    assert len(set(colors.values())) == 3, "one colour a run"
    choice.set_value(["a-1", "c-1"]).run()
    assert lines(app) == {name: colors[name] for name in ("a-1", "c-1")}, "a run keeps its colour"
    app.segmented_control(key="compared-quantity").set_value("Loss").run()
    assert "loss (nats)" in app.get("plotly_chart")[0].proto.spec
    app.multiselect(key="compared-runs").set_value([]).run()
    assert not app.exception
    assert "Choose runs to see their curves" in texts(app)
