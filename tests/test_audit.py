"""`make audit` says what is known of the pins, and never takes silence for safety."""

import runpy
from pathlib import Path
from typing import Any

import pytest

AUDIT = runpy.run_path(str(Path(__file__).parent.parent / "scripts" / "audit.py"))
CLEAN = {"name": "numpy", "version": "2.4.0", "vulns": []}
HOLE = {"id": "PYSEC-1", "fix_versions": ["3.0"], "aliases": [], "description": ""}
HOLED = {"name": "pillow", "version": "1.0", "vulns": [HOLE]}
SKIPPED = {"name": "av", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("packages", "words", "code"),
    [
        ([CLEAN], "1 of 1 packages looked up, 0 known holes.", 0),
        ([CLEAN, HOLED], "pillow 1.0: PYSEC-1, mended in 3.0", 1),
        ([CLEAN, SKIPPED], "Not looked up: av.", 2),
        ([HOLED, SKIPPED], "Not looked up: av.", 1),
        ([SKIPPED], "No source of advisories was reached", 2),
        ([], "No source of advisories was reached", 2),
    ],
)
def test_what_is_known_is_said(packages: list[dict[str, Any]], words: str, code: int) -> None:
    text, said = AUDIT["summarize"]({"dependencies": packages})
    assert words in text
    assert said == code


@pytest.mark.parametrize(
    ("script", "words"),
    [("echo cannot connect >&2; exit 1", "cannot connect"), (None, "No such file")],
)
def test_a_tool_that_cannot_work_is_no_clean_bill(
    script: str | None, words: str, tmp_path: Path
) -> None:
    if script is not None:
        tool = tmp_path / "uv"
        tool.write_text(f"#!/bin/sh\n{script}\n")
        tool.chmod(0o755)
    text, code = AUDIT["audit"](["requirements.txt"], tmp_path)
    assert words in text
    assert "nothing is known" in text
    assert code == 2
