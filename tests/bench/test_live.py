from pathlib import Path

import av
import pytest

from bench.clip import read_packets, write_clip
from bench.live import _summary, run_live_bench


def test_the_clip_begins_with_a_key_frame_and_has_one_each_second(tmp_path: Path) -> None:
    clip = tmp_path / "clip.webm"
    write_clip(clip, fps=10, seconds=1.5)
    assert len(read_packets(clip)) == 15
    with av.open(str(clip)) as container:
        keys = [n for n, p in enumerate(container.demux(video=0)) if p.size and p.is_keyframe]
        assert (container.streams.video[0].width, container.streams.video[0].height) == (640, 480)
    assert keys[0] == 0
    assert max(b - a for a, b in zip([*keys, 15], [*keys[1:], 15, 15], strict=False)) <= 10


def block(cpu_s: float, frames: int, **changes: object) -> dict[str, object]:
    values = {"wall_s": 4.0, "analysed": 40, "dropped": 1, "analysis_ms": 3.0, "callback_ms": 0.4}
    return {"cpu_s": cpu_s, "frames": frames, **values, "faces": 1, "errors": {}, **changes}


def test_cost_is_cpu_seconds_per_second_of_video_whatever_arrived() -> None:
    passed = [block(1.0, 120), block(0.5, 60)]
    analysed = [block(1.2, 120), block(1.2, 120)]
    row = _summary(30, passed, analysed)
    assert row["pass_through_cpu_s"] == 0.25
    assert row["analysis_cpu_s"] == 0.3
    assert row["ratio"] == 1.2
    assert row["ratio_range"] == [1.2, 1.2]
    assert row["pass_through_fps"] == 22.5
    assert row["analyses_per_s"] == 10.0
    assert row["dropped"] == 2


@pytest.mark.slow
def test_a_short_run_measures_both_ways() -> None:
    report = run_live_bench(
        (15,), blocks=1, seconds=1.0, pipeline="tests.streaming.fakes:FakePipeline"
    )
    (row,) = report["results"]
    assert row["pass_through_cpu_s"] > 0
    assert row["analysis_cpu_s"] > 0
    assert row["pass_through_fps"] == pytest.approx(15, abs=4)
    assert row["analyses_per_s"] > 3
    assert row["faces"] == 1
    assert row["errors"] == {}
