"""Tests of the browser's modules, which node runs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from fer_core.config import PROJECT_ROOT


def run_tests_beside(file: str) -> None:
    """Run the ``*.test.mjs`` in the folder of a Python test; skipped where there is no node."""
    node = shutil.which("node")
    if node is None:
        if os.environ.get("FER_REQUIRE_NODE") == "1":
            pytest.fail("node is absent")
        pytest.skip("node is absent: make test installs it where it may")
    tests = sorted(map(str, Path(file).parent.glob("*.test.mjs")))
    assert tests
    done = subprocess.run(
        [node, "--test", *tests],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
