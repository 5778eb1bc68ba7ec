"""What people have in their folders: the right result or one sentence."""

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from fer_core.analysis import AnalysisOptions, Engine, Outcome, Task
from fer_core.analysis.plan import kind_of
from fer_core.config import settings
from fer_core.errors import ConfigError, FerError
from fer_core.labels import EMOTIONS
from fer_core.video import VideoReader
from tests.analysis.clips import SIZE, face_frame, write_size_change, write_sound, write_video
from tests.e2e.browser import PORTRAIT
from tests.video.made import spoil


def analyze(engine: Engine, path: Path) -> tuple[Outcome, list[dict[str, str]]]:
    outcome = engine.analyze(Task(str(path), kind_of(str(path)), path.stem))
    assert not list(engine._out.glob(".*.part")), "nothing half done is left"
    if outcome.status == "failed":
        assert outcome.outputs == ()
        assert outcome.message.isprintable()
        assert outcome.message.startswith(str(path))
        assert outcome.message.endswith(".")
        return outcome, []
    with (engine._out / f"{path.stem}.csv").open(newline="") as file:
        return outcome, list(csv.DictReader(file))


#: name -> options of the encoder
GOOD = {
    "h264.mp4": {},
    "h264.mkv": {},
    "mpeg4.avi": {"codec": "mpeg4"},
    "vp8.webm": {"codec": "libvpx"},
    "mjpeg.mov": {"codec": "mjpeg", "pix_fmt": "yuvj420p"},
    "deep.mkv": {"codec": "libx264", "pix_fmt": "yuv420p10le"},
    "full.mkv": {"codec": "libx264", "pix_fmt": "yuv444p"},
    "odd.mkv": {"codec": "ffv1", "size": (321, 241)},
    "turned.mp4": {"rotation": 90, "size": (240, 240)},
}


@pytest.mark.parametrize("name", GOOD)
def test_codecs_containers_and_shapes(name: str, tmp_path: Path, shared_engine: Engine) -> None:
    path = write_video(tmp_path / name, frames=8, **GOOD[name])  # type: ignore[arg-type]
    outcome, rows = analyze(shared_engine, path)
    assert (outcome.status, outcome.frames, outcome.message) == ("done", 8, "")
    assert [int(row["frame"]) for row in rows] == list(range(8))
    assert {row["label"] for row in rows} == {"happy"}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("4k.mkv", {"codec": "mjpeg", "pix_fmt": "yuvj420p", "size": (3840, 2160)}),
        ("hdr.mkv", {"pix_fmt": "yuv420p10le", "hdr": True}),
    ],
)
def test_large_and_deep_videos(
    name: str, options: dict[str, object], tmp_path: Path, shared_engine: Engine
) -> None:
    path = write_video(tmp_path / name, frames=2, **options)  # type: ignore[arg-type]
    with av.open(str(path)) as made:
        codec = made.streams.video[0].codec_context
        assert (codec.width, codec.color_trc == 16) == (options.get("size", SIZE)[0], "hdr" in name)  # type: ignore[index]
    outcome, rows = analyze(shared_engine, path)
    assert (outcome.status, outcome.frames, outcome.people) == ("done", 2, 1)
    assert {row["label"] for row in rows} == {"happy"}


def test_a_picture_of_16_bits(tmp_path: Path, shared_engine: Engine) -> None:
    path = tmp_path / "deep.png"
    cv2.imwrite(str(path), face_frame(0).astype(np.uint16) * 257)
    outcome, rows = analyze(shared_engine, path)
    assert (outcome.status, [row["label"] for row in rows]) == ("done", ["happy"])


def test_variable_frame_rate_counts_time(tmp_path: Path, shared_engine: Engine) -> None:
    times = [0.0, 0.05, 0.1, 0.5, 0.55, 1.2, 1.25, 1.3]
    path = write_video(tmp_path / "vfr.mkv", frames=8, times_s=times)
    _, rows = analyze(shared_engine, path)
    assert [float(row["time_s"]) for row in rows] == pytest.approx(times, abs=2e-3)


