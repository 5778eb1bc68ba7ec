from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.detection import create_detector
from fer_core.detection.tiles import plan_levels
from fer_core.errors import ConfigError
from tests.detection.scenes import portrait, scene
from tests.detection.test_blazeface import assert_matches


@pytest.fixture(scope="module")
def detector():
    return create_detector("short", small_faces=True)


def covered(starts: tuple[int, ...], tile: int, length: int) -> bool:
    """Do the tiles cover 0..length, each two neighbours sharing half a tile or more?"""
    if length <= tile:
        return starts == (0,)
    gaps = np.diff(starts)
    return (
        starts[0] == 0
        and starts[-1] == length - tile
        and gaps.min() > 0
        and (gaps.max() <= tile / 2 + 1)
    )


@given(st.integers(1, 9000), st.integers(1, 9000), st.integers(1, 3000))
@settings(max_examples=100, deadline=None)
def test_plan_covers_the_picture_and_is_bounded(width, height, max_tiles):
    plan = plan_levels(width, height, tile=128, min_face_px=24, min_share=0.24, max_tiles=max_tiles)
    assert sum(len(level) for level in plan) <= max_tiles
    assert len(plan[-1]) == 1  # the whole picture, whatever its size
    for level in plan:
        assert covered(level.lefts, 128, level.width)
        assert covered(level.tops, 128, level.height)
        assert level.width == max(1, round(width * level.scale))
    ratios = [a.scale / b.scale for a, b in pairwise(plan)]
    assert all(1 < ratio <= 2 + 1e-9 for ratio in ratios)


@pytest.mark.parametrize(
    ("size", "smallest_px"), [((1280, 720), 24), ((3000, 2300), 24), ((4000, 3000), 32)]
)
def test_smallest_face_fills_its_share_of_a_tile(size, smallest_px):
    plan = plan_levels(*size, tile=128, min_face_px=24, min_share=0.24, max_tiles=4000)
    assert smallest_px * plan[0].scale >= 0.24 * 128 * 0.999


def test_finds_24_px_faces_in_1280x720_once_each(detector):
    places = [(100, 90, 24), (637, 365, 24), (1215, 670, 24), (900, 130, 32), (300, 480, 120)]
    picture, placed = scene(1280, 720, places)
    faces = detector.detect(picture)
    assert len(faces) == len(places)
    centers = (faces.boxes[:, :2] + faces.boxes[:, 2:]) / 2
    for (x, y, _), where in zip(places, placed, strict=True):
        assert_matches(faces, int(np.hypot(*(centers - [x, y]).T).argmin()), where)
    assert (np.diff(faces.scores) <= 0).all()


def test_a_face_on_many_scales_gives_one_box(detector):
    for side in (40, 150, 200):
        picture, placed = scene(640, 480, [(300, 230, side)])
        faces = detector.detect(picture)
        assert len(faces) == 1, side
        assert_matches(faces, 0, placed[0])


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_texture_of_a_large_portrait_is_no_face(detector, size):
    """The badges and folds of the suit are, to one network by itself."""
    width, height = size
    side = min(size)
    picture = np.full((height, width, 3), 110, np.uint8)
    left, top = (width - side) // 2, (height - side) // 2
    whole = cv2.resize(portrait(), (side, side), interpolation=cv2.INTER_CUBIC)
    picture[top : top + side, left : left + side] = whole
    assert len(detector.detect(picture)) == 1


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (700, 10), (10, 700), (130, 120)])
def test_any_size_without_a_face(detector, size):
    assert len(detector.detect(np.full((size[1], size[0], 3), 99, np.uint8))) == 0


def test_full_range_searches_tiles_too():
    picture, placed = scene(640, 480, [(300, 200, 28)])
    faces = create_detector("full", small_faces=True).detect(picture)
    assert len(faces) == 1
    assert_matches(faces, 0, placed[0])


@pytest.mark.parametrize(
    "options", [{"min_face_px": 0}, {"min_face_px": float("nan")}, {"max_tiles": 0}]
)
def test_impossible_options(options):
    with pytest.raises(ConfigError, match="min_face_px must be at least 8"):
        create_detector("short", small_faces=True, **options)
