"""Studies and what their viewers gave: kept, taken back, forgotten; old viewings still open."""

import io
import json
from pathlib import Path

import numpy as np
import pytest

from fer_core.config import settings
from fer_core.errors import InputError
from fer_core.reactions import (
    ReactionCourse,
    Shelf,
    StimulusClip,
    Study,
    StudyItem,
    StudyShelf,
    Take,
)
from tests.analysis.clips import write_video
from tests.clock import Clock


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_video(tmp_path_factory.mktemp("clip") / "c.mp4", frames=25).read_bytes()


class Place:
    """A shelf of two clips and a study of both."""

    def __init__(self, folder: Path, video: bytes) -> None:
        self.clock = Clock()
        self.folder = folder
        self.shelf = Shelf(folder, clock=self.clock)
        self.studies = StudyShelf(folder, clock=self.clock)
        self.clips = [self.shelf.add(name, "a.mp4", io.BytesIO(video)) for name in ("A", "B")]
        items = [StudyItem(clip.key, clip.name.lower()) for clip in self.clips]
        self.study = self.studies.add("Two", items, is_random=True, pause_s=3, question="Nice?")

    def takes(self, share: float = 0.2, coverage: float = 1.0) -> list[Take]:
        course = ReactionCourse(np.full((3, 7), share), np.full(3, coverage))
        return [
            Take(clip.key, clip.name.lower(), n, 4, course) for n, clip in enumerate(self.clips)
        ]

    def give(self, browser: str = "") -> str:
        self.clock.now_s += 1
        return self.studies.give(self.study, self.takes(), "I agree.", browser, seed=9)

    def viewings(self) -> list[bool]:
        return [one is not None for one in self.studies.viewings(self.study, self.clips)]


@pytest.fixture
def place(tmp_path: Path, video: bytes) -> Place:
    return Place(tmp_path / "reactions", video)


def test_a_study_and_what_viewers_gave(place: Place) -> None:
    assert place.studies.studies() == [place.study]
    assert [clip.name for clip in place.shelf.clips()] == ["A", "B"], "a study is no clip"
    codes = [place.give() for _ in range(2)]
    (takes, _) = place.studies.viewings(place.study, place.clips)
    assert takes is not None
    assert [(t.clip, t.condition, t.position, t.answer) for t in takes] == [
        (clip.key, clip.name.lower(), n, 4) for n, clip in enumerate(place.clips)
    ]
    np.testing.assert_allclose(takes[0].course.probs, 0.2)
    kept = json.loads(
        (place.folder / place.study.key / "viewings" / f"{codes[0]}.json").read_text()
    )
    assert kept["seed"] == 9
    assert place.shelf.courses(place.clips[0]) == [], "they are the study's alone"
    assert place.shelf.take_back(codes[0])
    assert place.viewings() == [False, True]
    place.clock.now_s += settings().retention_days * 86_400 + 1
    assert place.viewings() == [False, False]
    assert place.shelf.purge() == 1
    texts = [path.read_text() for path in place.folder.glob("*/viewings/*.json")]
    assert all(list(json.loads(text)) == ["given_s"] for text in texts)
    assert place.studies.studies_of(place.clips[0]) == [place.study]
    place.studies.remove(place.study)
    assert place.studies.studies() == []
    with pytest.raises(InputError, match="removed meanwhile"):
        place.give()


def test_one_browser_counts_once_in_a_study(place: Place) -> None:
    place.give("one")
    place.give("one")
    place.give("another")
    assert place.viewings() == [False, True, True]


@pytest.mark.parametrize("how", ["a clip missing", "looked away"])
def test_what_cannot_be_compared_is_not_kept(place: Place, how: str) -> None:
    takes = place.takes()[:1] if how == "a clip missing" else place.takes(coverage=0.4)
    with pytest.raises(InputError, match="half of every clip"):
        place.studies.give(place.study, takes, "I agree.", seed=1)
    assert place.viewings() == []


def test_a_viewing_of_before_studies_opens(place: Place) -> None:
    """As version 1 wrote it, with and without what came later."""
    clip: StimulusClip = place.clips[0]
    folder = place.folder / clip.key / "viewings"
    row = [0.1] * 7
    old = {"given_s": 10, "consent": "I agree.", "valid_s": [1, 0, 1], "probs": [row, None, row]}
    (folder / "0123456789ab.json").write_text(json.dumps(old | {"given_s": place.clock.now_s}))
    (course,) = place.shelf.courses(clip)
    assert course is not None
    assert course.probs[0].tolist() == row
    assert place.shelf.take_back("0123456789ab")
    assert place.shelf.courses(clip) == [None]


def test_what_is_no_study_is_left_out(place: Place) -> None:
    broken = place.folder / "0000" / "study.json"
    broken.parent.mkdir()
    for text in ("", "[]", '{"key": "0000"}'):
        broken.write_text(text)
        found: list[Study] = place.studies.studies()
        assert found == [place.study]
