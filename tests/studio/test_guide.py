"""What a participant is told between takes."""

import pytest

from fer_core.labels import EMOTIONS
from fer_core.studio.guide import ENOUGH_ROUNDS, advise


@pytest.mark.parametrize(
    ("takes", "words"),
    [
        ({}, ""),
        ({"happy": 1}, ""),
        (dict.fromkeys(EMOTIONS, 1), "most with disgust, of which there are 2 pictures"),
        (dict.fromkeys(EMOTIONS, ENOUGH_ROUNDS), "Enough of this participant"),
    ],
)
def test_after_a_round_it_is_said_what_would_help(takes: dict[str, int], words: str) -> None:
    faces = dict.fromkeys(EMOTIONS, 9) | {"disgust": 2}
    said = advise(takes, faces, EMOTIONS)
    assert words in said
    assert bool(words) is bool(said)
