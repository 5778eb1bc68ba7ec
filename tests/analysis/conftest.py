"""One engine and one analysed clip for all tests here."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from fer_core.analysis import FORMATS, AnalysisOptions, Engine, Outcome, Task
from tests.analysis.clips import write_video


@dataclass(frozen=True)
class Analysed:
    """A clip of two seconds with sound, and all its results."""

    clip: Path
    out: Path
    outcome: Outcome

    def result(self, end: str) -> Path:
        return self.out / f"clip{end}"


@pytest.fixture(scope="session")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Analysed:
    folder = tmp_path_factory.mktemp("analysed")
    clip, out = write_video(folder / "clip.mp4", sound=True), folder / "out"
    out.mkdir()
    engine = Engine(AnalysisOptions(formats=tuple(FORMATS), annotate=True), out)
    return Analysed(clip, out, engine.analyze(Task(str(clip), "video", "clip")))


@pytest.fixture(scope="session")
def shared_engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine with default options, for tests that look at the outcome and the tables."""
    return Engine(AnalysisOptions(), tmp_path_factory.mktemp("shared"))
