"""``bench`` through the command line; what it measures is tested in ``tests/bench``."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import bench.frame
import bench.live
from fer_core.cli import app


def run(*args: str) -> Any:
    return CliRunner().invoke(app, ["bench", *args])


REPORT: dict[str, Any] = {
    "median_ms": 2.5,
    "p95_ms": 3.0,
    "stages": {"detect": 1.0},
    "stages_p95": {"detect": 1.25},
    "naive_median_ms": 100.0,
    "naive_p95_ms": 110.0,
    "ratio": 40.0,
    "cpu_median_ms": 2.5,
    "naive_cpu_median_ms": 100.0,
    "cpu_ratio": 40.0,
    "with_face": 1.0,
    "naive_with_face": 1.0,
    "frames": 100,
    "width": 640,
    "height": 480,
    "model": "mien",
    "detector": "short",
    "processor": "A processor",
    "over_invokes": 1.5,
    "invokes_ms": 1.7,
    "cpu_over_invokes": 1.5,
    "invokes_cpu_ms": 1.7,
}


def test_frame_passes_the_video_on_and_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    videos: list[Path | None] = []

    def measure(video: Path | None) -> dict[str, Any]:
        videos.append(video)
        return REPORT

    monkeypatch.setattr(bench.frame, "run_frame_bench", measure)
    result = run("frame", "--video", "clip.mp4", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, REPORT)
    result = run("frame")
    assert result.exit_code == 0
    assert "40.0 times faster" in result.stdout
    assert videos == [Path("clip.mp4"), None]


def test_frame_of_a_missing_video_is_a_sentence(tmp_path: Path) -> None:
    video = tmp_path / "missing.mp4"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench.frame, "resolve_model_dir", lambda name: tmp_path)
        (tmp_path / "model.keras").touch()
        result = run("frame", "--video", str(video))
    assert result.exit_code == 2
    assert result.stderr == f"{video} does not exist; check the path.\n"


def test_frame_without_a_keras_file_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.frame, "resolve_model_dir", lambda name: tmp_path)
    result = run("frame")
    assert result.exit_code == 2
    assert "model.keras, which is missing" in result.stderr


@pytest.mark.parametrize(("options", "expected"), [((), []), (("--json",), ["--json"])])
def test_live_is_handed_on(
    options: tuple[str, ...], expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    received: list[list[str]] = []

    def main(argv: list[str]) -> int:
        received.append(argv)
        return 0

    monkeypatch.setattr(bench.live, "main", main)
    assert run("live", *options).exit_code == 0
    assert received == [expected]


def test_benchmarks_that_are_not_there_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bench.frame", None)
    result = run("frame")
    assert result.exit_code == 2
    assert "run from the project's own folder" in result.stderr
