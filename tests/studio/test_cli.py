"""``dataset build``, ``export``, ``import`` as one calls them; jobs without their process."""

import csv
import json
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from fer_core import cli
from fer_core.app.studio.upload import cut_files
from fer_core.datasets import load_dataset
from fer_core.errors import FerError
from fer_core.studio import StudioSet
from fer_core.studio.jobs import read_job, read_report, start_finetune
from fer_core.video import VideoWriter
from tests.studio.conftest import make_faces


def run(*args: object) -> Result:
    return CliRunner().invoke(cli.build_app(), ["dataset", *map(str, args)])


@pytest.fixture(scope="module")
def videos(portrait: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two one-second clips of the portrait, and the list of them elsewhere."""
    folder = tmp_path_factory.mktemp("videos")
    picture = cv2.resize(cv2.imread(str(portrait)), (360, 360), interpolation=cv2.INTER_AREA)
    for number in (1, 2):
        with VideoWriter(folder / f"clip{number}.mp4", 360, 360, fps=25) as writer:
            for index in range(25):
                shifted = np.roll(picture, number * index, axis=1)
                writer.write(av.VideoFrame.from_ndarray(shifted, format="bgr24"))
    with (folder / "list.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [
                ("file", "participant", "emotion"),
                ("clip1.mp4", "anna", "happy"),
                ("clip2.mp4", "ben", "joy"),
            ]
        )
    return folder


@pytest.mark.parametrize("by_folder", [True, False])
def test_build_from_files_or_a_folder(videos: Path, tmp_path: Path, by_folder: bool) -> None:
    given = [videos] if by_folder else sorted(videos.glob("*.mp4"))
    out = tmp_path / "set"
    done = run("build", *given, "--labels", videos / "list.csv", "--out", out)
    assert done.exit_code == 0, done.stderr
    faces = load_dataset(out)
    assert faces.participants is not None
    assert set(faces.participants) == {"anna", "ben"}
    assert set(faces.class_counts()) == {"happy"}
    report = json.loads((out / "build.json").read_text())
    assert report["frames"] == 10
    assert report["faces"] + report["dropped"] == 10
    assert report["dropped"] > 0, "neighbours in a clip are nearly equal"
    with (out / "manifest.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    assert row["detector"] == "short"
    assert len(row["box"].split()) == 4
    assert 0 < float(row["quality"]) <= 1


def test_build_as_published_keeps_every_frame(videos: Path, tmp_path: Path) -> None:
    out = tmp_path / "set"
    labels = ("--labels", videos / "list.csv")
    done = run("build", videos, *labels, "--out", out, "--published")
    assert done.exit_code == 0, done.stderr
    assert len(load_dataset(out)) == json.loads((out / "build.json").read_text())["faces"] > 20


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("build", "nowhere", "--out", "x"), "cannot be read"),
        (("export", "nothing", "--out", "x.zip"), "no recorded set"),
        (("import", "nothing.zip"), "cannot be read"),
        (("finetune", "nowhere", "--name", "Big Name"), "small letters"),
        (("finetune", "nowhere", "--name", "mien"), "belongs to the project"),
        (("split", "nowhere"), "no data set"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    args: tuple[str, ...], words: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(data_dir)
    done = run(*args)
    assert done.exit_code == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_export_and_import(data_dir: Path, tmp_path: Path) -> None:
    found = StudioSet.create("Lab one")
    found.enrol("anna")
    found.add_take("anna", "happy", make_faces(2))
    out = tmp_path / "set.zip"
    assert run("export", "lab-one", "--out", out).exit_code == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert "new file" in run("export", "lab-one", "--out", out).stderr
    assert "already" in run("import", out).stderr
    assert "2 faces" in run("import", out, "--title", "Lab two").stdout


def test_a_job_is_started_by_name_and_forgotten_when_killed(
    made: StudioSet, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr("fer_core.studio.jobs.spawn", lambda args, log: commands.append(args))
    start_finetune(made, "mine")
    assert commands == [["dataset", "finetune", str(made.path), "--name", "mine", "--background"]]
    assert all(p.stat().st_mode & 0o077 == 0 for p in made.path.iterdir())
    job = read_job(made)
    assert job is not None
    assert (job.is_running, job.model, job.error) == (True, "mine", None)
    monkeypatch.setattr("fer_core.studio.jobs.STARTING_S", 0.0)
    job = read_job(made)
    assert job is not None
    assert "killed" in str(job.error)
    (data_dir / "models" / "theirs").mkdir(parents=True)
    with pytest.raises(FerError, match="already"):
        start_finetune(made, "theirs")


def test_too_little_to_learn_from(data_dir: Path) -> None:
    found = StudioSet.create("Small")
    found.enrol("anna")
    found.add_take("anna", "happy", make_faces(3))
    with pytest.raises(FerError, match="two expressions"):
        start_finetune(found, "mine")


def test_who_is_erased_while_a_head_is_trained_does_not_come_back(
    made: StudioSet, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(data: Path, name: str, tell: object, choice: object) -> tuple[Path, dict[str, object]]:
        out = data_dir / "models" / name
        out.mkdir(parents=True)
        (out / "metrics.json").write_text("anna")
        if name == "late":
            made.erase("anna")
        return out, {"held_out": {"by_participant": {"anna": {}, "ben": {}}}}

    monkeypatch.setattr("fer_core.studio.jobs._work", work)
    assert run("finetune", made.path, "--name", "early").exit_code != 0  # the report is a stub
    assert [model.name for model in made.info().trained] == ["early"]
    assert read_report(made)["model"] == "early"
    done = run("finetune", made.path, "--name", "late")
    assert "erased meanwhile" in done.stderr
    assert not (data_dir / "models" / "late").exists()
    assert read_report(made) == {}
    job = read_job(made)
    assert job is not None
    assert "erased meanwhile" in str(job.error)


def test_uploaded_videos_are_cut_by_a_process_of_their_own(videos: Path, tmp_path: Path) -> None:
    names = ["clip1.mp4", "clip2.mp4"]
    for name in names:
        (tmp_path / name).write_bytes((videos / name).read_bytes())
    takes = cut_files(tmp_path, names, ["happy", "sad"], "haar")
    assert [label for label, _ in takes] == ["happy", "sad"]
    assert all(faces and faces[0].image.shape == (48, 48) for _, faces in takes)
    (tmp_path / "set").rename(tmp_path / "before")
    (tmp_path / "clip2.mp4").write_bytes(b"no video")
    with pytest.raises(FerError, match=r"clip2\.mp4") as caught:
        cut_files(tmp_path, names, ["happy", "sad"], "short")
    assert str(tmp_path) not in str(caught.value), "where it lay is nobody's business"
