"""``analyze`` through the real command line, with real worker processes and the real model."""

from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from fer_core.analysis import AnalysisOptions, Progress, Task, run_tasks
from fer_core.cli import app
from fer_core.errors import FerError
from tests.analysis.clips import write_video


def run(*args: str | Path, code: int = 0) -> tuple[str, str]:
    result = CliRunner().invoke(app, ["analyze", *map(str, args)])
    assert result.exit_code == code, (result.exception, result.stdout, result.stderr)
    assert "Traceback" not in result.stderr
    return result.stdout, result.stderr


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as archives are: two clips of one name, a picture, and a broken file."""
    folder = tmp_path_factory.mktemp("archive")
    (folder / "more").mkdir()
    write_video(folder / "clip.mp4", frames=10)
    write_video(folder / "more" / "clip.mkv", frames=6)
    (folder / "broken.mp4").write_text("no video")
    return folder


def contents(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir()}


def test_archive(archive: Path, tmp_path: Path) -> None:
    """A broken file is reported and the rest done; N processes give what one gives; resuming
    does only what is left."""
    arguments = (archive, "--format", "csv,vtt,eaf,json,html,parquet", "--annotate")
    stdout, stderr = run(*arguments, "--out", tmp_path / "two", "--jobs", "2", code=2)
    assert stderr.startswith(f"{archive}/broken.mp4 cannot be read as a video")
    assert len(stderr.splitlines()) == 1
    assert f"{archive}/clip.mp4  10 frames, 1 person, 10 rows" in stdout

    run(*arguments, "--out", tmp_path / "one", "--jobs", "1", code=2)
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    assert one.keys() == two.keys()
    assert {"clip.csv", "clip-2.csv", "clip-2.seconds.csv", "analysis.jsonl"} <= one.keys()
    assert [name for name in one if one[name] != two[name]] == []

    (tmp_path / "one" / "clip-2.csv").unlink()
    stdout, _ = run(*arguments, "--out", tmp_path / "one", "--resume", code=2)
    assert "1 of 3 files finished before, skipped" in stdout
    assert "clip.mkv  6 frames" in stdout
    assert "clip.mp4  10 frames" not in stdout
    assert contents(tmp_path / "one") == one


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "csv,pdf"], "There is no format 'pdf'"),
        (["--every", "0"], "every must be above 0"),
        (["--filter", "wave"], "There is no filter 'wave': choose from plain, markov, recurrent"),
        (["--model", "nobody"], "nobody"),
    ],
)
def test_impossible_choices(
    arguments: list[str], words: str, archive: Path, tmp_path: Path
) -> None:
    _, stderr = run(archive, "--out", tmp_path / "out", *arguments, code=2)
    assert words in stderr
    assert len(stderr.splitlines()) == 1


def test_nothing_to_do(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    _, stderr = run(tmp_path / "in", "--out", tmp_path / "out", code=2)
    assert "folder without pictures or videos" in stderr


def test_a_killed_worker_costs_no_other_file(tmp_path: Path) -> None:
    long = write_video(tmp_path / "long.mp4", frames=600)
    short = write_video(tmp_path / "short.mp4", frames=4)
    out = tmp_path / "out"
    out.mkdir()
    tasks = [Task(str(path), "video", path.stem) for path in (long, short)]

    def kill(task: Task, progress: Progress) -> None:
        if task.file == str(long):
            for child in psutil.Process().children():
                if _is_worker(child):
                    child.kill()

    outcomes = {o.stem: o for o in run_tasks(tasks, AnalysisOptions(), out, tell=kill)}
    assert outcomes["long"].status == "failed"
    assert "ended the analysing process twice (signal 9)" in outcomes["long"].message
    assert outcomes["short"].status == "done"
    assert {path.name for path in out.iterdir()} == {
        f"short{end}" for end in (".csv", ".frames.csv", ".seconds.csv")
    }


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "analysis.worker" in str(process.cmdline())
    except psutil.NoSuchProcess:  # it has ended; another test's helper, not reaped yet, say
        return False


def test_cancelling_ends_the_processes(tmp_path: Path) -> None:
    clip = write_video(tmp_path / "long.mp4", frames=600)
    seen: list[Progress] = []
    tasks = [Task(str(clip), "video", "long")]
    outcomes = run_tasks(
        tasks,
        AnalysisOptions(),
        tmp_path,
        tell=lambda _, progress: seen.append(progress),
        is_cancelled=lambda: bool(seen),
    )
    assert list(outcomes) == []
    assert seen[0].duration_s == pytest.approx(60, abs=0.2)
    assert not any(map(_is_worker, psutil.Process().children()))
    assert {path.name for path in tmp_path.iterdir()} == {"long.mp4"}


def test_a_worker_that_cannot_start_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(FerError, match="could not be started"):
        list(run_tasks([Task("a", "video", "a")], AnalysisOptions(), tmp_path))


def test_marks_reach_the_results(archive: Path, tmp_path: Path) -> None:
    """A file of marks and from-to; marks of one recording are refused for several."""
    marks = tmp_path / "marks.json"
    span = '{"from_s": 0.2, "to_s": 0.6, "condition": "film A"}'
    marks.write_text(f'{{"mien_spans": 1, "spans": [{span}]}}')
    clip, out = archive / "clip.mp4", tmp_path / "out"
    stdout, _ = run(clip, "--out", out, "--spans", marks, "--from", "0.1", "--to", "0.8")
    assert "7 frames, 1 person" in stdout
    assert "A face can be used in 100.0 % of the time" in stdout
    assert "film A" in (out / "clip.conditions.csv").read_text("utf-8")
    assert '"from_s": 0.1' in (out / "clip.spans.json").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "3", "--to", "2"), "A span must begin at 0 s or later"),
        (("--spans", "nowhere.json"), "nowhere.json cannot be read"),
        (("--spans", __file__), "it is no JSON"),
    ],
)
def test_impossible_marks_are_one_sentence(
    archive: Path, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    result = CliRunner().invoke(
        app, ["analyze", str(archive / "clip.mp4"), "--out", str(tmp_path / "o"), *arguments]
    )
    assert result.exit_code == 2
    assert words in result.stderr


def test_marks_of_one_recording_are_not_for_several(archive: Path, tmp_path: Path) -> None:
    marks = tmp_path / "marks.json"
    marks.write_text('{"mien_spans": 1, "markers": [{"time_s": 1, "text": "a"}]}')
    arguments = ["analyze", str(archive), "--out", str(tmp_path / "o"), "--spans", str(marks)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "belong to one recording" in result.stderr
