"""The measuring itself: workers, statistics and frames, without the long measurement."""

from pathlib import Path

import numpy as np
import pytest

from bench.frame import format_report, load_frames, processor_name, summarize
from bench.ours import make_step
from bench.worker import ONE_THREAD, Worker, WorkerError, take_turns
from fer_core.config import PROJECT_ROOT
from fer_core.errors import DecodeError
from fer_core.video import VideoWriter

TOY = """
import os
import sys
import time

sys.path.insert(0, {root!r})
from bench.worker import serve


def make_step(frames, args):
    print("a library that talks on stdout")
    if args == ["fail"]:
        raise RuntimeError("no such model")

    def step(index):
        if index == 99:
            raise RuntimeError("frame 99 is missing")
        time.sleep(0.005)
        return {{"faces": index, "sum": int(frames[index].sum()), "omp": os.environ[{name!r}]}}

    return step


serve(make_step)
"""


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A worker module ``toy`` that can be imported, and its frames."""
    text = TOY.format(root=str(PROJECT_ROOT), name="OMP_NUM_THREADS")
    (tmp_path / "toy.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    frames = np.arange(4, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    np.save(tmp_path / "frames.npy", frames)
    return tmp_path / "frames.npy"


def test_workers_take_turns_and_time_each_step(toy: Path) -> None:
    with Worker("toy", toy) as one, Worker("toy", toy) as other:
        answers = take_turns({"one": one, "other": other}, 4, block=3)
    for name in ("one", "other"):
        assert [a["faces"] for a in answers[name]] == [0, 1, 2, 3]
        assert [a["sum"] for a in answers[name]] == [0, 12, 24, 36]
        assert all(a["ms"] >= 5 for a in answers[name])
        assert all(0 <= a["cpu_ms"] < a["ms"] for a in answers[name])  # it sleeps
        assert {a["omp"] for a in answers[name]} == {ONE_THREAD["OMP_NUM_THREADS"]} == {"1"}


def test_a_worker_that_fails_says_why(toy: Path) -> None:
    with Worker("toy", toy, "fail") as worker:
        with pytest.raises(WorkerError, match="toy stopped: RuntimeError: no such model"):
            worker.wait_ready()
    with Worker("toy", toy) as worker:
        worker.wait_ready()
        with pytest.raises(WorkerError, match="frame 99 is missing"):
            worker.step(99)


def answer(ms: float, **more: object) -> dict[str, object]:
    networks = {"invokes_ms": ms / 1.6, "invokes_cpu_ms": ms / 4}
    return {"ms": ms, "cpu_ms": ms / 2, "faces": 1} | networks | more


def test_summary() -> None:
    ours = [answer(ms, stages={"detect": ms - 1, "classify": 1.0}) for ms in (2, 3, 4)]
    naive = [answer(ms, faces=faces) for ms, faces in ((60, 1), (90, 0), (100, 1))]
    report = summarize(ours, naive)
    assert report["median_ms"] == 3
    assert report["p95_ms"] == pytest.approx(3.9)
    assert report["stages"] == {"detect": 2, "classify": 1}
    assert report["stages_p95"] == pytest.approx({"detect": 2.9, "classify": 1})
    assert report["naive_median_ms"] == 90
    assert report["ratio"] == report["cpu_ratio"] == 30
    assert report["over_invokes"] == 1.6
    assert report["cpu_over_invokes"] == 2
    assert report["with_face"] == 1
    assert report["naive_with_face"] == pytest.approx(2 / 3)

    more = {"frames": 3, "width": 640, "height": 480, "model": "m", "detector": "short"}
    text = format_report(report | more | {"processor": "An Example 3"})
    assert "on An Example 3" in text
    assert "1.60 times what the networks take by themselves" in text
    assert "detect                  2.000    2.900" in text
    assert "30.0 times faster than the naive pipeline" in text
    assert "66.7%" in text


def test_the_networks_are_timed_within_the_frames() -> None:
    step = make_step(load_frames(None, 1), ["default", "short"])
    for _ in range(2):
        answer = step(0)
        assert answer["faces"] == 1
        assert 0 < answer["invokes_ms"] < sum(answer["stages"].values())


def test_haar_has_no_part_of_networks() -> None:
    nothing = [answer(4.0, stages={}, invokes_ms=0.0, invokes_cpu_ms=0.0)]
    assert summarize(nothing, nothing)["over_invokes"] is None


def test_the_name_of_the_processor(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor : 0\nmodel name : An Example 3\nmodel name : Another\n")
    assert processor_name(cpuinfo) == "An Example 3"
    assert processor_name(tmp_path / "none") != ""


def test_the_portrait_moves() -> None:
    frames = load_frames(None, 7)
    assert frames.shape == (7, 480, 640, 3)
    assert frames.dtype == np.uint8
    assert len({frame.tobytes() for frame in frames}) == 7


def test_frames_of_a_video(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with VideoWriter(path, 64, 48) as writer:
        for value in range(8):
            writer.write(np.full((48, 64, 3), 30 * value, np.uint8))
    frames = load_frames(path, 5)
    assert frames.shape == (5, 48, 64, 3)
    np.testing.assert_allclose(frames.mean(axis=(1, 2, 3)), 30 * np.arange(5), atol=3)
    with pytest.raises(DecodeError, match="does not exist"):
        load_frames(tmp_path / "missing.mp4")
