"""The examples of docs/api.md, run as they stand against a real server."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fer_core.config import PROJECT_ROOT
from tests.analysis.clips import write_video

_CODE = re.compile(r"```(sh|python|javascript)\n(.*?)```", re.DOTALL)
PROGRAMS = {"sh": ["sh", "-c"], "python": [sys.executable, "-c"], "javascript": ["node", "-e"]}
EXAMPLES = _CODE.findall((PROJECT_ROOT / "docs/api.md").read_text(encoding="utf-8"))


def test_there_are_examples_in_three_languages() -> None:
    assert [language for language, _ in EXAMPLES] == ["sh", "sh", "python", "javascript"]


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_does_what_it_says(
    number: int,
    port: int,
    make_key: Callable[..., dict[str, str]],
    portrait: Path,
    tmp_path: Path,
) -> None:
    language, code = EXAMPLES[number]
    needed = ["curl"] if language == "sh" else PROGRAMS[language][:1]
    if missing := [name for name in needed if shutil.which(name) is None]:
        pytest.skip(f"{missing[0]} is not installed here")
    work = tmp_path / "work"
    work.mkdir()
    shutil.copy(portrait, work / "photo.png")
    write_video(work / "clip.mp4", frames=10)
    done = subprocess.run(
        [*PROGRAMS[language], code],
        cwd=work,
        env={
            **os.environ,
            "MIEN_URL": f"http://127.0.0.1:{port}/below/api/v1",
            "MIEN_KEY": make_key()["Authorization"].split()[1],
            "NO_PROXY": "*",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "happy" in done.stdout or "people" in done.stdout
