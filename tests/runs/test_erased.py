"""Runs that learned from somebody who was erased: killed while they go, none is left half."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fer_core.files import clear_pieces
from fer_core.runs.erased import MARK, purge_runs
from fer_core.runs.listing import runs_dir
from fer_core.training.run import RunFolder
from tests.kills import kill_before

DAY_S = 86_400


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="it needs Linux")
def test_a_run_that_is_due_goes_whole(make_run: Callable[..., RunFolder]) -> None:
    number, killed = 0, True
    while killed:
        number += 1
        run = make_run(f"due-{number}", (0.5,), weights=True, state="finished")
        (run.path / MARK).write_text("0\n")
        killed = kill_before(
            number, lambda: purge_runs(now_s=31 * DAY_S, retention_days=30), runs_dir()
        )
        purge_runs(now_s=31 * DAY_S, retention_days=30)
        clear_pieces(runs_dir())
        assert [path for path in runs_dir().rglob("*") if path.is_file()] == []
    assert number > 3
