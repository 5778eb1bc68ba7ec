"""Files with few frames: a frame is shown until the next one."""

import json
from pathlib import Path

import pytest

from fer_core.analysis import AnalysisOptions, Engine, Task
from tests.analysis.clips import write_video

#: name -> times of the frames in seconds
TIMES = {
    "a frame a second": [float(k) for k in range(6)],
    "a frame every five seconds": [5.0 * k for k in range(4)],
    "only what changed": [k / 10 for k in range(11)] + [3.0, 5.0, 8.5],
    "one frame": [0.0],
}


@pytest.fixture(scope="module", params=[None, 1.0], ids=["every frame", "every second"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    options = AnalysisOptions(formats=("json", "vtt"), every_s=request.param)
    return Engine(options, tmp_path_factory.mktemp("slow"))


@pytest.mark.parametrize("name", TIMES)
def test_one_person_is_seen_throughout(name: str, engine: Engine, tmp_path: Path) -> None:
    times = TIMES[name]
    path = write_video(tmp_path / "slow.mp4", frames=len(times), times_s=times)
    outcome = engine.analyze(Task(str(path), "video", "slow"))
    assert (outcome.status, outcome.people, outcome.message) == ("done", 1, "")
    document = json.loads((engine._out / "slow.json").read_text())
    (person,) = document["people"]
    seen_s = times[-1] or 0.1  # one frame counts for what the file's rate gives it
    assert person["seen_s"] == pytest.approx(seen_s, abs=0.01)
    assert person["label_s"] == {"happy": pytest.approx(seen_s, abs=0.01)}
    assert person["happiness"]["value"] > 0.9
    assert person["happiness"]["coverage"] == pytest.approx(1, abs=0.01)
    assert sum(document["seconds"]["valid_s"]) == pytest.approx(seen_s, abs=0.01)
    assert (engine._out / "slow.vtt").read_text().count("-->") == 1


@pytest.mark.parametrize("every_s", [0.8, 10.0])
def test_what_is_analysed_seldom_counts_to_the_end(every_s: float, tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", frames=20)
    engine = Engine(AnalysisOptions(formats=("json",), every_s=every_s), tmp_path)
    outcome = engine.analyze(Task(str(path), "video", "clip"))
    assert outcome.frames == len([k for k in range(20) if k / 10 % every_s < 0.05])
    document = json.loads((tmp_path / "clip.json").read_text())
    (person,) = document["people"]
    assert person["seen_s"] == pytest.approx(1.9, abs=0.01)
    assert sum(document["seconds"]["valid_s"]) == pytest.approx(1.9, abs=0.01)
    assert document["coverage"]["usable_s"] == pytest.approx(1.9, abs=0.01)
