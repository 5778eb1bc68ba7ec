"""Cues that can be read."""

import pytest

from fer_core.analysis.vtt import readable
from fer_core.temporal import Segment


def segments(*spans: tuple[str, float, float]) -> list[Segment]:
    return [Segment(1, label, start_s, end_s, 0.6) for label, start_s, end_s in spans]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (
            [("happy", 0, 2), ("sad", 2, 2.066), ("happy", 2.066, 4)],
            [("happy", 0, 2.066), ("happy", 2.066, 4)],
        ),
        ([("sad", 0, 0.2), ("happy", 0.2, 2)], [("happy", 0, 2)]),
        ([("happy", 0, 1), ("sad", 3, 3.1)], [("happy", 0, 1)]),
        ([("sad", 0, 0.2)], [("sad", 0, 0.2)]),
        ([], []),
    ],
)
def test_cues_are_long_enough_to_be_read(
    given: list[tuple[str, float, float]], shown: list[tuple[str, float, float]]
) -> None:
    assert readable(segments(*given)) == segments(*shown)
