"""The About page."""

from streamlit.testing.v1 import AppTest

from fer_core.classification.identity import identify_model
from tests.app.live.conftest import Browser, browser
from tests.app.pages import ROUTER, texts

__all__ = ["browser"]


def test_about_says_what_is_measured_the_law_and_the_licences(browser: Browser) -> None:
    app = AppTest.from_file(ROUTER, default_timeout=60).run()
    app.switch_page("pages/about.py").run()
    assert not app.exception
    written = texts(app)
    for expected in ("What is measured, and what is not", "2024/1689", "never stored", "0.1.0"):
        assert expected in written
    models, licences, packages = (table.value for table in app.table)
    mien = models.set_index("model").loc["mien"]
    assert mien["SHA-256 of its file"] == identify_model("mien").sha256[:12]
    assert mien["learned from"] == "fer2013, official"
    assert "is the one to ask" in written
    assert "rights unclear" in " ".join(licences["licence"])
    row = packages.set_index("package").loc["streamlit"]
    assert (row["version"], row["licence"]) == ("1.67.0", "Apache-2.0")
