"""Import on the Data set page: what words mean that an archive's faces are labelled by."""

import io
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.studio import StudioSet, list_sets
from fer_core.studio.archive import export_set
from fer_core.studio.consent import RecordingConsent
from tests.app.fakes import written
from tests.app.studio.conftest import open_page


def relabelled(found: StudioSet, words: dict[str, str]) -> bytes:
    """The set as an archive of somebody who names expressions otherwise."""
    plain, out = io.BytesIO(), io.BytesIO()
    export_set(found, plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "manifest.csv":
                text = data.decode()
                for emotion, word in words.items():
                    text = text.replace(f",{emotion},", f",{word},")
                data = text.encode()
            target.writestr(name, data)
    return out.getvalue()


def bring(data: bytes) -> AppTest:
    app = open_page("Manage")
    app.text_input(key="studio-archive-title").set_value("copy")
    (box,) = [one for one in app.file_uploader if one.key == "studio-archive"]
    box.set_value([("set.zip", data, "application/zip")])
    app.run()
    assert not app.exception, app.exception
    return app


def test_words_that_name_nothing_are_asked_about(
    made: tuple[StudioSet, dict[str, RecordingConsent]], owner: None
) -> None:
    found, _ = made
    app = bring(relabelled(found, {"angry": "Angrry", "disgust": "outtakes", "fear": "Angst"}))
    asked = {
        box.label.strip("\u2068\u2069"): box
        for box in app.selectbox
        if "-class-" in (box.key or "")
    }
    assert {name: box.value for name, box in asked.items()} == {"Angrry": "angry", "outtakes": None}
    assert app.button(key="studio-import").disabled
    asked["outtakes"].select("leave out").run()
    app.button(key="studio-import").click().run()
    assert not app.exception
    assert "16 faces taken in" in written(app), written(app)
    (copy,) = [one for one in list_sets() if one.name == "copy"]
    assert {row.emotion for row in copy.rows()} == {"angry", "fear"}


def test_an_archive_of_ours_asks_nothing(
    made: tuple[StudioSet, dict[str, RecordingConsent]], owner: None
) -> None:
    app = bring(relabelled(made[0], {}))
    assert not [box for box in app.selectbox if "-class-" in (box.key or "")]
    app.button(key="studio-import").click().run()
    assert "24 faces taken in" in written(app)


@pytest.mark.parametrize("data", [b"no archive", b""])
def test_what_is_no_archive_is_said_by_the_import(
    made: tuple[StudioSet, dict[str, RecordingConsent]], owner: None, data: bytes, tmp_path: Path
) -> None:
    app = bring(data)
    app.button(key="studio-import").click().run()
    assert "This is no archive of a set" in app.error[0].value
