"""``predict`` through the real command line, with a pipeline that finds what a test wants."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from fer_core.cli import app
from fer_core.errors import ModelError
from fer_core.labels import EMOTIONS
from tests.cli.conftest import UNREADABLE, StubPipeline, png


def run(*args: str, code: int) -> tuple[str, str]:
    result = CliRunner().invoke(app, ["predict", *args])
    assert result.exit_code == code, (result.exception, result.stderr)
    assert "Traceback" not in result.stderr
    return result.stdout, result.stderr


def records(*args: str, code: int = 0) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(*args, "--json", code=code)[0].splitlines()]


def test_a_record_is_what_the_manual_says(stub: StubPipeline, pictures: Path) -> None:
    (record,) = records("./good.png")
    face = {
        "box": [0.0, 2.0, 40.0, 30.0],
        "score": 0.75,
        "label": "happy",
        "probs": {name: float(name == "happy") for name in EMOTIONS},
        "valence": 1.0,
        "pleasure": 0.81,
        "arousal": 0.51,
    }
    assert record == {"file": "./good.png", "width": 40, "height": 30, "faces": [face]}
    assert list(record) == ["file", "width", "height", "faces"]
    assert list(record["faces"][0]["probs"]) == list(EMOTIONS)


def test_stills_search_for_small_faces_and_keep_no_state(
    stub: StubPipeline, pictures: Path
) -> None:
    run("good.png", "--model", "other", "--detector", "haar", code=0)
    asked = {"live": False, "small_faces": True, "tilted": False}
    assert stub.options == {"args": ("other", "haar"), **asked}


def test_no_face_is_no_error(stub: StubPipeline, pictures: Path) -> None:
    stub.boxes = []
    (record,) = records("good.png")
    note = record.pop("note")
    assert note.startswith("No face was found: at 40 x 30 pixels this may be a face cut out")
    assert record == {"file": "good.png", "width": 40, "height": 30, "faces": []}
    assert run("good.png", code=0) == (f"good.png  40 x 30  no face\n  {note}\n", "")


def test_the_box_lies_in_the_upright_picture(stub: StubPipeline, pictures: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Path("turned.png").write_bytes(png(exif=exif))
    (record,) = records("turned.png")
    assert (record["width"], record["height"]) == (30, 40)
    assert record["faces"][0]["box"] == [0.0, 2.0, 30.0, 30.0]


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_file_is_a_sentence_and_the_rest_goes_on(
    name: str, stub: StubPipeline, pictures: Path
) -> None:
    bad, good = records(name, "good.png", code=2)
    assert set(bad) == {"file", "error"}
    assert bad["file"] == name
    assert UNREADABLE[name][1] in bad["error"]
    assert "faces" in good

    stdout, stderr = run(name, "good.png", code=2)
    assert stderr == bad["error"] + "\n"
    assert stdout.startswith("good.png  40 x 30  1 face\n")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("missing.jpg", "missing.jpg does not exist"),
        ("no/such/folder/", "does not exist"),
        ("", "An empty path"),
        ("two\nlines.jpg", r"two\nlines.jpg does not exist"),
        ("void", "void is a folder without pictures"),
        ("pipe", "is a device or pipe"),
        ("good.png/inside.png", "cannot be opened"),
        ("x" * 300 + ".png", "cannot be opened"),
    ],
)
def test_bad_paths(path: str, words: str, stub: StubPipeline, pictures: Path) -> None:
    Path("void").mkdir()
    os.mkfifo("pipe")
    bad, good = records(path, "good.png", code=2)
    assert bad["file"] == path
    assert words in bad["error"]
    assert "\n" not in bad["error"]
    assert "faces" in good


def _refuse(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_a_file_that_may_not_be_read(
    stub: StubPipeline, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "open", _refuse)  # root, who may run the tests, may read anything
    (record,) = records("good.png", code=2)
    assert record["error"] == "good.png may not be read: permission denied; allow reading it."


def test_a_folder_that_may_not_be_listed(
    stub: StubPipeline, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "scandir", _refuse)
    (record,) = records("folder", code=2)
    assert record["error"] == "folder may not be read: permission denied; allow reading it."


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_in_a_folder_that_may_not_be_entered(stub: StubPipeline, pictures: Path) -> None:
    Path("locked").mkdir(mode=0)
    (record,) = records("locked/good.png", code=2)
    assert record["error"].startswith("locked/good.png may not be read: permission denied")


def test_links_that_lead_nowhere_do_not_hide_a_folders_pictures(
    stub: StubPipeline, pictures: Path
) -> None:
    folder = Path("album")
    folder.mkdir()
    (folder / "a.png").write_bytes(png())
    (folder / "b.png").symlink_to("b.png")
    (folder / "c.png").symlink_to("gone.png")
    good, looped, dangling = records("album", code=2)
    assert good["file"] == "album/a.png"
    assert "faces" in good
    assert "album/b.png cannot be opened" in looped["error"]
    assert dangling["error"] == "album/c.png does not exist; check the path."


def test_a_folder_stands_for_its_pictures_sorted(stub: StubPipeline, pictures: Path) -> None:
    folder = Path("album")
    (folder / "deeper.png").mkdir(parents=True)
    for name in ("b.png", "a.PNG", "c.jpeg", ".hidden.png"):
        (folder / name).write_bytes(png())
    for name in ("notes.txt", "clip.mp4"):
        (folder / name).write_bytes(b"no picture")
    assert [r["file"] for r in records("album", "./album/")] == [
        *("album/a.PNG", "album/b.png", "album/c.jpeg"),
        *("./album/a.PNG", "./album/b.png", "./album/c.jpeg"),
    ]


def test_a_name_of_any_bytes(stub: StubPipeline, pictures: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    Path(name).write_bytes(png())
    assert records(name)[0]["file"] == name
    assert run(name, code=0)[0].startswith("caf\\udce9.png  40 x 30")


def test_text_for_people(stub: StubPipeline, pictures: Path) -> None:
    stub.boxes = [[1, 2, 10, 20], [20, 2, 30, 20]]
    first, *faces = run("good.png", code=0)[0].splitlines()
    assert first == "good.png  40 x 30  2 faces"
    assert len(faces) == 2
    assert faces[0].startswith("  happy     happy 100.0 %")
    assert faces[0].endswith("at 1,2 - 10,20")


def test_an_error_of_the_model_stops_everything(
    pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ModelError("There is no model 'x'. Choose one of: mien.")

    monkeypatch.setattr("fer_core.pipeline.build_pipeline", fail)
    assert run("good.png", "--json", code=2) == (
        "",
        "There is no model 'x'. Choose one of: mien.\n",
    )


def test_a_setting_without_sense_is_a_sentence(
    pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fer_core.config import settings

    monkeypatch.setenv("FER_MAX_PIXELS", "many")
    settings.cache_clear()
    try:
        stdout, stderr = run("good.png", code=2)
    finally:
        settings.cache_clear()
    assert stdout == ""
    assert "FER_MAX_PIXELS" in stderr
    assert stderr.count("\n") == 1


def test_no_path_is_a_usage_error(stub: StubPipeline) -> None:
    assert CliRunner().invoke(app, ["predict"]).exit_code == 2
