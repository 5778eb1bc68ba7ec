"""Locks that end with their process, however it ends."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fer_core.config import PROJECT_ROOT
from fer_core.errors import BusyError
from fer_core.locks import hold, is_held, try_hold

HOLDER = """
import sys, time
from pathlib import Path
from fer_core.locks import try_hold
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


@pytest.mark.parametrize("name", ["folder", "folder/file.lock"])
def test_one_at_a_time_and_nested_in_a_thread(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    path = tmp_path / name
    refused: list[str] = []

    def come_later() -> None:
        try:
            with hold(path, patience_s=0.0):
                pass
        except BusyError as error:
            refused.append(str(error))

    with hold(path):
        with hold(path, patience_s=0.0):
            pass  # the inner end lets nobody in
        thread = threading.Thread(target=come_later)
        thread.start()
        thread.join(30)
    assert refused == [f"Somebody else is changing {path.name}: try again in a moment."]
    come_later()
    assert len(refused) == 1, "free again"


def test_a_folder_that_is_locked_stays_empty(tmp_path: Path) -> None:
    with hold(tmp_path):
        assert list(tmp_path.iterdir()) == []
