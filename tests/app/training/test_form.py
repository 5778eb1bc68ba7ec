"""The form that starts a run: what it asks, what it refuses, and what it says of a set."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.runs import find_run
from fer_core.runs.adapt import startable_recipes
from tests.app.pages import texts
from tests.app.training.conftest import draw, keys, look_at, open_page


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
