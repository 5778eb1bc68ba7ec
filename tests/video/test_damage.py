"""Damage costs what is damaged, and time is the file's own."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from fer_core.video import VideoReader, read_frame
from fer_core.video.damage import Damage, in_order
from tests.soak.odd_files import decode_plainly, make_odd
from tests.video.made import marked, spoil, write

X264 = {"preset": "veryfast", "g": "15", "bf": "0"}
#: name -> (codec, options, byte that spoils a packet)
CODECS = {
    "h264.mp4": ("libx264", X264, 0),
    "h264.mkv": ("libx264", X264, 0),
    "hevc.mp4": ("libx265", {"x265-params": "log-level=none:keyint=15:bframes=0"}, 0),
    "vp8.webm": ("libvpx", {"b": "200k", "g": "15", "deadline": "realtime"}, 0),
    "vp9.webm": ("libvpx-vp9", {"b": "200k", "g": "15", "deadline": "realtime"}, 0),
    "mpeg4.avi": ("mpeg4", {"g": "12"}, 255),
    "flv1.flv": ("flv", {"g": "12"}, 255),
}


@pytest.mark.parametrize("name", CODECS)
def test_what_comes_after_the_damage_is_read(name: str, tmp_path: Path) -> None:
    codec, options, fill = CODECS[name]
    pictures = [np.roll(marked(k), 2 * k, axis=1) for k in range(60)]
    path = write(tmp_path / name, pictures, codec=codec, options=options)
    at_s = spoil(path, fill=fill)
    with VideoReader(path, threads=1) as reader:
        times = [frame.time_s for frame in reader]
    assert times[0] == 0
    assert times[-1] == pytest.approx(59 / 25, abs=0.05)
    assert 60 - 16 <= len(times) < 61
    assert np.all(np.diff(times) > 0)
    assert len(times) == 60 or reader.damaged_s == [
        pytest.approx(at_s - reader.start_s - 0.04, abs=0.05)
    ]
    lost_s = sum(end - begin for begin, end in reader.lost)
    assert lost_s == pytest.approx((60 - len(times)) / 25, abs=0.05)
    assert read_frame(path, 2.0).time_s == pytest.approx(2.0, abs=0.05)


#: What players pass over without an error of any packet's, by container.
HOLES = {
    "hole.ts": ("libx264", X264),
    "hole.mkv": ("libx264", X264),
    "hole.webm": ("libvpx", {"b": "400k", "g": "15", "deadline": "realtime"}),
    "hole.flv": ("flv", {"g": "15", "b": "400k"}),
    "hole.mpg": ("mpeg2video", {"g": "15", "b": "400k"}),
}


@pytest.mark.parametrize("fill", [0, 255])
@pytest.mark.parametrize("name", HOLES)
def test_a_hole_in_a_file_is_no_frame_that_lasts(name: str, fill: int, tmp_path: Path) -> None:
    codec, options = HOLES[name]
    pictures = [np.random.default_rng(k).integers(0, 255, (64, 96, 3), np.uint8) for k in range(60)]
    path = write(tmp_path / name, pictures, codec=codec, options=options)
    data = bytearray(path.read_bytes())
    begin, end = len(data) * 4 // 10, len(data) * 6 // 10
    data[begin:end] = bytes([fill]) * (end - begin)
    path.write_bytes(data)
    with VideoReader(path, threads=1) as reader:
        times = [frame.time_s for frame in reader]
    assert 60 - 36 <= len(times) < 60
    assert np.diff(times).max() > 0.2
    lost_s = sum(end - begin for begin, end in reader.lost)
    assert lost_s == pytest.approx((60 - len(times)) / 25, abs=0.09)


@pytest.mark.parametrize("suffix", ["mkv", "webm", "flv", "ts"])
def test_frames_far_apart_are_no_hole(suffix: str, tmp_path: Path) -> None:
    codec = {"webm": "libvpx", "flv": "flv"}.get(suffix, "libx264")
    times = [0, 0.04, 0.08, 3, 3.04, 3.08, 9] if suffix != "flv" else None
    sound = (0, 9) if suffix in ("mkv", "webm") else None
    path = tmp_path / f"sparse.{suffix}"
    write(path, [marked(k) for k in range(7)], codec=codec, times_s=times, sound_s=sound)
    with VideoReader(path, threads=1) as reader:
        assert len(list(reader)) == 7
    assert (reader.lost, reader.damaged_s) == ([], [])


def test_a_packet_that_gives_neither_picture_nor_error(tmp_path: Path) -> None:
    pictures = [np.random.default_rng(k).integers(0, 255, (64, 96, 3), np.uint8) for k in range(40)]
    path = write(tmp_path / "film.asf", pictures, codec="wmv2", options={"g": "12"})
    spoil(path, fill=255)
    with VideoReader(path, threads=1) as reader:
        count = len(list(reader))
    assert count < 40
    assert sum(end - begin for begin, end in reader.lost) == pytest.approx((40 - count) / 25)


@pytest.mark.parametrize("name", ["cut.avi", "cut.flv"])
def test_a_damaged_file_that_ends_early(name: str, tmp_path: Path) -> None:
    codec = "mpeg4" if name.endswith("avi") else "flv"
    path = write(tmp_path / name, [marked(k) for k in range(60)], codec=codec)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    with VideoReader(path, threads=1) as reader:
        last_s = [frame.time_s for frame in reader][-1]
    assert reader.missing_s < 0.1
    begin_s, end_s = reader.lost[-1]
    assert (begin_s, end_s) == pytest.approx((last_s + 0.04, reader.duration_s), abs=0.05)


def test_a_beginning_that_is_lost_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "late.mp4", [marked(k) for k in range(45)], options=X264)
    spoil(path, share=0)
    with VideoReader(path, threads=1) as reader:
        times = [frame.time_s for frame in reader]
    assert times[0] > 0.1
    assert reader.lost == [pytest.approx((0, times[0]))]


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "webm"])
def test_sound_that_outlasts_the_picture_is_no_damage(suffix: str, tmp_path: Path) -> None:
    codec = "libvpx" if suffix == "webm" else "libx264"
    path = tmp_path / f"long.{suffix}"
    write(path, [marked(k) for k in range(25)], codec=codec, sound_s=(0, 6))
    with VideoReader(path) as reader:
        assert len(list(reader)) == 25
    assert (reader.lost, reader.damaged_s) == ([], [])
    assert reader.missing_s < 0.1


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_pictures_that_start_after_the_sound(suffix: str, tmp_path: Path) -> None:
    """Players count from the start of the file: so do rows, subtitles and annotations."""
    times = [2 + k / 25 for k in range(25)]
    path = tmp_path / f"late.{suffix}"
    write(path, [marked(k) for k in range(25)], times_s=times, sound_s=(0, 3))
    with VideoReader(path) as reader:
        found = [frame.time_s for frame in reader]
    np.testing.assert_allclose(found, times, atol=0.03)
    assert read_frame(path, 2.5).time_s == pytest.approx(2.48, abs=0.05)
    assert read_frame(path, 0.0).time_s == pytest.approx(2.0, abs=0.03)


def test_progress_without_a_length(tmp_path: Path) -> None:
    """As a browser's recorder writes it: how much was read is known all the same."""
    noise = np.random.default_rng(0).integers(0, 255, (60, 64, 96, 3), np.uint8)
    path = tmp_path / "stream.webm"
    write(path, list(noise), codec="libvpx", container={"live": "1"}, options={"b": "2M"})
    shares = []
    with VideoReader(path) as reader:
        assert reader.duration_s is None
        for _ in reader:
            shares.append(reader.share)
    assert 0 < shares[0] < 0.9
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_frame_behind_damage_that_comes_too_early_waits_for_its_time() -> None:
    damage = Damage(1 / 25)

    def frames() -> Iterator[av.VideoFrame]:
        for step in (0, 1, 2, 7, 3, 8, 9):
            frame = av.VideoFrame(16, 16, "gray")
            frame.pts, frame.time_base = step, Fraction(1, 25)
            if step == 2:
                damage.note(0.1, "damaged")
            yield frame

    assert [frame.pts for frame in in_order(frames(), damage)] == [0, 1, 2, 3, 7, 8, 9]


def test_a_spoilt_film_of_single_frames_keeps_their_times(tmp_path: Path) -> None:
    odd = make_odd(37, tmp_path)  # FFmpeg gives the frame at 12.7 s before that at 6.5 s
    plain = decode_plainly(odd.path)
    assert plain is not None
    with VideoReader(odd.path) as reader:
        assert [frame.time_s for frame in reader] == pytest.approx(sorted(plain))


def test_pictures_whose_forerunner_was_cut_away_are_no_damage() -> None:
    """Broadcasts are cut where a picture stands alone; those shown before it need an older one."""
    damage = Damage(step_s=0.04)
    for pts in (8, 9):
        packet = SimpleNamespace(pts=pts, time_base=Fraction(1, 25), size=900)
        damage.give(packet, "mpeg2video")  # type: ignore[arg-type]
    damage.account_begin(0.4, 0.0)
    damage.account(0.4, 0.44, 0.0)
    assert (damage.lost, damage.near_s) == ([], [])
