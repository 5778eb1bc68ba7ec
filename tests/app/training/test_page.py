"""The Training page over runs as they lie on disk; no process is started."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.training.charts import valid_confusion
from fer_core.config import settings
from fer_core.locks import try_hold
from fer_core.runs import State, find_run
from fer_core.runs.listing import RUN_LOCK
from tests.app.pages import ROUTER, texts
from tests.app.training.conftest import MakeRun, keys, open_page


@pytest.mark.parametrize("header", [None, "localhost", "127.0.0.1:8501"])
def test_who_may_not_train_finds_no_page(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, header: str | None
) -> None:
    """Neither the menu nor the address, whatever the request says of its host."""
    if header is not None:
        monkeypatch.setattr(
            "streamlit.runtime.context.ContextProxy.headers",
            {"Host": header, "X-Forwarded-For": "127.0.0.1"},
        )
    monkeypatch.setenv("FER_ALLOW_TRAINING", "0")
    settings.cache_clear()
    app = open_page()
    assert [title.value for title in app.title] == ["Not open to you"]
    assert keys(app) == set()


def test_the_menu_has_the_page_where_training_is_allowed(allowed: None) -> None:
    app = AppTest.from_file(ROUTER, default_timeout=60)
    app.switch_page("pages/training.py").run()
    assert not app.exception
    assert "Teach a network" in texts(app)


def test_without_data_there_is_an_example_and_a_way(allowed: None) -> None:
    app = open_page()
    written = texts(app)
    assert "FER_DATA_ROOTS" in written
    assert "The accuracy of mien" in written
    assert "start-training" not in keys(app)


def test_a_run_that_works_is_shown_first_and_can_be_stopped(
    allowed: None, make_run: MakeRun
) -> None:
    make_run("lenet-old", (0.9,), state="finished")
    run = make_run("lenet-new", (0.2, 0.3), state="running", locked=True, left_s=125.0)
    run.write_json(
        "confusion.json",
        {"labels": ["a", "b"], "last": {"epoch": 2, "counts": [[1, 2], [0, 3]]}},
    )
    with try_hold(run.path / RUN_LOCK):
        app = open_page()
        assert "2 of 4 epochs · about 2 min left" in str(app.get("progress")[0].proto)
        assert len(app.get("plotly_chart")) == 4, "both runs in one, then this one's"
        assert "delete-run" not in keys(app)
        app.button(key="stop-run").click().run()
        assert find_run("lenet-new").state is State.STOPPING
        assert app.button(key="stop-run").disabled
    assert "killed" in texts(open_page(view="Runs", run="lenet-new"))


def test_resume_and_delete_with_a_question(
    allowed: None, make_run: MakeRun, spawned: list[list[str]], data_dir: Path
) -> None:
    make_run("lenet-1", (0.2,), state="stopped")
    app = open_page(view="Runs")
    assert "Stopped after 1 of 4 epochs" in texts(app)
    app.button(key="delete-run").click().run()
    assert (data_dir / "runs" / "lenet-1").is_dir(), "not before the answer"
    app.button(key="delete-yes").click().run()
    assert "There are no runs yet" in texts(app.run())
    assert not any((data_dir / "runs").glob("*lenet*"))

    make_run("lenet-2", (0.2,), state="stopped")
    app = open_page(view="Runs")
    app.button(key="resume-run").click().run()
    assert len(spawned) == 1
    assert find_run("lenet-2").state is State.QUEUED


def test_failed_runs_and_errors_are_sentences(allowed: None, make_run: MakeRun) -> None:
    make_run("lenet-1", state="failed", error="The disk is full. <b>Make</b> room, then resume.")
    broken = make_run("lenet-2", state="stopped")
    (broken.path / "config.json").write_text("{}")
    app = open_page(view="Runs", run="lenet-1")
    assert "The disk is full." in app.error[0].value
    app.selectbox(key="run").set_value("lenet-2").run()
    assert not app.exception
    assert "damaged" in app.error[0].value
    assert keys(app) == {"delete-run"}


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"labels": ["a"], "last": {"epoch": 1, "counts": [[1, 2]]}},
        {"labels": ["a"], "last": {"epoch": 1, "counts": [["x"]]}},
        {"labels": ["a"], "last": {"epoch": "1", "counts": [[1]]}},
        {"labels": ["a", "b"], "last": {"epoch": 1, "counts": [[1, 2]]}},
    ],
)
def test_a_damaged_confusion_matrix_is_left_out(value: object) -> None:
    assert valid_confusion(value) is None


def test_it_is_said_where_training_stays(allowed: None) -> None:
    assert "stay on the server" in texts(open_page())
