"""What Python people import: light, complete, and with the command line's numbers."""

import csv
import doctest
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import fer_core as fer
from fer_core.cli import app
from fer_core.config import PROJECT_ROOT as ROOT
from fer_core.labels import EMOTIONS
from tests.analysis.clips import write_video

#: What an import may bring; seconds are for a machine that is busy with other things.
IMPORT_S = 3.0
HEAVY = {"tensorflow", "keras", "streamlit", "streamlit_webrtc", "cv2", "numpy", "av", "pydantic"}
EXAMPLES = ("README.md", "docs/python.md")

LIGHT = """
import json, sys, time
before = set(sys.modules)
begun = time.perf_counter()
import fer_core
took = time.perf_counter() - begun
print(json.dumps([took, len(dir(fer_core)), sorted(set(sys.modules) - before)]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, portrait: Path) -> Path:
    """A person's folder: a photo and a clip."""
    made = tmp_path_factory.mktemp("person")
    shutil.copyfile(portrait, made / "photo.png")
    write_video(made / "clip.mp4")
    return made


def _run(*args: str | Path) -> str:
    done = CliRunner().invoke(app, [*map(str, args)])
    assert done.exit_code == 0, (done.exception, done.stderr)
    return done.stdout


def test_importing_loads_nothing_but_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    took_s, names, loaded = json.loads(done.stdout)
    print(f"import fer_core: {took_s * 1000:.1f} ms")
    assert not HEAVY & {name.split(".")[0] for name in loaded}
    assert [name for name in loaded if name.startswith("fer_core.")] == []
    assert names > len(fer.__all__)
    assert took_s < IMPORT_S


def test_every_name_is_there_and_no_other() -> None:
    assert [name for name in fer.__all__ if getattr(fer, name, None) is None] == []
    assert set(fer.__all__) <= set(dir(fer))
    with pytest.raises(AttributeError, match=r"module 'fer_core' has no attribute 'analyse'"):
        fer.analyse  # type: ignore[attr-defined] # noqa: B018


def test_a_picture_has_the_numbers_of_predict(folder: Path) -> None:
    told = json.loads(_run("predict", folder / "photo.png", "--json"))
    for source in (folder / "photo.png", (folder / "photo.png").read_bytes()):
        record = fer.analyze(source)
        assert (record.width, record.height, record.time_s) == (told["width"], told["height"], 0.0)
        assert [face.to_dict() for face in record.faces] == told["faces"]
    assert len(told["faces"]) == 1


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, ()),
        (
            {"every_s": 0.45, "smooth_s": 0.0, "detector": "full"},
            ("--every", "0.45", "--smooth", "0", "--detector", "full"),
        ),
        ({"steady": "recurrent"}, ("--filter", "recurrent")),
    ],
)
def test_a_video_has_the_numbers_of_analyze(
    options: dict[str, object], arguments: tuple[str, ...], folder: Path, tmp_path: Path
) -> None:
    _run("analyze", folder / "clip.mp4", "--out", tmp_path, "--jobs", "1", *arguments)
    with (tmp_path / "clip.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    seen = [
        {
            "time_s": str(frame.time_s),
            "track_id": str(face.track_id),
            **{name: str(v) for name, v in zip(("x1", "y1", "x2", "y2"), face.box, strict=True)},
            "score": str(face.score),
            **{name: str(face.probabilities[name]) for name in EMOTIONS},
            "label": face.label,
        }
        for frame in fer.watch(folder / "clip.mp4", **options)  # type: ignore[arg-type]
        for face in frame.faces
    ]
    assert len(seen) > 3
    assert seen == [{name: row[name] for name in seen[0]} for row in rows]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"every_s": 0.0}, "every must be above 0"),
        ({"steady": "none-such"}, "There is no filter 'none-such'"),
        ({"detector": "none-such"}, "none-such"),
        ({"model": "none-such"}, "There is no model 'none-such'"),
    ],
)
def test_watch_refuses_before_the_first_frame(options: dict[str, object], error: str) -> None:
    with pytest.raises(fer.FerError, match=error):
        fer.watch("clip.mp4", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("page", EXAMPLES)
def test_examples_give_what_they_say(
    page: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As typed into Python: the README's from the project's folder, the manual's from one's own."""
    text = (ROOT / page).read_text(encoding="utf-8")
    monkeypatch.chdir(ROOT if page == "README.md" else folder)
    examples = doctest.DocTestParser().get_doctest(text, {}, page, page, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    said: list[str] = []
    assert runner.run(examples, out=said.append).failed == 0, "".join(said)
    assert examples.examples


def test_every_name_has_an_example() -> None:
    text = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"^(?:>>>|\.\.\.) (.+)$", text, re.M))
    assert [name for name in fer.__all__ if not re.search(rf"\bfer\.{name}\b", code)] == []
