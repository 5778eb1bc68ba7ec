"""Clips and what viewers gave: kept, given back, forgotten in time."""

import functools
import io
import json
import os
from pathlib import Path

import numpy as np
import pytest

from fer_core.config import settings
from fer_core.errors import ConfigError, FerError, InputError, LimitError
from fer_core.reactions import ReactionCourse, Shelf, shelf
from tests.analysis.clips import write_video
from tests.clock import Clock
from tests.kills import kill_before


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = write_video(tmp_path_factory.mktemp("clip") / "c.mp4", frames=25)
    return path.read_bytes()


@pytest.fixture
def place(tmp_path: Path) -> tuple[Shelf, Clock]:
    clock = Clock()
    return Shelf(tmp_path / "reactions", clock=clock), clock


def course() -> ReactionCourse:
    probs = np.full((3, 7), 1 / 7)
    probs[1] = np.nan
    return ReactionCourse(probs, np.array([1, 0, 0.5]))


@pytest.mark.parametrize(
    ("codec", "pixels", "words"),
    [
        ("mpeg4", "yuv420p", r"holds mpeg4 video \(yuv420p\)"),
        ("libx265", "yuv420p", r"holds hevc video"),
        ("libx264", "yuv420p10le", r"holds h264 video \(yuv420p10le\)"),
    ],
)
def test_what_not_every_browser_plays_is_refused(
    place: tuple[Shelf, Clock], tmp_path: Path, codec: str, pixels: str, words: str
) -> None:
    path = write_video(tmp_path / "c.mp4", frames=10, codec=codec, pix_fmt=pixels)
    with pytest.raises(InputError, match=words) as caught:
        place[0].add("Advert", "c.mp4", io.BytesIO(path.read_bytes()))
    assert "save it as H.264 or VP9" in str(caught.value)
    assert place[0].clips() == []


def test_a_clip_and_what_viewers_gave(place: tuple[Shelf, Clock], video: bytes) -> None:
    mine, clock = place
    assert mine.clips() == []
    clip = mine.add("  An   advert ", "../../x.MP4", io.BytesIO(video))
    assert (clip.name, clip.duration_s) == ("An advert", pytest.approx(2.5))
    assert mine.clips() == [clip]
    assert mine.path(clip).read_bytes() == video
    codes = []
    for _ in range(3):
        codes.append(mine.give(clip, course(), "I agree."))
        clock.now_s += 10
    assert len(set(codes)) == 3
    found = mine.courses(clip)
    assert found[0] is not None
    np.testing.assert_allclose(found[0].probs, course().probs, atol=1e-4)
    np.testing.assert_allclose(found[0].valid_s, [1, 0, 0.5])
    for wrong in ("", "../clip", "*", "0" * 16):
        assert not mine.take_back(wrong)
    assert len(mine.courses(clip)) == 3
    assert mine.take_back(f" {codes[0].upper()} ")
    assert not mine.take_back(codes[0])
    assert [one is None for one in mine.courses(clip)] == [True, False, False]
    gone = (mine.path(clip).parent / "viewings" / f"{codes[0]}.json").read_text()
    assert list(json.loads(gone)) == ["given_s"]
    clock.now_s += settings().retention_days * 86_400 - 15
    assert [one is None for one in mine.courses(clip)] == [True, True, False], "too old to show"
    kept = [path.read_text() for path in (mine.path(clip).parent / "viewings").iterdir()]
    assert sum("probs" in text for text in kept) == 2, "reading deletes nothing"
    assert mine.purge(dry_run=True) == mine.purge() == 1
    assert mine.purge() == 0
    assert [one is None for one in mine.courses(clip)] == [True, True, False]
    mine.remove(clip)
    assert mine.clips() == []
    with pytest.raises(InputError, match="removed meanwhile"):
        mine.give(clip, course(), "I agree.")


