"""From seven expressions to two numbers: valence, and a place on the circumplex of affect.

Valence as FaceReader has it: happy minus the strongest of angry, disgust, fear and sad (Hoefling,
Gerdes, Foehl and Alpers 2020, Frontiers in Psychology 11:1388, who also found that it tells
unpleasant from neutral only weakly). -1 to 1.

Circumplex: pleasure and arousal span a plane in which emotions lie on a circle (Russell 1980, "A
circumplex model of affect", Journal of Personality and Social Psychology 39(6)). Where the words
lie was rated by people: Russell and Mehrabian 1977, "Evidence for a three-factor theory of
emotions", Journal of Research in Personality 11, pleasure and arousal of happy, angry, fearful,
disgusted, sad, surprised; neutral is the origin. The place of a mix is the mean of these places,
weighted by the probabilities: our choice, and no finding of theirs.

Both say where the displayed expression lies, not what a person feels.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import EMOTIONS

NEGATIVE: Final = ("angry", "disgust", "fear", "sad")
#: Emotion -> pleasure and arousal, each -1..1.
PLACES: Final[dict[str, tuple[float, float]]] = {
    "angry": (-0.51, 0.59),
    "disgust": (-0.60, 0.35),
    "fear": (-0.64, 0.60),
    "happy": (0.81, 0.51),
    "sad": (-0.63, -0.27),
    "surprise": (0.40, 0.67),
    "neutral": (0.0, 0.0),
}
#: Names of what is derived, in the order of ``affect_of``.
AFFECT: Final = ("valence", "pleasure", "arousal")

_HAPPY: Final = EMOTIONS.index("happy")
_NEGATIVE: Final = [EMOTIONS.index(name) for name in NEGATIVE]
_PLACES: Final = np.array([PLACES[name] for name in EMOTIONS])


def valence_of(probs: NDArray[Any]) -> NDArray[np.float64]:
    """(...) float64 in -1..1 of probabilities (..., 7): happy minus the strongest negative."""
    p = np.asarray(probs, np.float64)
    return np.asarray(p[..., _HAPPY] - p[..., _NEGATIVE].max(-1), np.float64)


def circumplex_of(probs: NDArray[Any]) -> NDArray[np.float64]:
    """(..., 2) float64: pleasure and arousal of probabilities (..., 7), each in -1..1."""
    return np.asarray(np.asarray(probs, np.float64) @ _PLACES, np.float64)


def affect_of(probs: NDArray[Any]) -> dict[str, float]:
    """``AFFECT``'s names and values, four decimals, of probabilities (7,)."""
    values = (valence_of(probs), *circumplex_of(probs))
    return {name: round(float(value), 4) for name, value in zip(AFFECT, values, strict=True)}
