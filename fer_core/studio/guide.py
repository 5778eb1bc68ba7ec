"""How a participant is guided through the seven expressions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fer_core.labels import EMOTIONS
from fer_core.text import Sentence, mark

#: Seconds before the first picture of a take, and seconds of the take itself.
COUNTDOWN_S: Final = 3.0
TAKE_S: Final = 4.0


@dataclass(frozen=True, slots=True)
class Cue:
    """What is said before an expression.

    Attributes:
        words: to say or think, one of which usually helps.
        how: what the face does.
    """

    words: tuple[str, ...]
    how: str


CUES: Final[dict[str, Cue]] = {
    "angry": Cue(
        (mark("'Stop that!'"), mark("'Not again!'"), mark("somebody takes your seat")),
        mark("Brows down and together, lips pressed."),
    ),
    "disgust": Cue(
        (mark("'Yuck!'"), mark("sour milk"), mark("a bad smell")),
        mark("Wrinkle the nose, raise the upper lip."),
    ),
    "fear": Cue(
        (mark("'Oh no!'"), mark("a step behind you in the dark"), mark("you slip on ice")),
        mark("Eyes wide, brows up and together, mouth stretched."),
    ),
    "happy": Cue(
        (mark("'Great!'"), mark("a friend at the door"), mark("a good joke")),
        mark("Smile, with the cheeks up."),
    ),
    "sad": Cue(
        (mark("'What a pity.'"), mark("saying goodbye"), mark("a lost pet")),
        mark("Corners of the mouth down, inner brows up."),
    ),
    "surprise": Cue(
        (mark("'Oh!'"), mark("'Really?'"), mark("an unexpected present")),
        mark("Brows up, eyes and mouth open."),
    ),
    "neutral": Cue(
        (mark("'Monday, Tuesday, Wednesday'"), mark("waiting for a bus")),
        mark("Relax the face, mouth closed."),
    ),
}


def next_emotion(counts: Mapping[str, int], among: Sequence[str] = EMOTIONS) -> str:
    """The expression with the fewest takes; of equals the first in the usual order."""
    return min(among, key=lambda name: (counts.get(name, 0), EMOTIONS.index(name)))


#: Takes of each expression after which more of the same person teach little.
ENOUGH_ROUNDS: Final = 3


def advise(takes: Mapping[str, int], faces: Mapping[str, int], among: Sequence[str]) -> str:
    """What to do after a round, one sentence; empty while one is under way.

    Args:
        takes, faces: of the participant so far, by expression.
        among: the expressions that are recorded.
    """
    counts = {takes.get(name, 0) for name in among}
    if len(counts) != 1 or 0 in counts:
        return ""
    (rounds,) = counts
    if rounds >= ENOUGH_ROUNDS:
        return mark(
            "Enough of this participant: train, under Train and use, or record another one."
        )
    weakest = min(among, key=lambda name: (faces.get(name, 0), EMOTIONS.index(name)))
    return Sentence(
        mark(
            "Round {rounds} is over. One more would help most with {emotion}, of which there are "
            "{n} pictures; or train now, under Train and use."
        ),
        rounds=rounds,
        emotion=weakest,
        n=faces.get(weakest, 0),
    )
