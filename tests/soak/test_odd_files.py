"""A corpus of odd files: every frame has its row, at its time, and nothing ends in a traceback."""

from pathlib import Path

import numpy as np
import pytest

from fer_core.analysis import AnalysisOptions, Engine, Task
from fer_core.video import VideoReader
from tests.soak.mutants import scaled
from tests.soak.odd_files import OddFile, decode_plainly, make_odd

#: FLV and Matroska keep whole milliseconds.
ROUNDING_S = 0.0011


def problems_of(odd: OddFile, engine: Engine) -> list[str]:
    """What is wrong with the reading of a file; nothing where all is right."""
    wanted = decode_plainly(odd.path)
    if wanted is None:
        outcome = engine.analyze(Task(str(odd.path), "video", odd.path.name))
        return [] if outcome.status == "failed" and outcome.message.endswith(".") else [odd.name]
    with VideoReader(odd.path, threads=1) as reader:
        read = [frame.time_s for frame in reader]
        # After damage FFmpeg gives single frames too early; the reader puts them in order.
        wanted = np.sort(np.subtract(wanted, reader.start_s)).tolist()
    found = []
    if len(read) != len(wanted):
        found.append(f"{len(read)} frames where FFmpeg gives {len(wanted)}")
    elif np.abs(np.subtract(read, wanted)).max() > odd.step_s / 2 + ROUNDING_S:
        found.append(f"off by {np.abs(np.subtract(read, wanted)).max():.3f} s from FFmpeg")
    if odd.times_s is not None and len(read) != len(odd.times_s):
        found.append(f"{len(read)} frames where {len(odd.times_s)} were written")
    elif odd.times_s is not None:
        off_s = np.abs(np.subtract(read, odd.times_s) - (read[0] - odd.times_s[0])).max()
        if off_s > odd.step_s / 2 + ROUNDING_S:
            found.append(f"off by {off_s:.3f} s from what was written")
    outcome = engine.analyze(Task(str(odd.path), "video", odd.path.name))
    if outcome.status == "failed" or outcome.frames != len(read):
        found.append(f"analysed {outcome.frames} of {len(read)}: {outcome.message}")
    odd.path.unlink()
    return [f"{odd.name}: {problem}" for problem in found]


@pytest.mark.parametrize(
    "count", [20, pytest.param(500, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])]
)
def test_no_frame_of_an_odd_file_is_lost(count: int, tmp_path: Path) -> None:
    count = scaled(count) if count > 100 else count
    (tmp_path / "out").mkdir()
    engine = Engine(AnalysisOptions(), tmp_path / "out")
    found = [p for n in range(count) for p in problems_of(make_odd(n, tmp_path), engine)]
    assert found == []
