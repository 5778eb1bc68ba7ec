"""``analyze --cluster`` on a Ray cluster of two nodes on this machine."""

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fer_core.analysis import AnalysisOptions, Engine, Progress, Task
from fer_core.analysis import cluster as ours
from fer_core.errors import ConfigError, FerError
from tests.analysis.clips import write_video
from tests.cli.test_analyze import contents, run

pytestmark = pytest.mark.alone  # starts a cluster

#: Of each node; results go through the disk, so that Ray has next to nothing to keep.
STORE_BYTES = 80 * 2**20


def require_ray() -> None:
    """Skips where Ray is absent, fails where it is required."""
    if importlib.util.find_spec("ray") is not None:
        return
    line = "Ray is absent: pip install -r requirements-ray.txt."
    if os.environ.get("FER_REQUIRE_RAY") == "1":
        pytest.fail(line)
    pytest.skip(line)


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    """Two nodes with a core each; Ray's own helper for such tests."""
    require_ray()
    ours.load_ray()
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "object_store_memory": STORE_BYTES, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=node)
    try:
        cluster.add_node(**{k: v for k, v in node.items() if k != "include_dashboard"})
        yield cluster
    finally:
        cluster.shutdown()


#: Of the results of a video in the format csv.
ENDS = (".csv", ".frames.csv", ".seconds.csv")


def test_a_cluster_gives_what_one_machine_gives_and_outlives_a_node(
    nodes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First the command against the same command here; then a node is killed in the middle."""
    archive = tmp_path / "archive"
    archive.mkdir()
    write_video(archive / "clip.mp4", frames=10)
    write_video(archive / "clip.mkv", frames=6)
    (archive / "broken.mp4").write_text("no video")
    monkeypatch.chdir(tmp_path)
    arguments = ("archive", "--format", "csv,vtt,json,parquet")
    run(*arguments, "--out", "here", "--jobs", "1", code=2)
    stdout, stderr = run(*arguments, "--out", "there", "--cluster", nodes.address, code=2)
    assert "clip.mp4  10 frames, 1 person, 10 rows" in stdout
    assert stderr.startswith("archive/broken.mp4 cannot be read as a video")
    here, there = contents(tmp_path / "here"), contents(tmp_path / "there")
    assert here.keys() == there.keys()
    assert [name for name in here if here[name] != there[name]] == []
    stdout, _ = run(*arguments, "--out", "there", "--resume", code=2)
    assert "2 of 3 files finished before, skipped" in stdout

    files = [write_video(tmp_path / f"long{n}.mp4", frames=300) for n in range(3)]
    tasks = [Task(str(path), "video", path.stem) for path in files]
    out = tmp_path / "out"
    out.mkdir()
    lost: list[str] = []
    under_way: set[str] = set()

    def kill(task: Task, progress: Progress) -> None:
        under_way.add(task.file)
        if not lost and len(under_way) == 2:
            assert progress.frames < 300
            lost.extend(under_way)
            nodes.remove_node(nodes.worker_nodes.copy().pop(), allow_graceful=False)

    outcomes = list(
        ours.run_on_cluster(tasks, AnalysisOptions(), out, address=nodes.address, tell=kill)
    )
    assert len(lost) == 2, "both nodes were at work when one was killed"
    assert {o.stem: (o.status, o.frames) for o in outcomes} == {
        path.stem: ("done", 300) for path in files
    }
    assert len(outcomes) == 3
    alone = tmp_path / "alone"
    alone.mkdir()
    Engine(AnalysisOptions(), alone).analyze(tasks[0])
    left = contents(out)
    assert left.keys() == {f"long{n}{end}" for n in range(3) for end in ENDS}
    assert left["long0.csv"] == (alone / "long0.csv").read_bytes()


def test_a_model_that_is_missing_is_a_sentence(nodes: Any, tmp_path: Path) -> None:
    tasks = [Task("a.mp4", "video", "a")]
    options = AnalysisOptions(model="nobody")
    with pytest.raises(FerError, match="There is no model 'nobody'"):
        list(ours.run_on_cluster(tasks, options, tmp_path, address=nodes.address))


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere", "ray://127.0.0.1:1"])
def test_no_cluster_is_a_sentence(address: str, tmp_path: Path) -> None:
    require_ray()
    (tmp_path / "a.mp4").write_text("")
    _, stderr = run(tmp_path, "--out", tmp_path / "out", "--cluster", address, code=2)
    assert f"There is no Ray cluster at {address}; start one" in stderr
    assert len(stderr.splitlines()) == 1


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigError, match=r"requirements-ray\.txt"):
        ours.load_ray()