@pytest.mark.parametrize(
    ("name", "file", "error"),
    [("", "a.mp4", ConfigError), ("A", "a.avi", InputError), ("A", "a.mp4", FerError)],
)
def test_no_clip(
    name: str, file: str, error: type[FerError], place: tuple[Shelf, Clock], tmp_path: Path
) -> None:
    with pytest.raises(error):
        place[0].add(name, file, io.BytesIO(b"no video"))
    assert not list(tmp_path.glob("reactions/*"))


def test_too_long(
    place: tuple[Shelf, Clock], video: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "MAX_DURATION_S", 1.0)
    with pytest.raises(LimitError, match="limit is 1 s"):
        place[0].add("Long", "a.mp4", io.BytesIO(video))


def test_one_who_gives_five_times_is_one_viewer(place: tuple[Shelf, Clock], video: bytes) -> None:
    mine, clock = place
    clip = mine.add("Advert", "x.mp4", io.BytesIO(video))
    for _ in range(5):
        mine.give(clip, course(), "I agree.", "one browser")
        clock.now_s += 0.25
    assert [one is None for one in mine.courses(clip)] == [True] * 4 + [False]
    mine.give(clip, course(), "I agree.", "another browser")
    mine.give(clip, course(), "I agree.")
    assert sum(one is not None for one in mine.courses(clip)) == 3


def test_only_the_servers_account_reads_clips_and_viewings(
    place: tuple[Shelf, Clock], video: bytes, tmp_path: Path
) -> None:
    mine, _ = place
    old = os.umask(0)
    try:
        mine.give(mine.add("An advert", "a.mp4", io.BytesIO(video)), course(), "I agree.")
    finally:
        os.umask(old)
    found = [*tmp_path.glob("reactions/*"), *tmp_path.glob("reactions/*/viewings")]
    assert [path.stat().st_mode & 0o777 for path in found] == [0o700, 0o700]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="it needs Linux")
def test_a_clip_that_was_being_removed_is_gone_after_the_next_sweep(
    tmp_path: Path, video: bytes
) -> None:
    """Killed before any change of a file: what viewers gave is all there, or nothing of it is."""
    number, killed, before = 1, True, 0
    while killed:
        mine = Shelf(tmp_path / f"try-{number}" / "reactions")
        clip = mine.add("An advert", "a.mp4", io.BytesIO(video))
        mine.give(clip, course(), "I agree.")
        killed = kill_before(number, functools.partial(mine.remove, clip), tmp_path)
        mine.purge()
        if mine.clips():
            before += 1
            assert len(mine.courses(clip)) == 1
        else:
            assert [p for p in (tmp_path / f"try-{number}").rglob("*") if p.is_file()] == []
        number += 1
    assert (before, number > 5) == (1, True)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="it needs Linux")
@pytest.mark.parametrize("how", ["taken back", "given anew", "too old"])
def test_a_viewing_that_goes_is_whole_or_gone_at_every_kill(
    video: bytes, tmp_path: Path, how: str
) -> None:
    number, killed = 0, True
    while killed:
        number += 1
        clock = Clock()
        mine = Shelf(tmp_path / f"try-{number}" / "reactions", clock=clock)
        clip = mine.add("An advert", "a.mp4", io.BytesIO(video))
        code = mine.give(clip, course(), "I agree.", "one")
        if how == "too old":
            clock.now_s += 31 * 86_400
        act = {
            "taken back": functools.partial(mine.take_back, code),
            "given anew": functools.partial(mine.give, clip, course(), "I agree.", "one"),
            "too old": mine.purge,
        }[how]
        killed = kill_before(number, act, tmp_path / f"try-{number}")
        viewings = tmp_path / f"try-{number}" / "reactions" / clip.key / "viewings"
        for piece in viewings.glob(".*.part"):
            os.utime(piece, (1, 1))
        mine.purge()
        left = [path for path in viewings.iterdir() if b"probs" in path.read_bytes()]
        assert len(left) <= (1 if how != "too old" else 0), "one browser counts once"
        assert all(path.suffix == ".json" for path in left), "no piece holds numbers"
        if how == "taken back" and left:  # killed before it was done: the code still works
            assert mine.take_back(code)
    assert number > 2
