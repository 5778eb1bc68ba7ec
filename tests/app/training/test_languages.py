"""The page in other languages; what is stored of a run stays English."""

import pytest

from fer_core.app.language.spoken import KEY
from fer_core.app.training.recipe_words import SAID
from fer_core.runs import find_run
from fer_core.runs.adapt import startable_recipes
from tests.app.pages import texts
from tests.app.training.conftest import MakeRun, open_page


@pytest.mark.parametrize(
    ("code", "state", "stopped", "gone"),
    [
        ("de", "angehalten", "Angehalten nach 1 von 4 Epochen", "endete ohne Meldung"),
        ("tr", "durduruldu", "biten devirler: 1 / 4", "hiçbir şey bildirmeden bitti"),
    ],
)
def test_runs_are_told_in_the_language_of_the_visitor(
    code: str, state: str, stopped: str, gone: str, allowed: None, make_run: MakeRun
) -> None:
    make_run("lenet-1", (0.2,), state="stopped")
    make_run("lenet-2", (0.2, 0.3), state="running")  # its process is gone
    app = open_page(view="Runs", run="lenet-1")
    app.session_state[KEY] = code
    app.run()
    assert not app.exception, app.exception
    assert stopped in texts(app)
    assert "Stopped after" not in texts(app)
    (table,) = app.dataframe
    assert state in set(table.value["state"]), "columns keep their names for a file"
    app.selectbox(key="run").select("lenet-2").run()
    assert not app.exception, app.exception
    assert gone in texts(app)
    assert str(find_run("lenet-1").state) == "stopped"
    assert "it ended without a word" in str(find_run("lenet-2").problem)


def test_every_recipe_on_the_page_can_be_translated() -> None:
    words = {text for one in startable_recipes().values() for text in (one.title, one.about)}
    assert set(SAID) == words, "recipe_words.py holds what the files say"
