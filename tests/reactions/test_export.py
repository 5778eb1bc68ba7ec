"""Reactions on the clip's time, read back by independent readers."""

import io
from pathlib import Path

import numpy as np
import pytest
import webvtt
from numpy.typing import NDArray
from pympi.Elan import Eaf

from fer_core.labels import EMOTIONS
from fer_core.reactions.export import stretches, to_eaf, to_vtt

NAN = float("nan")


def rows(*shown: tuple[str, float] | None) -> NDArray[np.float64]:
    """A row per second: an emotion with its probability, or nobody seen."""
    out = np.full((len(shown), 7), NAN)
    for row, one in zip(out, shown, strict=True):
        if one is not None:
            row[:] = (1 - one[1]) / 6
            row[EMOTIONS.index(one[0])] = one[1]
    return out


@pytest.mark.parametrize(
    ("probs", "expected"),
    [
        (rows(), []),
        (rows(None, None), []),
        (rows(("happy", 0.8), ("happy", 0.6)), [(0, 2, "happy", 0.7)]),
        (rows(("happy", 0.9), None, ("happy", 0.9)), [(0, 1, "happy", 0.9), (2, 3, "happy", 0.9)]),
        (rows(("sad", 0.3), ("fear", 0.5)), [(0, 1, "unsure", NAN), (1, 2, "fear", 0.5)]),
    ],
)
def test_stretches(probs: NDArray[np.float64], expected: list[tuple[int, int, str, float]]) -> None:
    found = stretches(probs)
    assert [(s.start_s, s.end_s, s.label) for s in found] == [e[:3] for e in expected]
    np.testing.assert_allclose([s.mean for s in found], [e[3] for e in expected])


def test_subtitles_and_annotations_lie_on_the_clip(tmp_path: Path) -> None:
    probs = rows(("happy", 0.8), ("happy", 0.8), None, ("sad", 0.3))
    captions = list(webvtt.from_buffer(io.StringIO(to_vtt(probs))))
    assert [(c.start_in_seconds, c.end_in_seconds, c.text) for c in captions] == [
        (0, 2, "happy 80%"),
        (3, 4, "unsure"),
    ]
    path = tmp_path / "reaction.eaf"
    path.write_bytes(
        to_eaf(probs, who="9 viewers", media="joke.mp4", modified="2026-01-01T00:00:00+00:00")
    )
    eaf = Eaf(str(path))
    assert list(eaf.get_tier_names()) == ["9 viewers"]
    assert [a[:3] for a in eaf.get_annotation_data_for_tier("9 viewers")] == [
        (0, 2000, "happy"),
        (3000, 4000, "unsure"),
    ]
    (media,) = eaf.get_linked_files()
    assert media["MEDIA_URL"] == "./joke.mp4"
