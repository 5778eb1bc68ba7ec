"""Damaged videos through the whole analysis: results or one sentence, never anything else."""

from pathlib import Path

import pytest

from fer_core.analysis import AnalysisOptions, Engine, Task
from fer_core.config import settings
from tests.analysis.clips import write_video
from tests.soak.mutants import Watch, mutants, scaled

CONTAINERS = {
    ".mp4": {},
    ".mkv": {"codec": "mpeg4"},
    ".webm": {"codec": "libvpx"},
    ".avi": {"codec": "mjpeg", "pix_fmt": "yuvj420p"},
}
MAX_STEP_S = 10.0
MAX_GROWTH_MB = 64


@pytest.mark.parametrize(
    "count",
    [16, pytest.param(1000, marks=[pytest.mark.soak, pytest.mark.timeout(7200)])],
)
def test_damaged_videos(count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_MAX_PIXELS", "1000000")
    settings.cache_clear()
    count = scaled(count) if count > 100 else count
    originals = {}
    for suffix, options in CONTAINERS.items():
        path = write_video(tmp_path / f"whole{suffix}", frames=6, size=(128, 96), **options)  # type: ignore[arg-type]
        originals[suffix] = path.read_bytes()
    out, damaged = tmp_path / "out", tmp_path / "damaged"
    out.mkdir()
    options = AnalysisOptions(formats=("csv", "json", "vtt", "eaf", "html"), annotate=True)
    engine = Engine(options, out)

    def analyze(data: bytes) -> str:
        damaged.write_bytes(data)
        outcome = engine.analyze(Task(str(damaged), "video", "damaged"))
        if outcome.status != "done":
            assert outcome.message.isprintable(), outcome.message
            assert outcome.message.endswith("."), outcome.message
            assert str(damaged) in outcome.message
        assert {path.name for path in out.iterdir()} >= set(outcome.outputs)
        assert not list(out.glob(".*")), "nothing half done is left"
        return outcome.status

    assert {analyze(data) for data in originals.values()} == {"done"}
    watch = Watch(warm_up=count // 5)
    for name, data in mutants(originals, count):
        watch.step(name, lambda data=data: analyze(data))
    print(watch.report())
    assert watch.steps == count
    assert {"failed"} < set(watch.outcomes)
    assert watch.slowest[0] < MAX_STEP_S, watch.report()
    assert watch.growth_mb < MAX_GROWTH_MB, watch.report()
