"""The Metrics page and its report in the visitor's language, their files in English."""

from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.language.language import language_of
from fer_core.app.language.spoken import speaking
from fer_core.app.metrics.panels import PANELS, make_panel
from fer_core.app.metrics.report import make_report
from fer_core.app.metrics.view import View
from fer_core.app.parts.blocks import Styling, Table
from tests.app.metrics.test_page import models as models
from tests.app.metrics.test_page import open_page, texts
from tests.app.metrics.test_report import view as view


def shown_in(code: str, **address: str | list[str]) -> AppTest:
    script = "from fer_core.app.metrics.page import show_metrics_page\nshow_metrics_page()\n"
    app = AppTest.from_string(script, default_timeout=90)
    app.session_state["mien_language"] = code
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    return app


@pytest.mark.parametrize("panel", PANELS)
def test_a_table_is_shown_in_german_and_its_file_is_in_english(view: View, panel: str) -> None:
    def tables() -> list[Table]:
        made = make_panel(panel, view, Styling(), private=lambda: dict(view.scorings))
        return [block for block in made if isinstance(block, Table)]

    english = tables()
    with speaking(language_of("de")):
        german = tables()
    assert [one.csv() for one in german] == [one.csv() for one in english]
    assert english or panel == "Robustness"
    for one, other in zip(german, english, strict=True):
        assert list(one.frame.columns) != list(other.frame.columns)
        assert len(set(one.frame.columns)) == len(other.frame.columns)
        shown = [len(set(table.formats) & set(table.frame.columns)) for table in (one, other)]
        assert shown[0] == shown[1], "the same columns have their format"


@pytest.mark.parametrize("code", ["de", "tr"])
def test_the_report_is_in_the_language_of_the_page(view: View, code: str) -> None:

    with speaking(language_of(code)):
        text = make_report(view, made_at=datetime(2026, 1, 2), image_format="png", private=dict)
    assert f'<html lang="{code}">' in text
    assert {"de": "Kalibrierung", "tr": "Kalibrasyon"}[code] in text
    assert "Calibration error" not in text
    assert "The likeliest mistake" not in text


@pytest.mark.parametrize("code", ["de", "tr"])
def test_an_english_address_opens_the_same_cell(models: Path, code: str) -> None:
    english = open_page(view="Confusion", labelled="fear", answered="fear")
    app = shown_in(code, view="Confusion", labelled="fear", answered="fear")
    assert app.selectbox(key="labelled").value == "fear"
    assert len(app.get("plotly_chart")) == len(english.get("plotly_chart")) == 1
    assert "rightly read as" not in texts(app)
    assert {"de": "„Angst“", "tr": "korku"}[code] in texts(app)


def test_an_address_opens_its_panel_in_any_language(models: Path) -> None:
    for address in ("Calibration", "Kalibrierung", "Kalibrasyon"):
        for code in ("en", "de", "tr"):
            assert len(shown_in(code, view=address).get("plotly_chart")) == 1, (address, code)
