"""The command line as people start it: a process of its own, on real files, with the real model."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fer_core.config import PROJECT_ROOT
from fer_core.labels import EMOTIONS, UNSURE
from tests.cli.conftest import UNREADABLE
from tests.imaging.pictures import encoded

PORTRAIT = PROJECT_ROOT / "fer_core" / "assets" / "astronaut.png"
#: x1 y1 x2 y2 of Eileen Collins's face in the portrait, measured by eye.
FACE = (180, 75, 270, 190)


def mien(*args: str, **options: Any) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(PROJECT_ROOT)} | options.pop("env", {})
    return subprocess.run(
        [sys.executable, "-m", "fer_core", *args],
        capture_output=True,
        text=True,
        env=env,
        timeout=120,
        **options,
    )


def loaded_after(*args: str) -> tuple[list[str], str]:
    """Top-level modules in memory after a command, and what it printed."""
    code = (
        "import sys\n"
        "from fer_core.cli import app\n"
        f"try: app({list(args)!r})\n"
        "except SystemExit as done: assert not done.code, done.code\n"
        "print(sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT_ROOT, check=True
    )
    modules: list[str] = json.loads(result.stderr.splitlines()[-1].replace("'", '"'))
    return modules, result.stdout


def test_predict_on_the_portrait_without_tensorflow() -> None:
    modules, stdout = loaded_after("predict", str(PORTRAIT), "--json")
    assert "ai_edge_litert" in modules
    assert not {"tensorflow", "keras", "streamlit", "streamlit_webrtc", "torch"} & set(modules)

    record = json.loads(stdout)
    assert (record["file"], record["width"], record["height"]) == (str(PORTRAIT), 512, 512)
    (face,) = record["faces"]
    x1, y1, x2, y2 = face["box"]
    assert FACE[0] < (x1 + x2) / 2 < FACE[2]
    assert FACE[1] < (y1 + y2) / 2 < FACE[3]
    assert 60 < x2 - x1 < 180
    assert 0.5 < face["score"] <= 1
    assert face["label"] in (*EMOTIONS, UNSURE)
    assert list(face["probs"]) == list(EMOTIONS)
    assert sum(face["probs"].values()) == pytest.approx(1, abs=1e-4)
    assert max(face["probs"], key=face["probs"].get) == "happy"  # she laughs


def test_help_loads_nothing_heavy() -> None:
    modules, stdout = loaded_after("--help")
    heavy = {"numpy", "cv2", "av", "PIL", "pydantic", "tensorflow", "keras", "streamlit"}
    assert not heavy & set(modules)
    assert "predict" in stdout
    assert "bench" in stdout


def test_good_and_bad_files_together(pictures: Path) -> None:
    names = ["good.png", *UNREADABLE, "missing.jpg"]
    result = mien("predict", *names, "--json", cwd=pictures)
    assert result.returncode == 2
    assert result.stderr == ""
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["file"] for line in lines] == names
    assert ["error" in line for line in lines] == [False] + [True] * (len(names) - 1)

    result = mien("predict", *names, cwd=pictures)
    assert result.returncode == 2
    first, reason = result.stdout.splitlines()
    assert first == "good.png  40 x 30  no face"
    assert "score sets of those with `evaluate`" in reason
    assert len(result.stderr.splitlines()) == len(names) - 1
    assert "Traceback" not in result.stderr


def test_a_library_that_talks_is_not_heard(tmp_path: Path) -> None:
    """libtiff writes its own lines on stderr about a damaged file."""
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    data = bytearray(encoded(Image.fromarray(noise), "TIFF", compression="tiff_lzw"))
    data[1000:1400] = b"\xff" * 400
    (tmp_path / "bad.tif").write_bytes(data)
    result = mien("predict", "bad.tif", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("bad.tif is a damaged TIFF picture")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--model", "none-such"), "There is no model 'none-such'."),
        (("--model", "../../etc"), "There is no model"),
        (("--detector", "none-such"), "none-such"),
    ],
)
def test_a_name_that_does_not_exist(args: tuple[str, ...], words: str, pictures: Path) -> None:
    result = mien("predict", "good.png", *args, cwd=pictures)
    assert result.returncode == 2
    assert result.stdout == ""
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_reader_that_leaves_is_no_error(pictures: Path) -> None:
    command = f"{sys.executable} -m fer_core predict {' '.join(['good.png'] * 40)} --json"
    result = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | head -n 1"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(PROJECT_ROOT)},
        cwd=pictures,
        timeout=120,
    )
    assert json.loads(result.stdout)["file"] == "good.png"
    assert "Traceback" not in result.stderr


def test_a_terminal_without_the_character(pictures: Path) -> None:
    (pictures / "good.png").rename(pictures / "東.png")
    result = mien("predict", "東.png", cwd=pictures, env={"PYTHONIOENCODING": "latin-1"})
    assert result.returncode == 0
    assert result.stdout.startswith("\\u6771.png  40 x 30")
    assert result.stderr == ""