def test_every_samples_by_time(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", frames=30)
    outcome, rows = analyze(Engine(AnalysisOptions(every_s=1.0), tmp_path), path)
    assert outcome.frames == 3
    assert [int(row["frame"]) for row in rows] == [0, 10, 20]
    seconds = (tmp_path / "clip.seconds.csv").read_text().splitlines()
    assert len(seconds) == 4, "sampled once a second, the time between and after counts as seen"


@pytest.mark.parametrize("name", ["markov", "recurrent"])
def test_other_filters_steady_otherwise(name: str, tmp_path: Path, shared_engine: Engine) -> None:
    path = write_video(tmp_path / "filtered.mp4", frames=8)
    _, plain = analyze(shared_engine, path)
    outcome, rows = analyze(Engine(AnalysisOptions(filter=name), tmp_path), path)
    assert (outcome.status, len(rows)) == ("done", 8)
    for row, other in zip(rows, plain, strict=True):
        assert sum(float(row[emotion]) for emotion in EMOTIONS) == pytest.approx(1, abs=1e-4)
        assert {k: row[k] for k in ("time_s", "x1", "score")} == {
            k: other[k] for k in ("time_s", "x1", "score")
        }
    assert rows[-1]["label"] == "happy"
    assert [row["happy"] for row in rows] != [row["happy"] for row in plain]


def test_size_that_changes(tmp_path: Path) -> None:
    path = write_size_change(tmp_path / "grows.h264")
    outcome, rows = analyze(Engine(AnalysisOptions(annotate=True), tmp_path), path)
    assert (outcome.status, outcome.frames) == ("done", 16)
    assert float(rows[-1]["x2"]) > float(rows[0]["x2"])
    with av.open(str(tmp_path / "grows.annotated.mp4")) as copy:
        frames = list(copy.decode(video=0))
    assert {(f.width, f.height) for f in frames} == {SIZE}


def _cut(path: Path, share: float) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    return path


def _text(path: Path) -> Path:
    path.write_text("Dear diary,\nit rained.\n")
    return path


def _empty(path: Path) -> Path:
    path.touch()
    return path


def _bomb(path: Path) -> Path:
    data = bytearray(cv2.imencode(".bmp", np.zeros((1, 1, 3), np.uint8))[1].tobytes())
    data[18:26] = (20_000).to_bytes(4, "little") * 2
    path.write_bytes(data)
    return path


def _no_frame(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()
    return path


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "diary.mp4": (_text, "cannot be read as a video"),
    "empty.mp4": (_empty, "is empty"),
    "sound.mp4": (write_sound, "holds no video"),
    "no_frame.mkv": (_no_frame, ""),
    "cut.mp4": (lambda path: _cut(write_video(path, frames=8), 0.5), "cannot be read as a video"),
    "bomb.bmp": (_bomb, "is too large"),
    "text.png": (_text, "cannot be read as a picture"),
    "missing.mp4": (lambda path: path, "does not exist"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_one_sentence(name: str, tmp_path: Path, shared_engine: Engine) -> None:
    make, words = BAD[name]
    outcome, _ = analyze(shared_engine, make(tmp_path / name))
    assert outcome.status == "failed"
    assert words in outcome.message


def test_what_breaks_off_keeps_what_came_before(tmp_path: Path, shared_engine: Engine) -> None:
    whole = write_video(tmp_path / "whole.mkv", frames=80, codec="mjpeg", pix_fmt="yuvj420p")
    outcome, rows = analyze(shared_engine, _cut(whole, 0.5))
    assert outcome.status == "partial"
    assert "ends after" in outcome.message
    assert 30 < len(rows) < 50


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("FER_MAX_BYTES", "1000", "bytes and the limit is 1,000"),
        ("FER_MAX_DURATION_S", "0.5", "longer than 0 s"),
        ("FER_MAX_PIXELS", "1000", "pixels a frame"),
    ],
)
def test_limits_are_settings(
    variable: str,
    value: str,
    words: str,
    tmp_path: Path,
    shared_engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(variable, value)
    settings.cache_clear()
    outcome, _ = analyze(shared_engine, write_video(tmp_path / "clip.mp4", frames=8))
    assert outcome.status == "failed"
    assert words in outcome.message
    assert variable in outcome.message


def test_a_length_that_the_file_does_not_tell_is_limited_too(
    tmp_path: Path, shared_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_MAX_DURATION_S", "0.5")
    settings.cache_clear()
    path = write_video(tmp_path / "raw.h264", frames=60)
    outcome, _ = analyze(shared_engine, path)
    assert "FER_MAX_DURATION_S" in outcome.message


def test_a_full_disk_is_a_sentence(
    tmp_path: Path, shared_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fer_core.analysis.tables.CsvTable.add", full)
    outcome, _ = analyze(shared_engine, write_video(tmp_path / "clip.mp4", frames=4))
    assert "No space left on device" in outcome.message


def test_picture(tmp_path: Path) -> None:
    engine = Engine(AnalysisOptions(formats=("csv", "json", "html"), annotate=True), tmp_path)
    outcome = engine.analyze(Task(str(PORTRAIT), "picture", "portrait"))
    assert (outcome.frames, outcome.faces, outcome.people) == (1, 1, 1)
    with (tmp_path / "portrait.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["frame"], row["time_s"], row["track_id"]) == ("0", "0.0", "1")
    assert row["label"] == "happy"
    assert cv2.imread(str(tmp_path / "portrait.annotated.png")) is not None


def test_blur_hides_the_face_in_all_pictures(tmp_path: Path) -> None:
    clip = write_video(tmp_path / "clip.mp4", frames=8)
    engine = Engine(AnalysisOptions(annotate=True, blur=True), tmp_path)
    assert engine.analyze(Task(str(clip), "video", "clip")).faces == 8
    with (tmp_path / "clip.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row, before, after in zip(
        rows, VideoReader(clip), VideoReader(tmp_path / "clip.annotated.mp4"), strict=True
    ):
        x1, y1, x2, y2 = (round(float(row[name])) for name in ("x1", "y1", "x2", "y2"))
        plain, hidden = (f.luma()[y1 + 8 : y2 - 8, x1 + 8 : x2 - 8] for f in (before, after))
        detail = [np.mean(np.abs(np.diff(p.astype(int), axis=1)) <= 2) for p in (plain, hidden)]
        assert detail[0] < 0.6 < 0.75 < detail[1], "flat but for the borders of blocks"

    assert engine.analyze(Task(str(PORTRAIT), "picture", "portrait")).faces == 1
    with (tmp_path / "portrait.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    x1, y1, x2, y2 = (round(float(row[name])) for name in ("x1", "y1", "x2", "y2"))
    picture = cv2.imread(str(tmp_path / "portrait.annotated.png"))
    assert picture is not None
    inside = picture[y1 + 8 : y2 - 8, x1 + 8 : x2 - 8].reshape(-1, 3)
    assert len(np.unique(inside, axis=0)) <= 36, "blocks, and nothing between them"


@pytest.mark.parametrize(
    "options",
    [
        {"formats": ("pdf",)},
        {"formats": ()},
        {"every_s": 0.0},
        {"every_s": float("nan")},
        {"smooth_s": -1.0},
    ],
)
def test_impossible_options(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        AnalysisOptions(**options)  # type: ignore[arg-type]


def test_unknown_model_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FerError):
        Engine(AnalysisOptions(model="nobody"), tmp_path)


def test_same_bytes_twice(tmp_path: Path, shared_engine: Engine) -> None:
    """Nothing of one video reaches the next."""
    path = write_video(tmp_path / "clip.mp4", frames=8)
    analyze(shared_engine, path)
    first = (shared_engine._out / "clip.csv").read_bytes()
    other = tmp_path / "other.mkv"
    write_video(other, frames=6, size=(240, 240))
    analyze(shared_engine, other)
    os.utime(path)
    analyze(shared_engine, path)
    assert (shared_engine._out / "clip.csv").read_bytes() == first
    assert face_frame(0).shape == (240, 320, 3)


def test_damage_in_the_middle_leaves_the_rest(tmp_path: Path) -> None:
    """A spoilt packet at a third: rows before and after, the gap in one sentence, less coverage."""
    path = write_video(tmp_path / "clip.mp4", frames=60)
    spoil(path)
    engine = Engine(AnalysisOptions(formats=("csv", "json"), annotate=True), tmp_path)
    outcome, rows = analyze(engine, path)
    assert outcome.status == "partial"
    assert "is damaged: nothing could be read from 2." in outcome.message
    times = [float(row["time_s"]) for row in rows]
    assert min(times) == 0
    assert max(times) == pytest.approx(5.9, abs=0.01)
    (person,) = json.loads((tmp_path / "clip.json").read_text())["people"]
    gap_s = float(np.diff(times).max()) - 0.1
    assert gap_s > 0.05
    assert person["seen_s"] == pytest.approx(5.9 - gap_s, abs=0.02)
    assert person["happiness"]["coverage"] == pytest.approx(1 - gap_s / 5.9, abs=0.01)
    with VideoReader(tmp_path / "clip.annotated.mp4") as copy:
        assert list(copy)[-1].time_s == pytest.approx(5.9, abs=0.05)
