"""The Training page over runs as they lie on disk; no process is started."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.training import form as training_form
from fer_core.app.training.charts import valid_confusion
from fer_core.classification.registry import live_choice
from fer_core.config import settings
from fer_core.locks import try_hold
from fer_core.runs import State, find_run
from fer_core.runs.adapt import startable_recipes
from fer_core.runs.listing import RUN_LOCK
from fer_core.runs.preview import Preview
from fer_core.storage import shared_store
from fer_core.storage.audit import list_entries
from fer_core.training.run import RunFolder
from tests.app.live.test_page import ROUTER, texts

MakeRun = Callable[..., RunFolder]
LABELS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


def draw() -> None:
    from fer_core.app.training.page import show_training_page

    show_training_page()


@pytest.fixture
def allowed(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_ALLOW_TRAINING", "1")
    settings.cache_clear()


def open_page(**address: str) -> AppTest:
    app = AppTest.from_function(draw, default_timeout=60)
    for key, value in address.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception
    return app


def keys(app: AppTest) -> set[str | None]:
    return {button.key for button in app.button}


def report_of(**changes: object) -> dict[str, Any]:
    """What is said of a set that could train a model."""
    report = {
        "data": "made",
        "n": 140,
        "labels": list(LABELS),
        "splits": {"train": dict.fromkeys(LABELS, 20)},
        "plan": {
            "problem": None,
            "note": "stratified 8:1:1, seed 0",
            "counts": {"train": 112, "public_test": 14, "private_test": 14},
            "shares_twins": False,
        },
        "has_votes": False,
        "duplicates": [],
        "warnings": ["One file is <b>odd</b>."],
    }
    return report | changes


def look_at(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """Every set looks like this one."""
    preview = Preview(report_of(**changes), None)
    monkeypatch.setattr(training_form, "load_preview", lambda path, stamp, near, choice: preview)


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


def test_a_path_elsewhere_is_refused(allowed: None, tmp_path: Path) -> None:
    (tmp_path / "roots" / "set" / "happy").mkdir(parents=True)
    for path in ("/etc", "/etc/nothing"):
        app = AppTest.from_function(draw, default_timeout=60)
        app.session_state["data-path"] = path
        app.run()
        assert not app.exception
        assert "does not lie under FER_DATA_DIR or FER_DATA_ROOTS" in app.error[0].value
        assert "start-training" not in keys(app)


def test_start_with_other_settings(
    allowed: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spawned: list[list[str]]
) -> None:
    (tmp_path / "roots" / "set" / "happy").mkdir(parents=True)
    look_at(monkeypatch)
    app = open_page()
    written = texts(app)
    assert "Trains on 112" in written, "the recipe keeps the set's own split"
    assert "One file is" in written
    assert "no FER+ votes" in written
    app.number_input(key="epochs-first").set_value(2).run()
    app.button(key="start-training").click().run()
    assert not app.exception
    (command,) = spawned
    run = find_run(Path(command[4]).name)
    assert run.recipe["epochs"] == 2
    assert run.data["path"] == str(tmp_path / "roots" / "set")
    assert app.session_state["run"] == run.name
    assert "place 1 in the queue" in texts(app)
    assert app.button(key="stop-run")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"duplicates": None}, "pictures, not faces"),
        (
            {"plan": {"problem": "Too few.", "note": None, "counts": {}, "shares_twins": False}},
            "Too few.",
        ),
        ({"labels": ["happy"], "splits": {"train": {"happy": 9}}}, "at least two classes"),
    ],
)
def test_a_set_that_cannot_train_says_why(
    allowed: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, changes: dict, says: str
) -> None:
    (tmp_path / "roots" / "set" / "happy").mkdir(parents=True)
    look_at(monkeypatch, **changes)
    app = open_page()
    assert says in texts(app)
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


def test_a_model_is_made_compared_used_live_and_taken_back(
    allowed: None, make_run: MakeRun, spawned: list[list[str]], data_dir: Path
) -> None:
    run = make_run("lenet-1", (0.2,), weights=True, state="finished")
    app = open_page(view="Runs")
    app.text_input(key="model-name-lenet-1").set_value("mien").run()
    app.button(key="export-run").click().run()
    assert spawned == []
    assert "belongs to the project" in texts(app)
    app.text_input(key="model-name-lenet-1").set_value("mine").run()
    app.button(key="export-run").click().run()
    assert spawned[0][:4] == ["export", str(run.path), "--name", "mine"]

    install_model(data_dir / "models" / "mine")
    run.write_json("export.json", EXPORT)
    app = open_page(view="Runs")
    written = texts(app)
    assert "50.0 % on the 3,589 validation faces (95 % interval 48.4 to 51.6 %)" in written
    assert "mien" in written
    assert "Neither is ahead." in written
    app.button(key="use-live").click().run()
    assert live_choice() == "mine"
    with shared_store().read() as session:
        noted = [entry.subject for entry, _ in list_entries(session)]
    assert noted[0].startswith("live model: mien to mine, sha256 ")
    assert "It serves the live page." in texts(app.run()) + str([s.value for s in app.success])
    app.button(key="live-back").click().run()
    assert live_choice() == "mien"

    (data_dir / "models" / "mine" / "model_int8.tflite").write_bytes(b"damaged")
    app.button(key="use-live").click().run()
    assert live_choice() == "mien", "a damaged model never goes live"
    assert app.error


def test_a_worse_model_is_no_big_button_and_asks_first(
    allowed: None, make_run: MakeRun, data_dir: Path
) -> None:
    run = make_run("lenet-1", (0.2,), weights=True, state="finished")
    install_model(data_dir / "models" / "mine")
    figures = [
        {"accuracy": 0.142, "ci95": [0.131, 0.154]},
        {"accuracy": 0.702, "ci95": [0.68, 0.72]},
    ]
    comparison = EXPORT["comparison"] | {"figures": figures, "n": 718, "left_out": 2871}
    leaky = {"split": "frame-level 8:1:1, seed 0 (leaky)", "leaky": True}
    run.write_json("export.json", EXPORT | leaky | {"comparison": comparison | {"leaky": True}})
    app = open_page(view="Runs")
    written = texts(app)
    assert "Split: frame-level 8:1:1, seed 0 (leaky)." in written
    assert "2,871 faces are left out, which mien had trained on" in written
    assert sum("leaky" in box.value for box in app.warning) == 2, "figure and comparison"
    assert any("70.2 %" in block.proto.body for block in app.get("html"))
    button = app.button(key="use-live")
    assert button.proto.type == "secondary"
    button.click().run()
    assert live_choice() == "mien", "not before the answer"
    asked = texts(app)
    assert "56.0 points fewer" in asked
    assert "no better than guessing" in asked
    app.button(key="use-live-yes").click().run()
    assert live_choice() == "mine"


EXPORT: dict[str, Any] = {
    "state": "finished",
    "model": "mine",
    "accuracy": 0.5,
    "accuracy_ci95": [0.484, 0.516],
    "n": 3589,
    "comparison": {
        "names": ["mine", "mien"],
        "figures": [{"accuracy": 0.5, "ci95": [0.4, 0.6]}, {"accuracy": 0.5, "ci95": [0.4, 0.6]}],
        "n": 3589,
        "words": "Neither is ahead.",
        "same_data": True,
    },
}


def install_model(folder: Path) -> None:
    """A copy of a shipped model, as an export leaves one."""
    import shutil

    from fer_core.classification import resolve_model_dir

    shutil.copytree(resolve_model_dir("lenet"), folder)
    spec = (folder / "spec.json").read_text(encoding="utf-8")
    (folder / "spec.json").write_text(spec.replace('"name": "lenet"', '"name": "mine"'))


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


def test_an_export_that_was_killed_says_so(allowed: None, make_run: MakeRun) -> None:
    run = make_run("lenet-1", (0.2,), weights=True, state="finished")
    told = {"state": "running", "step": "Quantising", "share": 0.4, "model": "mine"}
    run.write_json("export.json", told | {"updated_s": time.time()})
    assert "export-run" not in keys(open_page(view="Runs")), "it may only just have started"
    run.write_json("export.json", told | {"updated_s": time.time() - 1e4})
    app = open_page(view="Runs")
    assert "it was killed" in app.error[0].value
    assert app.button(key="export-run")


@pytest.mark.parametrize(
    ("recipe", "words"),
    [("lenet", "That is leaky"), ("dcnn5", "divides the faces anew, 8:1:1"), ("first", None)],
)
def test_the_form_says_how_the_recipe_splits(
    recipe: str,
    words: str | None,
    allowed: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The preview above it tells of the set's own split, whatever the recipe does."""
    (tmp_path / "roots" / "set" / "happy").mkdir(parents=True)
    look_at(monkeypatch)
    app = open_page()
    app.selectbox(key="recipe").set_value(recipe).run()
    assert not app.exception, app.exception
    said = [box.value for box in (*app.warning, *app.info)]
    found = [text for text in said if "This recipe divides" in text]
    assert ("Split: " in texts(app)) is (words is None), "one word on the split, the recipe's"
    assert len(found) == (words is not None)
    assert words is None or words in found[0]
    assert any("leaky" in box.value for box in app.warning) is (recipe == "lenet")


def test_recipes_have_names_and_cautions_one_box(
    allowed: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "roots" / "set" / "happy").mkdir(parents=True)
    look_at(monkeypatch)
    app = open_page()
    shown = app.selectbox(key="recipe").options
    assert shown[0] == "Mien's first network (first)"
    assert all(one.endswith(")") for one in shown), shown
    assert not any("--" in recipe.about for recipe in startable_recipes().values())
    assert [box.value for box in app.warning] == ["One file is <b>odd</b>."]
    look_at(monkeypatch, warnings=["One.", "Two."])
    app = open_page()
    assert not app.warning
    assert [one.label for one in app.expander][1:] == [
        "**2 things to know about this set before training**",
        "Epochs, learning rate, name and more",
    ]
    assert "- One.\n- Two." in texts(app)


def test_it_is_said_where_training_stays(allowed: None) -> None:
    assert "stay on the server" in texts(open_page())
