"""Locks that end with their process, however it ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from fer_core.config import PROJECT_ROOT
from fer_core.runs.locks import is_held, try_hold

HOLDER = """
import sys, time
from pathlib import Path
from fer_core.runs.locks import try_hold
with try_hold(Path(sys.argv[1])) as held:
    print(held, flush=True)
    time.sleep(60)
"""


def test_a_kill_lets_go(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    assert not is_held(path), "not even there"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, cwd=PROJECT_ROOT
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"True\n"
        assert is_held(path)
        with try_hold(path, patience_s=0.0) as is_mine:
            assert not is_mine
        os.kill(process.pid, signal.SIGKILL)
    finally:
        process.kill()
        process.communicate()
    assert not is_held(path)
    with try_hold(path, patience_s=0.0) as is_mine:
        assert is_mine
        assert is_held(path)
    assert not is_held(path)
