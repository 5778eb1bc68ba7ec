"""Classes that name no emotion: the page asks what they mean, and trains with the answer."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.training import form
from fer_core.datasets.unnamed import unnamed_classes
from fer_core.errors import DataError
from fer_core.runs import find_run
from fer_core.runs.preview import Preview
from tests.app.pages import texts
from tests.app.training.conftest import draw, report_of


@pytest.fixture
def misspelt(tmp_path: Path) -> Path:
    folder = tmp_path / "roots" / "set"
    for name in ("Suprise", "happy", "sad", "outtakes"):
        (folder / name).mkdir(parents=True)
    return folder


def test_a_near_miss_takes_a_press(
    allowed: None, misspelt: Path, spawned: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(path: str, stamp: object, near: bool, choice: tuple[tuple[str, str], ...]) -> Preview:
        if dict(choice) != {"Suprise": "surprise", "outtakes": ""}:
            raise DataError("Suprise, outtakes name no emotion.")
        return Preview(report_of(), None)

    monkeypatch.setattr(form, "load_preview", look)
    app = AppTest.from_function(draw, default_timeout=60).run()
    assert [box.value for box in app.selectbox][1:] == ["surprise", None]
    assert app.button(key="use-classes").disabled
    app.selectbox[2].select("leave out").run()
    app.button(key="use-classes").click().run()
    assert not app.error
    said = texts(app).replace("\u2068", "").replace("\u2069", "")  # isolates of the names
    assert "Suprise is surprise, outtakes is left out." in said
    app.button(key="start-training").click().run()
    (command,) = spawned
    data = find_run(Path(command[4]).name).data
    assert (data["classes"], data["ignore"]) == ({"suprise": "surprise"}, ["outtakes"])


def test_unnamed_classes(misspelt: Path, tmp_path: Path) -> None:
    assert unnamed_classes(misspelt) == ("Suprise", "outtakes")
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("file,participant,clip,emotion,time_s\na.png,p,c,Happyness,0\n")
    assert unnamed_classes(manifest) == unnamed_classes(tmp_path) == ("Happyness",)
