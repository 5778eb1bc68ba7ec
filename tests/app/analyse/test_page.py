"""The Analyse page as Streamlit runs it, with real uploads."""

import io
from pathlib import Path

import pytest

from fer_core.app.analyse.desk import AnalyseDesk
from fer_core.app.analyse.drawn import faces_at
from fer_core.labels import EMOTIONS
from fer_core.temporal import FILTERS
from tests.analysis.clips import write_video
from tests.app.analyse.conftest import open_page
from tests.app.pages import texts
from tests.clock import wait_until


def test_page_before_the_first_file() -> None:
    app = open_page()
    assert "deleted an hour after you last used them" in texts(app)
    assert app.button(key="analyse").disabled
    assert "as the model sees it" in texts(app)
    assert not app.expander[0].proto.expanded


def test_page_analyses_an_upload(tmp_path: Path, portrait: Path) -> None:
    """Real files through the real worker process, and what is shown of them."""
    clip = write_video(tmp_path / "clip.mp4", frames=25)
    app = open_page()
    app.file_uploader[0].set_value(
        [
            ("clip.mp4", clip.read_bytes(), "video/mp4"),
            ("face.png", portrait.read_bytes(), "image/png"),
            ("diary.mp4", b"Dear diary", "video/mp4"),
        ]
    )
    app.run()
    app.button(key="analyse").click().run()
    assert not app.exception
    desk: AnalyseDesk = app.session_state["analyse-desk"]
    assert desk.job is not None
    assert app.button(key="cancel-analysis")
    wait_until(lambda: not desk.job.is_running, 120)  # type: ignore[union-attr]
    app.run()
    assert not app.exception, app.exception
    (problem,) = [e.value for e in app.error]
    assert problem.startswith("diary.mp4 cannot be read as a video")
    assert "Strongest moments" in texts(app)
    assert [m.label for m in app.metric] == ["Stress ratio", "Happiness ratio"]
    changes = [frame.value for frame in app.dataframe if "variability" in frame.value.columns]
    assert list(changes[0]["expression"]) == list(EMOTIONS)
    assert [name for name in changes[0].columns if name.startswith("to ")] == [
        f"to {name}" for name in EMOTIONS
    ]
    assert changes[0]["variability"].max() > 0
    app.slider(key="at-clip").set_value(1.5).run()
    assert not app.exception
    found = faces_at(desk.results / "clip.parquet", 1.5)
    assert found is not None
    assert found.labels == ("happy",)
    app.button(key="compare-filters-clip-1").click().run()
    assert not app.exception, app.exception
    for name in FILTERS.values():
        assert f"**{name}**: the label changes" in texts(app)
    app.selectbox(key="analyse-file").set_value(1).run()
    assert not app.exception, app.exception
    assert "Download" in texts(app)
    assert [button.proto.label for button in app.get("download_button")][:2] == [
        "Report (HTML)",
        "Table by frame (CSV)",
    ]
    app.button(key="again").click().run()
    assert not app.exception, app.exception
    assert desk.folder.exists(), "more files come beside those that are there"
    assert app.button(key="analyse").disabled
    app.button(key="back-to-results").click().run()
    assert "Download" in texts(app)
    app.button(key="delete-results").click().run()
    assert desk.folder.exists(), "not before the answer"
    app.button(key="delete-yes").click().run()
    assert not app.exception, app.exception
    assert not desk.folder.exists()
    assert app.button(key="analyse").disabled
    app.session_state["analyse-desk"].clear()


def test_page_analyses_a_snapshot_with_the_chosen_filter(
    portrait: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AppTest has no camera: what the browser's would give is put in its place."""
    shot = io.BytesIO(portrait.read_bytes())
    monkeypatch.setattr("streamlit.camera_input", lambda label, key: shot)
    app = open_page()
    steady = next(box for box in app.selectbox if box.label == "Filter over time")
    assert len(steady.options) == 3
    assert "Measured on generated sequences" in texts(app)
    steady.set_value("recurrent").run()
    assert app.button(key="analyse").disabled
    app.segmented_control[0].set_value("Camera").run()
    app.button(key="analyse").click().run()
    desk: AnalyseDesk = app.session_state["analyse-desk"]
    assert desk.job is not None
    assert desk.job.options.filter == "recurrent"
    wait_until(lambda: not desk.job.is_running, 120)  # type: ignore[union-attr]
    app.run()
    assert not app.exception, app.exception
    assert [outcome.status for outcome in desk.job.state().outcomes] == ["done"]
    assert (desk.results / "snapshot.frames.json").is_file()
    assert "Download" in texts(app)
    desk.clear()
